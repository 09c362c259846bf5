package bot

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
)

// shops are n numbers with long names, which are out in three ways.
func (r *room) shops(n int) crowd {
	var many crowd
	out := map[monitor.Finding][]monitor.InstanceID{}
	for i := range n {
		id := monitor.InstanceID(fmt.Sprint(710500000000000100 + i))
		many = append(many, monitor.Instance{ID: id, Name: fmt.Sprintf("Shop <%03d> 🛒 & the rest of its name", i), Pool: "7105"})
		f := []monitor.Finding{notAuthorized, blocked, blind}[i%3]
		out[f] = append(out[f], id)
	}
	r.teller.Fleet = many
	for f, ids := range out {
		r.believe(authorized, ids...)
		r.believe(f, ids...)
	}
	return many
}

// What is settled is named, exactly once; what a message cannot name waits for the next.
func TestSixtyAreNamedEach(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.shops(60)
		told := 0
		for len(r.due(ops)) > 0 {
			s := r.tell(ops)
			if s.End != monitor.SettledTold || len(s.Notes) == 0 {
				t.Fatalf("settled %+v", s)
			}
			text := r.last(alerts).Text
			for _, n := range s.Notes {
				id, _ := n.Alert.Subject.Instance()
				if strings.Count(text, string(id)) != 1 {
					t.Errorf("%s is settled, and named %d times", id, strings.Count(text, string(id)))
				}
			}
			told += len(s.Notes)
		}
		if n := len(r.bots(alerts)); told != 60 || n > 2 {
			t.Errorf("%d told in %d messages", told, n)
		}
	})
}

// A hundred and twenty that drop out at once are one message, and a silent file beside it names every one.
func TestHundredAndTwenty(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		many := r.shops(120)
		if s := r.tell(ops); len(s.Notes) != 120 || len(r.due(ops)) != 0 {
			t.Errorf("%d told, %d left", len(s.Notes), len(r.due(ops)))
		}
		card := r.last(alerts)
		reads(t, card.Text, "120 numbers in trouble", "40 notAuthorized", "40 blocked", "40 no answer", "and 60 more")

		list := r.list(ops)
		sent := r.last(alerts)
		if sent.ID != list || sent.ReplyTo != card.ID || !sent.Silent {
			t.Errorf("the file's message is %+v", sent)
		}
		for _, i := range many {
			if !strings.Contains(r.file(alerts, list), string(i.ID)) {
				t.Errorf("the file does not name %s", i.ID)
			}
		}

		r.believe(authorized, many[0].ID)
		if s := r.teller.Show(t.Context(), r.stale(ops)); s.End != monitor.SettledTold {
			t.Errorf("showing: %+v", s)
		}
		card, _ = r.telegram.Message(alerts, card.ID)
		reads(t, card.Text, "119 of 120 numbers still in trouble", "1 work again")
	})
}

// list has the file of the only card without one written, and gives its message.
func (r *room) list(to monitor.Address) int {
	r.t.Helper()
	cards, err := r.cases.Unlisted(r.t.Context(), to)
	if err != nil || len(cards) != 1 {
		r.t.Fatalf("unlisted: %v, %v", cards, err)
	}
	message, err := r.teller.List(r.t.Context(), cards[0])
	if err != nil {
		r.t.Fatal(err)
	}
	if err := r.cases.Listed(r.t.Context(), cards[0], message); err != nil {
		r.t.Fatal(err)
	}
	r.pass(4 * time.Second)
	cards[0].List = message
	if again, err := r.teller.List(r.t.Context(), cards[0]); again != message || err != nil {
		r.t.Errorf("written again as %d, %v; want %d", again, err, message)
	}
	return message
}

func (r *room) file(chat int64, message int) string {
	f, _ := r.telegram.Media(chat, message)
	return string(f.Bytes)
}

func TestShow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		effect *botapi.Effect
		gone   bool
		fails  bool
	}{
		"shown":        {},
		"not modified": {effect: refuse(400, "Bad Request: message is not modified: specified new message content and reply markup are exactly the same")},
		"deleted":      {effect: refuse(400, "Bad Request: message to edit not found"), gone: true},
		"not ours":     {effect: refuse(400, "Bad Request: message can't be edited"), gone: true},
		"kicked":       {effect: refuse(403, "Forbidden: bot was kicked from the supergroup chat"), fails: true},
		"too long":     {effect: refuse(400, "Bad Request: message is too long"), gone: true},
		"topic closed": {effect: refuse(400, "Bad Request: TOPIC_CLOSED"), gone: true},
		"topic gone":   {effect: refuse(400, "Bad Request: message thread not found"), gone: true},
		"our mistake":  {effect: refuse(400, "Bad Request: nobody knows why"), fails: true},
		"restart":      {effect: refuse(500, "Internal Server Error: restart"), fails: true},
		"token":        {effect: refuse(401, "Unauthorized"), fails: true},
		"too many":     {effect: refuse(429, "Too Many Requests: retry after 5"), fails: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) {
				r.believe(notAuthorized, kazan1)
				r.tell(ops)
				r.believe(blocked, kazan1)
				card := r.stale(ops)
				if c.effect != nil {
					r.telegram.Inject(botapi.Fault{Method: "editMessageText", Effect: *c.effect})
				}
				s := r.teller.Show(t.Context(), card)
				if (s.End == monitor.SettledFailed) != c.gone || (s.End == monitor.SettledAgain || s.End == monitor.SettledRefused) != c.fails {
					t.Errorf("showing: %+v", s)
				}
				if c.effect == nil {
					now := r.last(alerts)
					reads(t, now.Text, "Kazan_01: blocked by WhatsApp")
					if got := buttons(now); got != "Check now=check:7105000001 Reboot=reboot:7105000001" {
						t.Errorf("the buttons are %s", got)
					}
				}
			})
		})
	}
}

func refuse(code int, description string) *botapi.Effect {
	e := botapi.Refuse(code, description)
	return &e
}

// A number that has left the list is told by its id.
func TestANumberNoLongerListed(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		const gone = monitor.InstanceID("7199000001")
		r.believe(authorized, gone)
		r.believe(notAuthorized, gone)
		r.tell(ops)
		reads(t, r.last(alerts).Text, "🔴 7199000001: logged out of WhatsApp")
		if shown := r.tap(alerts, r.last(alerts).ID, "check:7199000001", guest); !strings.Contains(shown, "I do not watch this number any more") {
			t.Errorf("shown %q", shown)
		}
	})
}

func TestTurnsWaitTheirTurn(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		began := time.Now()
		for range 6 {
			if err := r.teller.TurnToTell(t.Context(), ops); err != nil {
				t.Fatal(err)
			}
			if err := r.teller.TurnToShow(t.Context(), ops); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < 8*time.Second {
			t.Errorf("twelve turns in one chat took %s", took)
		}
	})
}
