package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenwatch/fleet"
	"greenwatch/simulator/instanceapi"
)

// file writes the instances file: these numbers of the simulated API, counted from 7105000001.
func (h *house) file(numbers ...int) {
	h.t.Helper()
	all := "id;token;name\n"
	for _, n := range numbers {
		id := fmt.Sprint(7105000000 + n)
		all += fmt.Sprintf("%s;%s;Kazan %02d\n", id, apiToken(id), n)
	}
	h.writeList(all)
}

func (h *house) writeList(content string) {
	h.t.Helper()
	if err := os.WriteFile(h.listPath(), []byte(content), 0o600); err != nil {
		h.t.Fatal(err)
	}
}

func (h *house) listPath() string {
	return filepath.Join(filepath.Dir(h.cfg.Database), "instances.csv")
}

// readFile makes the file the list from the next start on.
func (h *house) readFile() {
	h.t.Helper()
	f, credentials, err := fleet.Load(fleet.Sources{File: h.listPath(), URL: "https://api.green-api.example"})
	if err != nil {
		h.t.Fatal(err)
	}
	h.cfg.Fleet, h.cfg.Credentials = f, credentials
}

// inListedHouse runs a story with twelve instances, of which the file lists so many.
func inListedHouse(t *testing.T, n int, story func(t *testing.T, h *house)) {
	t.Helper()
	inIdleHouse(t, 12, func(t *testing.T, h *house) {
		h.file(upTo(n)...)
		h.readFile()
		h.start()
		h.pass(2 * time.Minute)
		h.everywhere(fmt.Sprintf("Watching %d numbers", n))
		story(t, h)
	})
}

func upTo(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i + 1
	}
	return all
}

// replies counts the bot's answers to a message of its own.
func (h *house) replies(chat int64, message int) (n int) {
	for _, m := range h.bots(chat) {
		if m.ReplyTo == message {
			n++
		}
	}
	return n
}

func (h *house) watched() (n int) {
	h.t.Helper()
	for name, value := range h.scrape() {
		if strings.HasPrefix(name, "instances{") {
			n += int(value)
		}
	}
	return n
}

func TestTheInstancesFileChanges(t *testing.T) {
	t.Parallel()
	inListedHouse(t, 10, func(t *testing.T, h *house) {
		h.set("7105000010", instanceapi.Blocked)
		h.set("7105000011", instanceapi.NotAuthorized)
		h.pass(2 * time.Minute)
		cards := h.everywhere("Kazan 10: blocked")
		h.file(1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12)
		h.pass(62 * time.Second)
		for _, m := range h.everywhere("instances.csv: +2 −1") {
			if !m.Silent || !strings.Contains(m.Text, "7105000011 Kazan 11, 7105000012 Kazan 12") || !strings.Contains(m.Text, "I watch 11 numbers") {
				t.Errorf("told:\n%s", m.Text)
			}
		}
		h.pass(30 * time.Second)
		h.everywhere("Watching 2 more numbers")
		h.everywhere("Kazan 11: logged out")
		for chat, card := range cards {
			now, _ := h.telegram.Message(chat, card.ID)
			if !strings.Contains(now.Text, "Kazan 10: not watched any more") {
				t.Errorf("the card of the one that left in %d reads:\n%s", chat, now.Text)
			}
			if n := h.replies(chat, card.ID); n != 1 {
				t.Errorf("%d notes that the incident is closed:\n%s", n, h.transcript(chat))
			}
		}
		h.pressData(opsGroup, cards[opsGroup].ID, "check:7105000010", operator)
		if n := h.watched(); n != 11 {
			t.Errorf("/metrics knows %d", n)
		}
		before := h.count()
		h.readFile()
		h.restart()
		h.pass(time.Hour)
		if n := h.count(); n != before {
			t.Errorf("%d messages after a restart:\n%s", n-before, h.transcript(opsGroup))
		}
	})
}

func TestTheListIsWrong(t *testing.T) {
	t.Parallel()
	inListedHouse(t, 10, func(t *testing.T, h *house) {
		good, err := os.ReadFile(h.listPath())
		if err != nil {
			t.Fatal(err)
		}
		h.writeList(string(good) + "7,105E+09;" + apiToken("7105000011") + ";Kazan 11\n")
		h.pass(62 * time.Second)
		for _, m := range h.everywhere("instances.csv: not applied, 1 mistake in it") {
			if !m.Silent || !strings.Contains(m.Text, "Line 12: Excel has rounded this id") || strings.Contains(m.Text, "E+09") {
				t.Errorf("told:\n%s", m.Text)
			}
		}
		h.telegram.Say(opsGroup, guest, "/status@watch_bot")
		h.pass(10 * time.Minute)
		h.everywhere("not applied, 1 mistake")
		h.find(opsGroup, "instances.csv is not applied since")
		h.set("7105000010", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		h.everywhere("Kazan 10: blocked")
		h.writeList(string(good))
		h.pass(2 * time.Minute)
		h.everywhere("instances.csv: read again, nothing changed")
	})
}

func TestHalfTheListIsGone(t *testing.T) {
	t.Parallel()
	inListedHouse(t, 10, func(t *testing.T, h *house) {
		h.set("7105000010", instanceapi.Blocked)
		h.pass(2 * time.Minute)
		cards := h.everywhere("Kazan 10: blocked")
		h.file(1, 2, 3, 4, 5, 12)
		h.pass(62 * time.Second)
		asked := h.everywhere("instances.csv: 5 of 10 numbers are gone from it")
		question := asked[opsGroup]
		if !question.Silent || !strings.Contains(question.Text, "nor what else is new in it") {
			t.Errorf("asked:\n%s", question.Text)
		}
		if shown := h.press(opsGroup, question.ID, "Yes, drop 5", guest); !strings.Contains(shown, "Only operators") {
			t.Errorf("a guest was shown %q", shown)
		}
		h.pass(10 * time.Minute)
		h.everywhere("5 of 10 numbers are gone")
		if n := h.watched(); n != 10 {
			t.Errorf("%d are watched", n)
		}
		h.press(opsGroup, question.ID, "Yes, drop 5", operator)
		h.pass(5 * time.Second)
		h.everywhere("instances.csv: +1 −5")
		if now, _ := h.telegram.Message(opsGroup, question.ID); !strings.Contains(now.Text, "5 of 10 numbers dropped") || !strings.Contains(now.Text, "@ops_a") || len(now.Keyboard) > 0 {
			t.Errorf("the question reads:\n%s", now.Text)
		}
		if shown := h.press(operator.ID, asked[operator.ID].ID, "Keep 10", operator); !strings.Contains(shown, "changed since") {
			t.Errorf("the second answer was told %q", shown)
		}
		h.pass(time.Minute)
		for chat, card := range cards {
			if n := h.replies(chat, card.ID); n != 1 {
				t.Errorf("%d notes that the incident is closed:\n%s", n, h.transcript(chat))
			}
		}
		if n := h.watched(); n != 6 {
			t.Errorf("%d are watched", n)
		}
		h.pass(5 * time.Minute)
		h.everywhere("instances.csv: +1 −5")
	})
}

// At the start the file is believed: the tokens of those that are gone are nowhere else.
func TestHalfTheListIsGoneAtTheStart(t *testing.T) {
	t.Parallel()
	inListedHouse(t, 10, func(t *testing.T, h *house) {
		h.file(upTo(5)...)
		h.pass(62 * time.Second)
		question := h.everywhere("5 of 10 numbers are gone")[opsGroup]
		h.press(opsGroup, question.ID, "Keep 10", operator)
		h.pass(10 * time.Minute)
		if now, _ := h.telegram.Message(opsGroup, question.ID); !strings.Contains(now.Text, "all 10 kept") {
			t.Errorf("the question reads:\n%s", now.Text)
		}
		for range 3 {
			h.readFile()
			h.restart()
			h.pass(10 * time.Minute)
		}
		for _, m := range h.everywhere("instances.csv: −5") {
			if m.Silent || !strings.Contains(m.Text, "half-copied") {
				t.Errorf("told:\n%s", m.Text)
			}
		}
	})
}

// A token that was renewed is tried as soon as it is in the file.
func TestANewTokenInTheList(t *testing.T) {
	t.Parallel()
	inListedHouse(t, 3, func(t *testing.T, h *house) {
		good, err := os.ReadFile(h.listPath())
		if err != nil {
			t.Fatal(err)
		}
		h.writeList(strings.Replace(string(good), apiToken(first), "another-token", 1))
		h.pass(4 * time.Minute)
		h.everywhere("instances.csv: 1 changed")
		h.everywhere("Kazan 01: GREEN-API refuses our token")
		h.writeList(string(good))
		h.pass(75 * time.Second)
		card := h.find(opsGroup, "it may have been sending all along.\n7105000001")
		if card.Edits == 0 || !strings.Contains(card.Text, "seen again") {
			t.Errorf("the card reads:\n%s", card.Text)
		}
	})
}

// However often the program ends while the list changes, each change is told once.
func TestRestartsWhileTheListChanges(t *testing.T) {
	t.Parallel()
	inListedHouse(t, 10, func(_ *testing.T, h *house) {
		h.file(append(upTo(9), 11, 12)...)
		h.pass(50 * time.Second)
		for step := range 20 {
			h.pass(time.Duration(step) * 700 * time.Millisecond)
			h.readFile()
			h.restart()
		}
		h.pass(3 * time.Minute)
		h.everywhere("instances.csv: +2 −1")
		h.everywhere("Watching 2 more numbers")
	})
}
