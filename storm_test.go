package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

func TestStormOfFiveHundred(t *testing.T) {
	t.Parallel()
	n := 500
	if racing {
		n = 80
	}
	inHouse(t, n, func(t *testing.T, h *house) {
		h.pass(3 * time.Minute)
		seen := h.ids()
		for i := range n {
			h.set(fmt.Sprint(7105000001+i), instanceapi.NotAuthorized)
		}
		began := time.Now()
		for time.Since(began) < 2*time.Minute {
			h.pass(time.Second)
			if time.Since(began).Round(time.Second) == 40*time.Second {
				h.telegram.Say(opsGroup, operator, "/help@watch_bot")
				asked := time.Now()
				h.pass(4 * time.Second)
				help := h.find(opsGroup, "I watch GREEN-API numbers")
				if took := help.SentAt.Sub(asked); took > 3*time.Second {
					t.Errorf("an answer took %s in the storm", took)
				}
				seen[opsGroup][help.ID] = true
			}
		}
		if n := h.telegram.Limited(); n != 0 {
			t.Errorf("%d answers of 429", n)
		}
		for _, chat := range h.chats() {
			h.judgeStorm(t, chat, seen[chat], stormed{n, began})
		}

		for i := range n {
			h.set(fmt.Sprint(7105000001+i), instanceapi.Authorized)
		}
		before := h.count()
		h.pass(3 * time.Minute)
		if n := h.count() - before; n > 5*len(h.chats()) {
			t.Errorf("%d messages of recovery", n)
		}
		h.everywhere("Over for all")
	})
}

// ids are the bot's messages so far, by chat.
func (h *house) ids() map[int64]map[int]bool {
	seen := make(map[int64]map[int]bool)
	for _, chat := range h.chats() {
		seen[chat] = make(map[int]bool)
		for _, m := range h.bots(chat) {
			seen[chat][m.ID] = true
		}
	}
	return seen
}

// stormed is how many dropped out, and when that began.
type stormed struct {
	n     int
	began time.Time
}

// judgeStorm looks at what a chat was told: few messages, the first at once and alone, and every number named in time.
func (h *house) judgeStorm(t *testing.T, chat int64, before map[int]bool, s stormed) {
	t.Helper()
	var told []botapi.Message
	named := ""
	last := s.began
	for _, m := range h.bots(chat) {
		if before[m.ID] {
			continue
		}
		told = append(told, m)
		named += m.Text
		last = later(last, m.SentAt, m.EditedAt)
		if file, ok := h.telegram.Media(chat, m.ID); ok {
			named += string(file.Bytes)
		}
	}
	if len(told) == 0 || len(told) > 5 {
		t.Fatalf("%d messages in %d:\n%s", len(told), chat, h.transcript(chat))
	}
	if strings.Count(told[0].Text, "Kazan_") != 1 || told[0].Silent {
		t.Errorf("the first alert is not alone:\n%s", told[0].Text)
	}
	for i := range s.n {
		if name := fmt.Sprintf("Kazan_%02d", i+1); !strings.Contains(named, name) {
			t.Errorf("%s is not named in %d", name, chat)
		}
	}
	// The last of them is believed at most one sweep and one confirmation after it dropped out.
	if took := last.Sub(s.began); took > 60*time.Second+10*time.Second+15*time.Second {
		t.Errorf("all are named after %s in %d", took, chat)
	}
}

func later(times ...time.Time) time.Time {
	latest := times[0]
	for _, t := range times[1:] {
		if t.After(latest) {
			latest = t
		}
	}
	return latest
}

// A digest that was told silently takes up nothing that rings: nobody would hear the edit.
func TestWhatRingsJoinsNoSilentDigest(t *testing.T) {
	t.Parallel()
	inHouse(t, 20, func(t *testing.T, h *house) {
		h.pass(3 * time.Minute)
		for i := range 8 {
			scope := instanceapi.InstanceScope(fmt.Sprint(7105000001 + i))
			if err := h.green.Break(scope, instanceapi.Fault{Kind: instanceapi.BadGateway}); err != nil {
				t.Fatal(err)
			}
		}
		silent := ""
		for range 40 {
			h.pass(10 * time.Second)
			if texts := h.transcript(opsGroup); strings.Contains(texts, "7105000008") {
				silent = texts
				break
			}
		}
		if silent == "" || strings.Contains(silent, "silent false") {
			t.Fatalf("want a silent digest:\n%s", silent)
		}
		for i := range 6 {
			h.set(fmt.Sprint(7105000011+i), instanceapi.NotAuthorized)
		}
		h.pass(2 * time.Minute)
		var heard string
		for _, m := range h.bots(opsGroup) {
			if !m.Silent {
				heard += m.Text
			}
		}
		for i := range 6 {
			if id := fmt.Sprint(7105000011 + i); !strings.Contains(heard, id) {
				t.Errorf("nothing rang for %s:\n%s", id, h.transcript(opsGroup))
				break
			}
		}
	})
}
