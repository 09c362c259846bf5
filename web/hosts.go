package web

import (
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
)

// hosts are the names by which pages may be asked for that need no token. A page of another site may have its own name
// point to this machine (DNS rebinding), and a browser here would then let it read the answers.
type hosts struct {
	names []string // nil: any
	log   *slog.Logger
	once  sync.Once
}

// only lets through what is asked for by a name of ours.
func (h *hosts) only(next http.Handler) http.Handler {
	if h.names == nil {
		return next
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if h.ours(r.Host) {
			next.ServeHTTP(w, r)
			return
		}
		h.once.Do(func() {
			h.log.WarnContext(r.Context(), "a page was asked for by a name that is not ours, and refused; PUBLIC_URL may name it", "host", r.Host)
		})
		writeError(w, http.StatusForbidden, "this answers to localhost, 127.0.0.1, [::1], and the names in HTTP_ADDR and PUBLIC_URL only")
	})
}

// ours says whether a Host header names this machine; without one it is no browser's.
func (h *hosts) ours(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.TrimSuffix(strings.Trim(host, "[]"), ".")
	addr, err := netip.ParseAddr(host)
	same := func(name string) bool { return strings.EqualFold(name, host) }
	return host == "" || same("localhost") || err == nil && addr.IsLoopback() || slices.ContainsFunc(h.names, same)
}
