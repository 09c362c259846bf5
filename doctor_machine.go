package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
)

// database looks at it from beside, also while a greenwatch is running on it.
func (d *doctor) database(ctx context.Context) {
	const what = "database"
	if d.cfg.Database == ":memory:" {
		d.tell(warning, what, "in memory: all is forgotten when greenwatch ends", "name a file in DATABASE_URL")
		return
	}
	name := d.cfg.Database
	if server, ok := masked(name); ok {
		name = server
	}
	var v storage.View
	err := within(ctx, func(ctx context.Context) (err error) {
		v, err = storage.Look(ctx, d.cfg.Database)
		return err
	})
	d.path, d.known = v.Path, v.Chats
	if err == nil && !v.InUse && v.Path != "" {
		err = writable(v)
	}
	switch {
	case err != nil:
		d.tell(failing, what, name+": "+err.Error(), cure(err))
	case v.InUse && v.New:
		d.tell(failing, what, name+": a greenwatch is running on it, and the file is not there any more",
			"put it back if it was moved; else look into the greenwatch's own message about it before you stop it")
	case v.InUse:
		d.tell(fine, what, name+": in use by a running greenwatch; "+content(v), "")
	case v.New:
		d.tell(fine, what, name+": there is none yet; the first start makes it", "")
	default:
		d.tell(fine, what, name+": "+content(v), "")
	}
}

func content(v storage.View) string {
	text := "whole, " + plural(v.Incidents, "incident")
	if known := storage.KnownSchema(); v.Schema < known {
		text += fmt.Sprintf("; its schema %d is brought up to %d at the start", v.Schema, known)
	}
	return text
}

func cure(err error) string {
	switch {
	case errors.Is(err, storage.ErrCorrupt):
		return "stop greenwatch, and put a backup in its place: greenwatch restore FILE"
	case errors.Is(err, storage.ErrNewer):
		return "start the newer greenwatch that wrote it, or restore the backup from before its update"
	case errors.Is(err, storage.ErrForeign):
		return "name greenwatch's own database in DATABASE_URL"
	case errors.Is(err, storage.ErrAltered):
		return "take back what was changed in it: such a database can neither be backed up nor restored"
	case errors.Is(err, storage.ErrAway):
		return "start the server, or correct DATABASE_URL"
	default:
		return "let this user read and write it and its folder, or correct DATABASE_URL"
	}
}

// writable tries what the start does: to write the file, if there is one, and to make files beside it. Nobody else has
// the file open here.
func writable(v storage.View) error {
	if !v.New {
		f, err := os.OpenFile(v.Path, os.O_RDWR, 0)
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	f, err := os.CreateTemp(filepath.Dir(v.Path), ".greenwatch-*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}

const (
	littleSpace = 500 << 20
	noSpace     = 50 << 20
)

// disk looks at the space where a database file grows.
func (d *doctor) disk(context.Context) {
	if d.path == "" {
		return
	}
	folder := filepath.Dir(d.path)
	free, err := freeSpace(folder)
	text := fmt.Sprintf("%s free at %s", inBytes(int64(min(free, 1<<62))), folder)
	const remedy = "make room, or move the database: DATABASE_URL"
	switch {
	case err != nil:
		d.tell(warning, "disk", "the free space at "+folder+" is not known: "+err.Error(), "correct DATABASE_URL")
	case free < noSpace:
		d.tell(failing, "disk", text, remedy)
	case free < littleSpace:
		d.tell(warning, "disk", text, remedy)
	default:
		d.tell(fine, "disk", text, "")
	}
}

// http looks whether the address is free, or ours already.
func (d *doctor) http(ctx context.Context) {
	const what = "http"
	addr := d.cfg.HTTPAddr
	if addr == "" {
		d.tell(fine, what, "off", "")
		return
	}
	if err := askHealth(ctx, addr); err == nil {
		d.tell(fine, what, addr+": a greenwatch is running and answers", "")
		return
	}
	var config net.ListenConfig
	listener, err := config.Listen(ctx, "tcp", addr)
	if err != nil {
		d.tell(failing, what, addr+": "+err.Error(), "end the program that has it, or choose another HTTP_ADDR, or off")
		return
	}
	_ = listener.Close()
	d.tell(fine, what, addr+": free", "")
}

const namedInstances = 10

// instances asks each once. That one does not send is for `greenwatch check`; here is looked at whether it can be watched.
func (d *doctor) instances(ctx context.Context) {
	const what = "instance"
	if d.cfg.Fleet == nil || len(d.cfg.Credentials) == 0 {
		return // said already
	}
	all, err := checkAll(ctx, d.cfg)
	if err != nil {
		d.tell(failing, what, err.Error(), "correct the list of instances")
		return
	}
	answered, named := 0, 0
	for _, c := range all {
		m, remedy := rate(c)
		if m != failing {
			answered++
		}
		if m == fine {
			continue
		}
		if named++; named <= namedInstances {
			d.tell(m, what, fmt.Sprintf("%s: %s (%s) %s", strings.TrimSpace(string(c.ID)+" "+c.Name), c.State, c.Meaning, c.Detail), remedy)
			continue
		}
		d.count(m)
	}
	m := fine
	if named > namedInstances {
		m = warning
	}
	d.tell(m, what, fmt.Sprintf("%d of %d can be watched", answered, len(all)), "greenwatch check shows all")
}

// count counts what is not named.
func (d *doctor) count(m mark) {
	if m == failing {
		d.failed++
	}
}

func rate(c checked) (m mark, remedy string) {
	switch c.Verdict {
	case monitor.Good:
		return fine, ""
	case monitor.Denied:
		return failing, "compare its idInstance, apiTokenInstance and apiUrl with https://console.green-api.com"
	case monitor.Blind:
		if c.limited {
			return warning, "somebody else asks about it with the same token: end that program, or have it ask once a minute; if nobody does, the plan's limit is hit"
		}
		return failing, "look at the network, and at its apiUrl"
	case monitor.Unseen:
		return warning, "try again in a minute"
	default:
		return warning, "it can be watched; /status " + string(c.ID) + " in a chat says what to do"
	}
}

const (
	clockOff   = 5 * time.Second
	clockWrong = time.Minute
)

// clocks compares this machine's clock with what the servers write into their answers.
func (d *doctor) clocks(ctx context.Context) {
	if d.client != nil {
		d.clock("Telegram's", time.Until(d.client.Now()))
	}
	if len(d.cfg.Credentials) == 0 {
		return
	}
	var ahead time.Duration
	err := within(ctx, func(ctx context.Context) (err error) {
		ahead, err = aheadOf(ctx, d.cfg.Credentials[0].URL)
		return err
	})
	if err != nil {
		d.tell(warning, "clock", "GREEN-API does not say what time it is: "+err.Error(), "look at the network")
		return
	}
	d.clock("GREEN-API's", ahead)
}

func (d *doctor) clock(whose string, ahead time.Duration) {
	const remedy = "let the clock be set from the network: timedatectl set-ntp true"
	text := fmt.Sprintf("this machine's differs from %s by %s", whose, ahead.Abs().Round(time.Second))
	switch {
	case ahead.Abs() > clockWrong:
		d.tell(failing, "clock", text, remedy)
	case ahead.Abs() > clockOff:
		d.tell(warning, "clock", text, remedy)
	default:
		d.tell(fine, "clock", "agrees with "+whose, "")
	}
}

// aheadOf is by how much a server's clock is ahead of ours. It asks for nothing that takes a token; whatever comes back
// has the time in it. Less than two seconds may be the way here.
func aheadOf(ctx context.Context, server string) (time.Duration, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodHead, server, http.NoBody)
	if err != nil {
		return 0, errors.New("its address is not usable")
	}
	transport := &http.Transport{DisableKeepAlives: true} // and no proxy, as for the instances
	resp, err := transport.RoundTrip(request)
	if err != nil {
		return 0, err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 1<<10))
	_ = resp.Body.Close()
	said, err := http.ParseTime(resp.Header.Get("Date"))
	if err != nil {
		return 0, errors.New("there is no time in its answer")
	}
	if ahead := time.Until(said); ahead.Abs() >= 2*time.Second {
		return ahead, nil
	}
	return 0, nil
}
