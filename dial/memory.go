package dial

import (
	"cmp"
	"log/slog"
	"net"
	"net/netip"
	"slices"
	"sync"
	"time"
)

// memory is which families failed lately, for each name.
type memory struct {
	log   *slog.Logger
	mu    sync.Mutex
	hosts map[string]*host // a few: those of two APIs
}

// host is a name with addresses of both families.
type host struct {
	failed map[Family]time.Time // when it did last
	heard  map[Family]time.Time // when an answer began last
	both   bool                 // it has both
}

func (m *memory) host(name string) *host {
	h := m.hosts[name]
	if h == nil {
		h = &host{failed: map[Family]time.Time{}, heard: map[Family]time.Time{}}
		m.hosts[name] = h
	}
	return h
}

// order puts families by turns, as the resolver has sorted them, those that failed lately behind the others, and of those
// the one that failed last behind.
func (m *memory) order(name string, addresses []netip.Addr) []netip.Addr {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.host(name)
	since := func(f Family) int64 {
		if at := h.failed[f]; time.Since(at) < remember {
			return at.UnixNano()
		}
		return 0
	}
	of := map[Family][]netip.Addr{}
	var families []Family
	for _, a := range addresses {
		f := familyOf(a)
		if of[f] == nil {
			families = append(families, f)
		}
		of[f] = append(of[f], a)
	}
	h.both = len(families) > 1
	slices.SortStableFunc(families, func(a, b Family) int { return cmp.Compare(since(a), since(b)) })
	ordered := make([]netip.Addr, 0, len(addresses))
	for i := 0; len(ordered) < len(addresses); i++ {
		for _, f := range families {
			if i < len(of[f]) {
				ordered = append(ordered, of[f][i])
			}
		}
	}
	return ordered
}

// learn takes what addresses did for a connection: it says something of a family only if another one has worked.
func (m *memory) learn(name string, tried []result, connected bool) {
	if !connected {
		return
	}
	var worked Family
	for _, t := range tried {
		if t.err == nil {
			worked = familyOf(t.address)
		}
	}
	for _, t := range tried {
		if f := familyOf(t.address); f != worked {
			m.blame(name, f, plain(t.err).Error())
		}
	}
}

// blame notes that a family failed, and reports whether that is new.
func (m *memory) blame(name string, f Family, why string) bool {
	m.mu.Lock()
	h := m.host(name)
	isNew := h.both && time.Since(h.failed[f]) >= remember
	h.failed[f] = time.Now()
	m.mu.Unlock()
	if isNew {
		m.log.Warn("an address family fails; the other one is tried first for 10 minutes", "host", name, "family", f, "reason", why)
	}
	return isNew
}

// hear notes that an answer has begun.
func (m *memory) hear(name string, f Family) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h := m.host(name)
	h.heard[f] = time.Now()
	delete(h.failed, f)
}

// silentSince reports whether nothing has been heard over a family since then.
func (m *memory) silentSince(name string, f Family, then time.Time) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.host(name).heard[f].Before(then)
}

func familyOfConn(a net.Addr) (Family, bool) {
	tcp, ok := a.(*net.TCPAddr)
	if !ok {
		return "", false
	}
	return familyOf(tcp.AddrPort().Addr()), true
}
