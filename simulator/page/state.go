package page

import (
	"context"
	"net/http"
	"time"

	"greenwatch/simulator/instanceapi"
)

// state is all that the page shows. Its parts are streamed each for itself.
type state struct {
	Chat  chatState  `json:"chat"`
	Panel panelState `json:"panel"`
	Stage stageView  `json:"stage"`
}

type panelState struct {
	Shown     int            `json:"shown"` // so many instances have a row at once; 0: all
	Storm     int            `json:"storm"` // how many instances a storm takes
	Instances []instanceView `json:"instances"`
	Choices   []optionView   `json:"choices"`
	Scopes    []string       `json:"scopes"` // the parts of GREEN-API that can be broken
	Green     []optionView   `json:"green"`
	Broken    []brokenView   `json:"broken"`
	Telegram  []optionView   `json:"telegram"`
	Cut       string         `json:"cut"` // the fault at work on the Bot API, or empty
}

type instanceView struct {
	ID        string    `json:"id"`
	Name      string    `json:"name"`
	Pool      string    `json:"pool"`
	Line      string    `json:"line"`
	Word      string    `json:"word"`   // the state, or what the account is instead of active
	Answer    string    `json:"answer"` // what getStateInstance would answer now
	Since     time.Time `json:"since"`
	ChangesAt time.Time `json:"changesAt,omitzero"`
	Reboots   int       `json:"reboots"`
	Queue     int       `json:"queue"`
	Held      bool      `json:"held"`
	Gate      *gateView `json:"gate,omitempty"`
}

// optionView is something that can be chosen.
type optionView struct {
	Key   string `json:"key"`
	Label Text   `json:"label"`
}

// brokenView is a fault at work on a part of GREEN-API.
type brokenView struct {
	Scope string `json:"scope"`
	Kind  string `json:"kind"`
}

func (p *page) serveState(w http.ResponseWriter, r *http.Request) {
	writeJSON(w, http.StatusOK, state{Chat: p.chat(), Panel: p.panel(r.Context()), Stage: p.stage.now()})
}

func (p *page) panel(ctx context.Context) panelState {
	out := panelState{
		Shown: p.Shown, Storm: p.stormSize(), Cut: p.telegram.on(), Instances: []instanceView{}, Broken: []brokenView{},
	}
	for _, s := range p.Instances.Snapshots() {
		v := instanceView{
			ID: s.ID, Name: s.Name, Pool: s.Pool, Line: string(s.Line), Word: string(s.State), Answer: s.Answer,
			Since: s.Since, ChangesAt: s.ChangesAt, Reboots: s.Reboots, Queue: s.Queue, Held: s.Held,
			Gate: p.gate(ctx, s.ID),
		}
		if s.Account != instanceapi.Active {
			v.Word = s.Account.String()
		}
		out.Instances = append(out.Instances, v)
	}
	for _, c := range choices() {
		out.Choices = append(out.Choices, optionView{c.key, c.label})
	}
	for _, s := range p.scopes() {
		out.Scopes = append(out.Scopes, string(s))
	}
	for _, f := range greenFaults() {
		out.Green = append(out.Green, optionView{string(f.kind), f.label})
	}
	for _, f := range p.Instances.Faults() {
		out.Broken = append(out.Broken, brokenView{string(f.Scope), string(f.Kind)})
	}
	for _, f := range telegramFaults() {
		out.Telegram = append(out.Telegram, optionView{f.kind, f.label})
	}
	return out
}
