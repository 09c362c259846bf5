package words

import (
	"fmt"
	"strings"
	"testing"

	"greenwatch/monitor"
)

var everyMistake = []monitor.ListMistake{
	monitor.ListUnread, monitor.ListEncoding, monitor.ListEmpty, monitor.ListNoHeader, monitor.ListColumn, monitor.ListNoColumn,
	monitor.ListQuotes, monitor.ListFields, monitor.ListRounded, monitor.ListID, monitor.ListTwice, monitor.ListToken, monitor.ListURL,
	monitor.ListLabel, monitor.ListPriority, monitor.ListNotifications,
}

func some(n int, all ...monitor.Instance) monitor.ListPart {
	return monitor.ListPart{Count: n, Some: all}
}

func TestList(t *testing.T) {
	t.Parallel()
	var mistakes []monitor.ListProblem
	for n, what := range everyMistake {
		mistakes = append(mistakes, monitor.ListProblem{Line: 3 * n, What: what, Column: 4})
	}
	list := func(name string, kind monitor.AlertKind, n monitor.ListNews) {
		n.File = "instances.csv"
		golden(t, name, said(at(3, 5), func(v Voice) Message { return v.List(monitor.Alert{Kind: kind, List: &n}) }))
	}
	list("list_changed", monitor.ListChanged, monitor.ListNews{
		Added: some(50, kazan, promo), Gone: some(2, kazan, promo), Changed: some(1, monitor.Instance{ID: "7103000001"}), Of: 300, Total: 348,
	})
	list("list_added", monitor.ListChanged, monitor.ListNews{Added: some(1, kazan), Of: 20, Total: 21, Mended: true})
	list("list_changed_labels", monitor.ListChanged, monitor.ListNews{Changed: some(2, kazan, promo), Of: 20, Total: 20})
	list("list_mended", monitor.ListChanged, monitor.ListNews{Mended: true, Of: 300, Total: 300})
	list("list_gone_away", monitor.ListChanged, monitor.ListNews{Gone: some(250, kazan), Of: 300, Total: 50, Start: true})
	list("list_refused", monitor.ListRefused, monitor.ListNews{Wrong: 21, Problems: mistakes, Of: 300, Total: 300})
	list("list_refused_one", monitor.ListRefused, monitor.ListNews{Wrong: 1, Problems: mistakes[8:9], Of: 21, Total: 21})
	list("list_asked", monitor.ListAsked, monitor.ListNews{Version: "0123456789abcdef", Gone: some(250, kazan), Of: 300})
	list("list_asked_more", monitor.ListAsked, monitor.ListNews{Version: "0123456789abcdef", Gone: some(5), Added: some(3), Of: 21})
	for name, answer := range map[string]monitor.ListAnswer{"list_dropped": monitor.DropGone, "list_kept": monitor.KeepGone} {
		golden(t, name, said(at(3, 5), func(v Voice) Message {
			return v.ListDecided("instances.csv", monitor.Question{Gone: 250, Of: 300, Answer: answer}, opsA)
		}))
	}
	golden(t, "list_closed", said(at(3, 5), func(v Voice) Message { return v.ListClosed("instances.csv", v.Say(ListChanged)) }))
	for name, n := range map[string]monitor.ListNews{
		"status_list_refused": {File: "instances.csv", Wrong: 2}, "status_list_asked": {File: "instances.csv", Gone: some(250), Of: 300},
	} {
		golden(t, name, said(at(3, 5), func(v Voice) Message {
			return v.Unlisted(v.Status(nil), monitor.ListStanding{News: n, Since: at(3, 1), Read: at(2, 0)})
		}))
	}
}

// The words of the question are those that were agreed upon.
func TestListAsksAsAgreed(t *testing.T) {
	t.Parallel()
	n := monitor.ListNews{File: "instances.csv", Gone: some(250), Of: 300}
	for language, want := range map[string]string{
		"en": "🟠 instances.csv: 250 of 300 numbers are gone from it\nNot applied: I keep watching all 300. A half-copied file looks like this.\n[Yes, drop 250][Keep 300]",
		"ru": "🟠 instances.csv: пропали 250 из 300 номеров\nНе применено: слежу за всеми 300. Так выглядит и недокопированный файл.\n[Да, убрать 250][Оставить 300]",
	} {
		m := Voice{Language: language}.List(monitor.Alert{Kind: monitor.ListAsked, List: &n})
		if got := fmt.Sprintf("%s\n[%s][%s]", m.Text(), m.Buttons[0][0].Label, m.Buttons[0][1].Label); got != want {
			t.Errorf("got\n%s", got)
		}
	}
}

// Whatever the file and the numbers are called, the message is sound.
func TestListIsSound(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"", "<b>&\u202e\x00.csv", strings.Repeat("й", 200) + ".csv", strings.Repeat("🟢", 64)} {
		i := monitor.Instance{ID: "999999999999999999", Name: name, Contact: name}
		five := some(123456, i, i, i, i, i)
		for _, kind := range []monitor.AlertKind{monitor.ListChanged, monitor.ListRefused, monitor.ListAsked} {
			for _, m := range said(at(3, 5), func(v Voice) Message {
				return v.List(monitor.Alert{Kind: kind, List: &monitor.ListNews{
					File: name, Added: five, Gone: five, Changed: five, Of: 123456, Total: 123456, Wrong: 123456, Start: true, Mended: true,
				}})
			}) {
				checkMessage(t, m)
			}
		}
		for _, m := range said(at(3, 5), func(v Voice) Message {
			return v.ListDecided(name, monitor.Question{Gone: 123456, Of: 123456}, monitor.Person{Name: name})
		}) {
			checkMessage(t, m)
		}
	}
	checkMessage(t, speak(at(3, 5)).List(monitor.Alert{}))
}

func TestWhoHasThePhone(t *testing.T) {
	t.Parallel()
	i := kazan
	i.Contact = "Kazan front desk, +7 843 200-00-17"
	for _, tt := range []struct {
		f    monitor.Finding
		says bool
	}{{state(monitor.NotAuthorized), true}, {state(monitor.Blocked), true}, {silence, false}, {refusal(monitor.Expired), false}} {
		l := wellFor(kazan, 41*days, at(3, 10)).becomes(tt.f, at(3, 11))
		for language, phone := range map[string]string{"en": "The phone: ", "ru": "Телефон: "} {
			v := speak(at(3, 13))
			v.Language = language
			m := v.Card(i, l.c.Incident)
			checkMessage(t, m)
			if says := strings.Contains(m.Text(), phone+i.Contact); says != tt.says {
				t.Errorf("%s: %t, want %t:\n%s", tt.f.Word(), says, tt.says, m.Text())
			}
		}
	}
}
