package page

import (
	"context"
	"net/http"
	"slices"
	"sync"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// greenFault is a way to break GREEN-API.
type greenFault struct {
	kind  instanceapi.Kind
	label Text
}

// greenFaults lists them in the order in which they are shown.
func greenFaults() []greenFault {
	return []greenFault{
		{instanceapi.Reset, Text{"No connection", "Нет соединения"}},
		{instanceapi.Hang, Text{"No answer", "Молчит"}},
		{instanceapi.ServerErrorJSON, Text{"Error 500", "Ошибка 500"}},
		{instanceapi.BadGateway, Text{"Error 502, HTML", "Ошибка 502, HTML"}},
		{instanceapi.Throttled, Text{"Too often, 429", "Слишком часто, 429"}},
		{instanceapi.Unauthorized, Text{"Token refused, 401", "Токен отвергнут, 401"}},
		{instanceapi.Garbage, Text{"Garbage", "Мусор"}},
		{instanceapi.Null, word("null")},
		{instanceapi.Huge, Text{"100 MB answer", "Ответ на 100 МБ"}},
	}
}

// telegramFault is a way to break the Bot API.
type telegramFault struct {
	kind  string
	label Text
	botapi.Fault
}

func telegramFaults() []telegramFault {
	return []telegramFault{
		{"off", Text{"No connection", "Нет соединения"}, botapi.Fault{Effect: botapi.Reset()}},
		{"hang", Text{"No answer", "Молчит"}, botapi.Fault{Effect: botapi.BlackHole()}},
		{"http_502", Text{"Error 502, HTML", "Ошибка 502, HTML"}, botapi.Fault{Effect: botapi.Gateway(http.StatusBadGateway)}},
		{"http_429", Text{"Too often, wait 5 s", "Слишком часто, ждать 5 с"}, botapi.Fault{Effect: botapi.FloodWait(5)}},
		{
			"lost",
			Text{"Next answer lost", "Следующий ответ потерян"},
			botapi.Fault{Method: "sendMessage", Times: 1, Stored: true, Effect: botapi.Reset()},
		},
	}
}

type breaking struct {
	API   string `json:"api"`   // "green" or "telegram"
	Scope string `json:"scope"` // of green: whose answers, as in instanceapi.Scope; empty: all
	Kind  string `json:"kind"`  // the fault that shall be at work there, alone; empty: none
}

func (p *page) setFault(_ context.Context, in breaking) (nothing, error) {
	switch in.API {
	case "green":
		return nothing{}, p.breakGreen(in.Scope, instanceapi.Kind(in.Kind))
	case "telegram":
		return nothing{}, p.breakTelegram(in.Kind)
	}
	return nothing{}, refuse(http.StatusBadRequest, "there is no API %q", in.API)
}

func (p *page) breakGreen(where string, kind instanceapi.Kind) error {
	scope := instanceapi.Scope(where)
	if where == "" {
		scope = instanceapi.WholeAPI
	}
	if !slices.Contains(p.scopes(), scope) {
		return refuse(http.StatusBadRequest, "GREEN-API has no part %q here", where)
	}
	known := slices.ContainsFunc(greenFaults(), func(f greenFault) bool { return f.kind == kind })
	if !known && kind != "" {
		return refuse(http.StatusBadRequest, "GREEN-API has no fault %q here", kind)
	}
	p.Instances.Mend(scope)
	if kind == "" {
		return nil
	}
	return p.Instances.Break(scope, instanceapi.Fault{Kind: kind})
}

// scopes are the parts of GREEN-API that can be broken: all of it, each pool, each instance.
func (p *page) scopes() []instanceapi.Scope {
	out := []instanceapi.Scope{instanceapi.WholeAPI}
	all := p.Instances.Snapshots()
	for _, s := range all {
		if pool := instanceapi.PoolScope(s.Pool); !slices.Contains(out, pool) {
			out = append(out, pool)
		}
	}
	for _, s := range all {
		out = append(out, instanceapi.InstanceScope(s.ID))
	}
	return out
}

func (p *page) breakTelegram(kind string) error {
	if kind == "" {
		p.telegram.turn(nil)
		return nil
	}
	for _, f := range telegramFaults() {
		if f.kind == kind {
			p.telegram.turn(&f)
			return nil
		}
	}
	return refuse(http.StatusBadRequest, "Telegram has no fault %q here", kind)
}

// switchboard holds the fault that the visitor has set to work on the Bot API, one at most.
type switchboard struct {
	server *botapi.Server
	moved  *signal

	mu      sync.Mutex
	kind    string
	working *botapi.Injected
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
	b.moved.fire()
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
