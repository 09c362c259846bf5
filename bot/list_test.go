package bot

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/words"
)

// sheet is a file of instances that takes what it is told to take.
type sheet struct {
	err      error
	standing *monitor.ListStanding
	answers  []monitor.ListAnswer
	who      monitor.AuditEntry
}

func (s *sheet) Answer(_ context.Context, version string, a monitor.ListAnswer, who monitor.AuditEntry) (monitor.Question, error) {
	s.answers, s.who = append(s.answers, a), who
	return monitor.Question{Asked: version, Gone: 5, Of: 10, Answer: a}, s.err
}

func (s *sheet) Standings() []monitor.ListStanding {
	if s.standing == nil {
		return nil
	}
	return []monitor.ListStanding{*s.standing}
}

func (s *sheet) File(string) string { return "instances.csv" }

// ask shows the question in the chat of alerts, and gives its message.
func (r *room) ask() int {
	r.t.Helper()
	alert := monitor.Alert{Kind: monitor.ListAsked, List: &monitor.ListNews{
		File: "instances.csv", Version: "0123456789abcdef", Gone: monitor.ListPart{Count: 5}, Of: 10,
	}}
	s := r.teller.Tell(r.t.Context(), monitor.Address{Chat: alerts}, []monitor.Note{{Alert: alert}})
	if s.End != monitor.SettledTold {
		r.t.Fatalf("not asked: %+v", s)
	}
	return s.MessageID
}

func TestTheListIsAnswered(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err                  error
		shown, becomes, data string
	}{
		"drop":     {data: "drop:0123456789abcdef", becomes: "5 of 10 numbers dropped"},
		"keep":     {data: "keep:0123456789abcdef", becomes: "all 10 kept"},
		"changed":  {data: "keep:0123456789abcdef", err: monitor.ErrListChanged, shown: "changed since", becomes: "not asked any more"},
		"answered": {data: "keep:0123456789abcdef", err: monitor.ErrListAnswered, shown: "answered already", becomes: "not asked any more"},
		"trouble":  {data: "keep:0123456789abcdef", err: errors.New("off"), shown: "the fault is mine", becomes: "5 of 10 numbers are gone"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) {
				r.end()
				list := &sheet{err: tt.err}
				r.options.List = list
				r.start()
				question := r.ask()
				if shown := r.tap(alerts, question, tt.data, guest); !strings.Contains(shown, "Only operators") || len(list.answers) > 0 {
					t.Errorf("a guest was shown %q", shown)
				}
				shown := r.tap(alerts, question, tt.data, opsA)
				r.pass(3 * time.Second)
				m, _ := r.telegram.Message(alerts, question)
				if !strings.Contains(shown, tt.shown) || (shown == "") != (tt.shown == "") || !strings.Contains(m.Text, tt.becomes) {
					t.Errorf("shown %q, and the question reads:\n%s", shown, m.Text)
				}
				if len(list.answers) != 1 || list.who.By.Name != "@ops_a" || list.who.Where.Chat != alerts || list.who.At.IsZero() {
					t.Errorf("answered %v by %+v", list.answers, list.who)
				}
			})
		})
	}
}

func TestNoFileNoAnswer(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		question := r.ask()
		if shown := r.tap(alerts, question, "keep:0123456789abcdef", opsA); !strings.Contains(shown, "do not know this button") {
			t.Errorf("shown %q", shown)
		}
		b := &Bot{Options: r.options}
		if m := b.listed(words.Voice{}, words.Plain("x")); m.HTML != "x" {
			t.Errorf("added %q", m.HTML)
		}
	})
}
