package words

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"pgregory.net/rapid"
)

// guided is a starting with the runbook at work, whatever becomes of it.
func (l *life) guided(t *rapid.T, now time.Time) {
	auto := rapid.SampledFrom([]monitor.AutoReboot{monitor.AutoRebootAsk, monitor.AutoRebootOn}).Draw(t, "auto")
	at := func(after time.Duration) monitor.Scene { return guide(now.Add(after), auto) }
	f := rapid.SampledFrom([]monitor.Finding{state(monitor.Starting), state(monitor.Starting), authorized}).Draw(t, "finding")
	l.take(l.c.Believe(monitor.Belief{Finding: f, Since: now, After: now.Add(-time.Minute), At: now}, at(0)))
	l.starting(now.Add(70*time.Second), at(70*time.Second))
	turn := at(71 * time.Second)
	turn.PoolShaky = rapid.Bool().Draw(t, "shaky")
	if rapid.Bool().Draw(t, "often") {
		turn.Reboots = []time.Time{now, now, now}
	}
	l.take(l.c.Start(l.c.Action.Key, turn))
	if l.c.Action.State == monitor.Running {
		kinds := []monitor.OutcomeKind{monitor.OutcomeAccepted, monitor.OutcomeRefused, monitor.OutcomeUnknown}
		o := monitor.Outcome{Kind: rapid.SampledFrom(kinds).Draw(t, "outcome"), Detail: nasty().Draw(t, "words")}
		l.take(l.c.Done(l.c.Action, o, at(72*time.Second)))
	}
	if rapid.Bool().Draw(t, "waited") {
		l.starting(now.Add(10*time.Minute), at(10*time.Minute))
	}
}

// outages are pools, or everything, after anything that can happen, by the real rules.
func outages(t *rapid.T) *blackout {
	pool := monitor.PoolSubject(nasty().Draw(t, "pool"))
	b := outageOf(rapid.SampledFrom([]monitor.Subject{monitor.Self, pool, pool7105}).Draw(t, "subject"))
	hit := failing("7105", rapid.IntRange(0, 300).Draw(t, "blind"), rapid.IntRange(0, 300).Draw(t, "starting"))
	now := at(3, 0)
	for range rapid.IntRange(1, 12).Draw(t, "surveys") {
		now = now.Add(time.Duration(rapid.IntRange(20, 4000).Draw(t, "gap")) * time.Second)
		some := slices.Clone(hit[:rapid.IntRange(0, len(hit)).Draw(t, "fail")])
		if rapid.Bool().Draw(t, "bad") {
			some = badOf(findings().Draw(t, "finding"), some...)
		}
		b.stands(now, now.Add(-time.Minute), len(hit)+rapid.IntRange(0, 3).Draw(t, "others"), some...)
	}
	if b.c.Incident.Number > 0 && rapid.IntRange(0, 9).Draw(t, "leave") == 0 {
		var e monitor.Effects
		b.c, e = b.c.Leave(scene(now))
		b.alerts = append(b.alerts, e.Alerts...)
	}
	return b
}

func TestAnyOutageIsSaidWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, i := outages(t), instances().Draw(t, "instance")
		named := func(monitor.InstanceID) monitor.Instance { return i }
		all := []Entry{{Instance: i, Incident: outSince(i, findings().Draw(t, "finding"), at(3, 1)).passes(at(3, 10)).c.Incident}}
		if b.c.Incident.Number > 0 {
			all = append(all, b.entry(), b.entry())
		}
		for _, v := range inEveryLanguage(voices(at(5, 0)).Draw(t, "voice")) {
			sound(t, v.Status([]Seen{{Instance: i}}, b.c))
			m, named1 := v.Digest(all)
			if sound(t, m); named1 != len(all) {
				t.Errorf("names %d of %d", named1, len(all))
			}
			for _, alert := range b.alerts {
				for card := range 2 {
					sound(t, v.OutageReply(monitor.Note{Alert: alert, Incident: b.c.Incident, Card: card}, named))
				}
			}
			if b.c.Incident.Number > 0 {
				sound(t, v.Outage(b.c.Subject, b.c.Incident, named))
			}
		}
	})
}

func TestAnyWarningIsSaidWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		i := instances().Draw(t, "instance")
		waits := rapid.SampledFrom([]int{0, 1, 5, 8412}).Draw(t, "waits")
		trouble := findings().Filter(func(f monitor.Finding) bool { return f.Verdict() != monitor.Good })
		l := outSince(i, trouble.Draw(t, "finding"), at(3, 11)).passes(at(3, 40)).waits(waits, at(3, 41))
		var several []Entry
		for range rapid.IntRange(1, 300).Draw(t, "several") {
			several = append(several, Entry{Instance: i, Incident: l.c.Incident})
		}
		queue := monitor.Queue{At: at(3, 41), Count: waits, HeadSince: at(3, 30), HeadLooks: 3}
		late := time.Duration(rapid.IntRange(0, 30*60).Draw(t, "late")) * time.Minute
		for _, v := range inEveryLanguage(voices(at(3, 41).Add(late)).Draw(t, "voice")) {
			m, _ := v.Losses(several)
			sound(t, m)
			sound(t, v.Reply(i, monitor.Note{Alert: monitor.Alert{Kind: monitor.LossNear, Incident: 1, Belief: l.c.Belief}, Incident: l.c.Incident, Card: 7}))
			for _, kind := range []monitor.AlertKind{monitor.NotSending, monitor.SendsAgain} {
				sound(t, v.Reply(i, monitor.Note{Alert: monitor.Alert{Kind: kind, Belief: l.c.Belief, Queue: &queue}}))
			}
		}
	})
}

// A number is as each language writes it, wherever a count stands.
func TestCountsAreWrittenAsTheLanguageDoes(t *testing.T) {
	t.Parallel()
	l := outSince(promo, state(monitor.Suspended), at(14, 2)).waits(8412, at(14, 3))
	for language, want := range map[string]string{"en": "8,412", "ru": "8\u00a0412"} {
		v := speak(at(14, 4))
		v.Language = language
		for name, m := range map[string]Message{
			"card": v.Card(promo, l.c.Incident), "confirm": v.Confirm(promo, l.c, ""), "detail": v.Detail(promo, l.c, monitor.Reading{}, nil),
		} {
			if text := m.Text() + fmt.Sprint(m.Buttons); !containsOnly(text, want) {
				t.Errorf("%s in %s does not say %s alone:\n%s", name, language, want, text)
			}
		}
	}
}

// containsOnly reports whether the count is in the text, and never as bare digits.
func containsOnly(text, count string) bool {
	return strings.Contains(text, count) && !strings.Contains(text, "8412")
}
