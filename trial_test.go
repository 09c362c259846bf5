package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	"greenwatch/outside/outsidetest"
	"greenwatch/secret"
	"greenwatch/simulator/soak/judge"
)

// fallbackAfter is FALLBACK_AFTER of trials with a mailbox.
const fallbackAfter = 2 * time.Minute

// mailTo gives the trial a mailbox as its other channel. It must be called before the program starts.
func (tr *trial) mailTo(m *outsidetest.Mail) {
	tr.mail = m
	tr.cfg.Fallbacks, tr.cfg.FallbackAfter = []secret.Text{secret.New(m.Address("ops@hidden.example"))}, fallbackAfter
	tr.rules.Elsewhere = fallbackAfter + 90*time.Second
	tr.secrets = append(tr.secrets, outsidetest.Password)
}

// beatFor gives the trial a heartbeat, before the program starts.
func (tr *trial) beatFor(c *clinic) {
	tr.heartbeat, tr.cfg.Heartbeat = c, secret.New("https://hc.example/"+heartKey)
	tr.secrets = append(tr.secrets, heartKey)
}

// spend lets time pass and notes when mails come.
func (tr *trial) spend(d time.Duration) {
	const look = 10 * time.Second
	for end := time.Now().Add(d); time.Now().Before(end); {
		tr.pass(min(look, time.Until(end)))
		tr.readMail()
	}
}

func (tr *trial) readMail() {
	if tr.mail == nil {
		return
	}
	got, _ := tr.mail.Got()
	for _, m := range got[len(tr.mails):] {
		_, body, _ := strings.Cut(m, "\n\n")
		tr.mails = append(tr.mails, judge.Mail{At: time.Now(), Text: body})
		for _, c := range tr.cfg.Credentials {
			if strings.Contains(m, c.Token.Reveal()) {
				tr.t.Error("a token is in a mail")
			}
		}
	}
}

// leave notes that a chat cannot be told from now on; the function that it gives, that it can be again.
func (tr *trial) leave(chat int64) (back func()) {
	n := len(tr.aways)
	tr.aways = append(tr.aways, judge.Away{Chat: chat, From: time.Now()})
	return func() {
		if tr.aways[n].To.IsZero() {
			tr.aways[n].To = time.Now()
		}
	}
}

// kill stops the program dead, and starts another one.
func (tr *trial) kill() {
	tr.fate.die()
	if err := <-tr.stopped; err != nil {
		tr.t.Logf("the dead program ended with %v", err)
	}
	tr.kills++
	tr.spend(2 * time.Second)
	tr.live(nil)
}

// vitals are how the program says that it is, in each way that it has of saying so.
type vitals struct {
	ready  bool
	page   string // /readyz
	beats  bool   // the last heartbeat did not complain
	status string // the answer to /status; "" where it was not asked, or has not come
	muted  bool   // a metric tells of a chat that is not told
	stale  bool   // a metric tells of a card that shows what is no longer so
}

// vitals asks for them: what is not known by the program's own names stands here and nowhere else.
func (tr *trial) vitals(c *clinic, askIn int64) vitals {
	tr.t.Helper()
	w := httptest.NewRecorder()
	tr.app.server.Handler.ServeHTTP(w, httptest.NewRequestWithContext(tr.t.Context(), http.MethodGet, "/readyz", nil))
	h := vitals{ready: w.Code == http.StatusOK, page: w.Body.String(), beats: true}
	_, _ = tr.logged.Write([]byte(h.page))
	if c != nil {
		_, before := c.noticed()
		tr.spend(70 * time.Second) // a sweep ends
		_, fails := c.noticed()
		h.beats = len(fails) == len(before)
	}
	for name, value := range tr.scrape() {
		switch {
		case name == "notes_oldest_age_seconds" && value >= fallbackAfter.Seconds(), strings.Contains(name, "chat") && value > 0:
			h.muted = true
		case name == "cards_stale" && value > 0:
			h.stale = true
		}
	}
	if askIn != 0 {
		before := len(tr.bots(askIn))
		tr.telegram.Say(askIn, operator, "/status")
		tr.spend(10 * time.Second)
		for _, m := range tr.bots(askIn)[before:] {
			h.status += m.Text + "\n"
		}
	}
	return h
}

// namesChat reports whether /status says of a chat that it is not told.
func (h vitals) namesChat(chat int64) bool {
	return strings.Contains(h.status, fmt.Sprint(chat)) || strings.Contains(h.status, "Ops")
}
