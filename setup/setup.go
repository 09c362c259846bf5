// Package setup is the dialogue of `greenwatch init`: it asks for what greenwatch needs, tries each answer live, and keeps
// it in .env as soon as it is known, so that the dialogue can be ended at any time and gone on with.
//
// It is plain lines in and out, for a terminal over SSH and for scripts alike. No id is ever typed: who opens a link with
// a code that only this terminal shows becomes an operator, and the place where it is opened a chat that is told.
package setup

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/telegram"
)

// The variables that the dialogue sets.
const (
	botToken      = "TELEGRAM_BOT_TOKEN"
	proxies       = "TELEGRAM_PROXY"
	chats         = "TELEGRAM_CHATS"
	operators     = "TELEGRAM_OPERATORS"
	instances     = "GREEN_API_INSTANCES"
	instancesFile = "GREEN_API_INSTANCES_FILE"
	language      = "LANGUAGE"
	timezone      = "TIMEZONE"
)

// Options are what a dialogue needs. All are required but Environ and Zone.
type Options struct {
	In  io.Reader
	Out io.Writer

	File    string            // the .env file, which need not exist
	Environ map[string]string // the real environment, which wins over the file

	// Parse reads the text of an .env file.
	Parse func(text string) (map[string]string, error)

	// Load reads lists of instances as GREEN_API_INSTANCES and GREEN_API_INSTANCES_FILE hold them. Its error's text is a
	// sentence a line, and shows nothing of what stands there.
	Load func(entries, file string) ([]Instance, error)

	// State asks an instance once.
	State func(ctx context.Context, i Instance) monitor.Reading

	// Zone is the IANA name of this machine's time zone; "" where it has none or UTC, which is what servers have that
	// nobody told where they are.
	Zone string

	// CodeLife is how long a link holds; 0 is 15 minutes.
	CodeLife time.Duration
}

// Instance is how one instance is reached.
type Instance struct {
	monitor.Instance
	Token secret.Text
	URL   string // "" for the usual address
}

// ErrStopped says that the dialogue ended before its end. What was answered is kept.
var ErrStopped = errors.New("stopped before the end")

// Run leads the dialogue to its end. It returns [ErrStopped] where ctx or the input ended first, or the person did not want
// to go on; any other error is one of the .env file.
func Run(ctx context.Context, o Options) error {
	if o.CodeLife == 0 {
		o.CodeLife = 15 * time.Minute
	}
	d := &dialogue{console: newConsole(o.In, o.Out), Options: o, env: envFile{o.File, o.Parse}}
	err := d.run(ctx)
	if ctx.Err() != nil || errors.Is(err, errNoInput) {
		return ErrStopped
	}
	return err
}

// dialogue is one call of Run.
type dialogue struct {
	*console
	Options
	env envFile

	client *telegram.Client
	me     telegram.Me
	polled chan error // what polling runs into
	codes  []string   // of all links so far
	anew   bool       // who is set already is replaced by the next one
}

func (d *dialogue) run(ctx context.Context) error {
	d.say("This sets greenwatch up. Each answer is tried at once and kept in %s; Ctrl-C ends, and calling it again goes on.", d.File)
	if d.env.exists() {
		d.say("")
		d.say("There is a %s here. What it holds stays, comments and all, unless you choose to change it here.", d.File)
		goOn, err := d.confirm(ctx, "Go on with it?", false)
		switch {
		case err != nil:
			return err
		case !goOn:
			d.say("Nothing was changed.")
			return ErrStopped
		}
	}
	if _, err := d.env.values(); err != nil {
		return fmt.Errorf("%w; correct the line or move the file away, and begin again", err)
	}
	for n, step := range []struct {
		title string
		do    func(context.Context) error
	}{
		{"the bot", d.bot},
		{"the instances", d.list},
		{"who is told, and who may press the buttons", d.people},
		{"a test", d.finish},
	} {
		d.say("")
		d.say("Step %d of 4: %s", n+1, step.title)
		if err := step.do(ctx); err != nil {
			return err
		}
	}
	return nil
}

// value is what greenwatch would find under a name.
func (d *dialogue) value(name string) string {
	if value, ok := d.Environ[name]; ok {
		return strings.TrimSpace(value)
	}
	values, err := d.env.values()
	if err != nil {
		return "" // the file was readable at the start; writing to it will tell
	}
	return strings.TrimSpace(values[name])
}

// keep writes what is known now to the file.
func (d *dialogue) keep(name, value string) error {
	if _, ok := d.Environ[name]; ok {
		d.say("Note: %s is also set in the environment, which wins over %s.", name, d.File)
	}
	return d.env.set(name, value)
}

// fields splits a list as the settings have it.
func fields(list string) []string {
	return strings.FieldsFunc(list, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
}

// added is a list with one more entry, if it is not there yet.
func added(list, entry string) string {
	all := fields(list)
	for _, have := range all {
		if have == entry {
			return list
		}
	}
	return strings.Join(append(all, entry), " ")
}

func number(id int64) string { return strconv.FormatInt(id, 10) }
