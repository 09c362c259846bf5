// Package page is the demo's web page: the Telegram group as a person sees it on a phone, beside a control room that
// breaks what the bot watches. It shows a botapi.Server and an instanceapi.Server that run in the same process, and
// plays the people and the operator who move them.
package page

import (
	"context"
	"embed"
	"io/fs"
	"net/http"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

//go:embed files
var embedded embed.FS

// Options say what the page shows. Telegram, Instances, Chat and People are required.
type Options struct {
	Telegram  *botapi.Server
	Instances *instanceapi.Server
	Chat      int64          // the group shown
	Title     string         // the group's name; "Group" when empty
	Bot       string         // the bot's name
	People    []Person       // in whose names the visitor writes and presses; the first is chosen at the start
	Shown     int            // so many instances have a row of their own at once, and a storm spares them; 0: all have one
	Zone      *time.Location // in which the page tells the time; UTC when nil

	// LanguageCommand changes the chat's language when its tag follows, as in "/language ru". The first person writes it
	// when the visitor changes the page's language; empty: nothing is written.
	LanguageCommand string

	Speeds []Speed // the steps of the clock, the one at the start first; none: there is no clock
	// Turn makes the program run at another of Speeds. It returns when that is done.
	Turn func(ctx context.Context, key string) error

	Story Story // without a Play: none

	// Gate answers GET /gate/{id}; nil: no gate is shown. It must not wait.
	Gate http.Handler
	// Pass has the program take it that time has passed for an instance: all that it remembers of it was so much earlier.
	// Nil: it takes no part when the visitor lets time pass.
	Pass func(ctx context.Context, id string, d time.Duration) error
}

// Person is somebody whose part the visitor can play.
type Person struct {
	botapi.Person
	Role Text // what this person may do
}

// Speed is a step of the clock.
type Speed struct {
	Key   string `json:"key"`   // shown on its button
	Means Text   `json:"means"` // what it does, plainly
}

// Page is the handler of the page and whoever plays its story. Make it with New.
type Page struct {
	http.Handler
	*page
}

type page struct {
	Options
	moved    *signal // of what is neither Telegram's nor the instances'
	telegram *switchboard
	presses  *presses
	stage    *stage
}

// New makes the page for the root of a listener on a loopback address: requests for any other host name are refused, and
// so are actions that another site's page asks for.
//
// A visitor's stream stays open as long as its request's context. A server that is to shut down without waiting for it
// should end that context, by http.Server.BaseContext. A press is answered within 15 s, so a WriteTimeout must be longer.
func New(o Options) *Page {
	if o.Title == "" {
		o.Title = "Group"
	}
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	moved := newSignal()
	p := &page{
		Options: o, moved: moved, presses: &presses{moved: moved},
		telegram: &switchboard{server: o.Telegram, moved: moved}, stage: newStage(o, moved),
	}
	files, err := fs.Sub(embedded, "files")
	if err != nil {
		panic(err) // the name is not a valid path, which it is
	}
	mux := http.NewServeMux()
	mux.Handle("GET /", http.FileServerFS(files))
	mux.HandleFunc("GET /api/state", p.serveState)
	mux.HandleFunc("GET /api/stream", p.serveStream)
	mux.HandleFunc("GET /media/{message}", p.serveMedia)
	mux.Handle("POST /api/say", action(p.say))
	mux.Handle("POST /api/press", action(p.press))
	mux.Handle("POST /api/instance", action(p.setInstance))
	mux.Handle("POST /api/queue", action(p.enqueue))
	mux.Handle("POST /api/hold", action(p.hold))
	mux.Handle("POST /api/pass", action(p.pass))
	mux.Handle("POST /api/fleet", action(p.setFleet))
	mux.Handle("POST /api/fault", action(p.setFault))
	mux.Handle("POST /api/language", action(p.setLanguage))
	mux.Handle("POST /api/speed", action(p.setSpeed))
	mux.Handle("POST /api/story", action(p.setStory))
	return &Page{Handler: guarded(mux), page: p}
}
