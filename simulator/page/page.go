// Package page is the demo's web page: the Telegram group as a person sees it beside a panel that breaks what the bot
// watches. It shows a botapi.Server and an instanceapi.Server that run in the same process, and plays the people and
// the operator who move them.
package page

import (
	"embed"
	"io/fs"
	"net/http"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

//go:embed files
var embedded embed.FS

// Options say what the page shows. All fields but Title are required.
type Options struct {
	Telegram  *botapi.Server
	Instances *instanceapi.Server
	Chat      int64    // the group shown
	Title     string   // the group's name; "Group" when empty
	People    []Person // in whose names the visitor writes and presses; the first is chosen at the start
}

// Person is somebody whose part the visitor can play.
type Person struct {
	botapi.Person
	Role string // shown after the name, such as "operator" or "guest"
}

type page struct {
	Options
	telegram *switchboard
}

// New makes the page's handler, for the root of a listener on a loopback address: requests for any other host name
// are refused, and so are actions that another site's page asks for.
//
// A visitor's stream stays open as long as its request's context. A server that is to shut down without waiting for it
// should end that context, by http.Server.BaseContext. A press is answered within 15 s, so a WriteTimeout must be longer.
func New(o Options) http.Handler {
	if o.Title == "" {
		o.Title = "Group"
	}
	p := &page{Options: o, telegram: newSwitchboard(o.Telegram)}
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
	mux.Handle("POST /api/fault", action(p.setFault))
	return guarded(mux)
}
