// Package instanceapi is a GREEN-API that runs in the process: an [http.Handler] that answers for made-up instances as
// https://green-api.com documents it, breaks in every way its users have met, and counts what was asked of it. A demo
// shows it to a person and tests drive it in virtual time.
//
// It starts no goroutine and keeps no timer but where a call waits and in Deliver: what an instance is at a moment follows
// from the moments at which something was done to it.
package instanceapi

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"
)

// Options are the choices that hold for every instance. The zero value works.
type Options struct {
	RebootTime   time.Duration // how long `starting` lasts after reboot, setSettings and linking; default 30 s
	CreateTime   time.Duration // how long a new instance answers null; default 2 min
	CountRefresh time.Duration // age at which getMessagesCount looks again; default 10 s
	RetryAfter   time.Duration // sent with the limiter's 429 when above 0, in whole seconds rounded up
	ErrorBody    ErrorBody     // how 400, 401 and 403 are worded; default Text
	CheckHost    bool          // answer 403 to a host that does not serve the instance
	KeepCalls    int           // calls remembered one by one per instance; default 4096

	PartnerToken  Secret // of the one partner, who has all instances; default none, and no partner's API
	PartnerErrors bool   // a wrong PartnerToken is answered with 400, not with 200 and a code
	PartnerTimes  string // layout of the times in the partner's list; default 2006-01-02T15:04:05
}

// Server is the API and its operator's side. All methods are safe for concurrent use.
type Server struct {
	opts    Options
	methods map[string]method // by lower-case name

	mu        sync.Mutex
	instances map[string]*instance
	order     []string // ids in the order of Add
	faults    []ActiveFault
	change    chan struct{}
}

// New returns an API without instances.
func New(o Options) *Server {
	if o.RebootTime <= 0 {
		o.RebootTime = 30 * time.Second
	}
	if o.CreateTime <= 0 {
		o.CreateTime = 2 * time.Minute
	}
	if o.CountRefresh <= 0 {
		o.CountRefresh = 10 * time.Second
	}
	if o.KeepCalls <= 0 {
		o.KeepCalls = 4096
	}
	return &Server{opts: o, methods: methods(), instances: map[string]*instance{}}
}

// call is one request on its way through the server.
type call struct {
	route
	verb, host string
	query      url.Values
	body       []byte
	now        time.Time // the moment at which the answer is made
	method     method    // zero when there is none of that name
	in         *instance // nil when nobody has that id
	fault      *Fault    // nil when the answer is to be a proper one
	record     *Call     // nil when in is nil
	status     int       // what was sent
	admitted   bool      // by the limiter
	over       time.Time // when a long poll ends; zero: it has not begun
}

// ServeHTTP answers one request. It returns when the answer is out or the client has left, and breaks a connection by
// panicking with [http.ErrAbortHandler].
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := s.arrive(r)
	defer s.leave(c)
	if c.fault == nil {
		s.hold(r.Context(), c).send(w, c)
		return
	}
	s.spoil(w, r, c)
}

func (s *Server) arrive(r *http.Request) *call {
	c := &call{route: parse(r.URL.Path), verb: r.Method, host: r.Host, query: r.URL.Query()}
	if c.host == "" {
		c.host = r.URL.Host
	}
	at := time.Now()
	if r.Body != nil {
		c.body, _ = io.ReadAll(io.LimitReader(r.Body, 1<<20)) // a body cut short is bad JSON, and answered as such
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	c.method = s.methods[strings.ToLower(c.name)]
	c.in = s.instances[c.id]
	if c.in != nil {
		c.record = c.in.seen.begin(c.method.name, at, s.opts.KeepCalls)
	}
	c.fault = s.takeFault(c)
	return c
}

func (s *Server) leave(c *call) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c.in != nil {
		c.in.seen.end(c.record, c.status)
	}
}

// answer makes the proper answer of this moment and does what the call asks for.
func (s *Server) answer(c *call) answer {
	s.mu.Lock()
	defer s.mu.Unlock()
	c.now = time.Now()
	if a, refused := s.refusal(c); refused {
		return a
	}
	c.in.catchUp(c.now)
	if !c.admitted && !c.in.allow(c.method, c.now) {
		return throttled(s.opts.RetryAfter)
	}
	c.admitted = true
	if c.in.account != Active {
		return s.problem(http.StatusBadRequest, c.in.account.refusal())
	}
	return c.method.run(s, c)
}
