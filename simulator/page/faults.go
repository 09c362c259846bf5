package page

import (
	"net/http"
	"sync"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// greenFault is a way to break the whole GREEN-API.
type greenFault struct{ kind, label string }

// greenFaults lists them in the panel's order, by their instanceapi.Kind.
func greenFaults() []greenFault {
	return []greenFault{
		{string(instanceapi.Reset), "No connection"},
		{string(instanceapi.ServerErrorJSON), "Error 500"},
		{string(instanceapi.BadGateway), "HTML (502)"},
		{string(instanceapi.Garbage), "Garbage"},
		{string(instanceapi.Null), "null"},
		{string(instanceapi.Throttled), "Error 429"},
		{string(instanceapi.Hang), "No answer"},
		{string(instanceapi.Huge), "100 MB answer"},
	}
}

// telegramFault is a way to break the Bot API.
type telegramFault struct {
	kind, label string
	botapi.Fault
}

func telegramFaults() []telegramFault {
	return []telegramFault{
		{"off", "No connection", botapi.Fault{Effect: botapi.Reset()}},
		{"http_502", "HTML (502)", botapi.Fault{Effect: botapi.Gateway(http.StatusBadGateway)}},
		{"http_429", "429, wait 5 s", botapi.Fault{Effect: botapi.FloodWait(5)}},
		{"hang", "No answer", botapi.Fault{Effect: botapi.BlackHole()}},
		{
			"lost", "Next answer lost",
			botapi.Fault{Method: "sendMessage", Times: 1, Stored: true, Effect: botapi.Reset()},
		},
	}
}

// switchboard holds the fault that the visitor has set to work on the Bot API, one at most.
type switchboard struct {
	server *botapi.Server

	mu      sync.Mutex
	kind    string
	working *botapi.Injected
	change  chan struct{}
}

func newSwitchboard(s *botapi.Server) *switchboard {
	return &switchboard{server: s, change: make(chan struct{})}
}

// turn ends the fault at work and starts f, unless that is nil.
func (b *switchboard) turn(f *telegramFault) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.working != nil {
		b.working.Off()
	}
	b.kind, b.working = "", nil
	if f != nil {
		b.kind, b.working = f.kind, b.server.Inject(f.Fault)
	}
	close(b.change)
	b.change = make(chan struct{})
}

// on names the fault at work, or is empty. One for a number of calls is over after them.
func (b *switchboard) on() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.working != nil && b.working.Times > 0 && b.working.Hits() >= b.working.Times {
		b.kind, b.working = "", nil
	}
	return b.kind
}

// changed returns a channel that is closed at the next turn.
func (b *switchboard) changed() <-chan struct{} {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.change
}
