package instanceapi

import (
	"crypto/subtle"
	"net"
	"net/http"
	"strings"
)

// route is a request's path: /(v3/)waInstance{id}/{name}/{token}(/{tail}), or /(v3/)partner/{name}/{token}.
type route struct {
	id, name, token, tail string
	known                 bool // the path has this form
	partner               bool
}

func parse(path string) route {
	path = strings.TrimPrefix(path, "/v3")
	if rest, ok := strings.CutPrefix(path, "/partner/"); ok {
		name, token, whole := strings.Cut(rest, "/")
		return route{name: name, token: token, known: whole, partner: true}
	}
	rest, ok := strings.CutPrefix(path, "/waInstance")
	if !ok {
		return route{}
	}
	parts := strings.Split(rest, "/")
	rt := route{id: parts[0]}
	if len(parts) < 3 || len(parts) > 4 || parts[2] == "" {
		return rt
	}
	rt.name, rt.token, rt.known = parts[1], parts[2], true
	if len(parts) == 4 {
		rt.tail = parts[3]
		rt.known = rt.tail != ""
	}
	return rt
}

// refusal is the answer to a call that reaches no method of an instance, in the order of
// https://green-api.com/en/docs/api/common-errors/: no such address, no such instance here, no such token.
func (s *Server) refusal(c *call) (answer, bool) {
	switch {
	case c.verb == http.MethodOptions:
		return answer{status: http.StatusNoContent}, true
	case !c.known || c.partner && s.opts.PartnerToken == "":
		return page(http.StatusNotFound), true
	case c.partner:
		return s.partner(c), true
	case c.method.run == nil || c.method.verb != c.verb || c.tail != "" && c.method.name != deleteNotification:
		return page(http.StatusNotFound), true
	case c.in == nil || s.opts.CheckHost && !c.in.servedBy(c.host):
		return s.problem(http.StatusForbidden, "Forbidden"), true
	case subtle.ConstantTimeCompare([]byte(c.token), []byte(c.in.Token)) != 1:
		return s.problem(http.StatusUnauthorized, "Unauthorized"), true
	}
	return answer{}, false
}

// servedBy tells whether host answers for the instance: the two universal hosts do, its own does, and where it has
// none, each one named after its pool (https://green-api.com/en/docs/api/recommendations/using-green-api-hosts).
func (in *instance) servedBy(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(host)
	if host == "api.greenapi.com" || host == "api.green-api.com" {
		return true
	}
	if in.Host != "" {
		return host == strings.ToLower(in.Host)
	}
	return strings.HasPrefix(host, in.pool()+".")
}

func poolOf(id string) string { return id[:min(4, len(id))] }
