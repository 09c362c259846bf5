package words

import (
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"pgregory.net/rapid"
)

// nasty is any text, with a liking for what breaks messages.
func nasty() *rapid.Generator[string] {
	bad := rapid.SampledFrom([]string{
		"<b>", "</b>", "&", "&lt;", `"`, "<a href=\"x\">", "\n", "\r\n", "\x00", "\x1b", "\u202e", "\u2066", "\u200b", "\u2028",
		"\xff\xfe", "\xed\xa0\x80", "👩\u200d👩\u200d👧", "🔴", "ё", "{{.Name}}", "%!d", "e\u0301", strings.Repeat("W", 300), "",
	})
	return rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(rapid.OneOf(bad, rapid.String()), 0, 6).Draw(t, "parts")
		return strings.Join(parts, "")
	})
}

func instances() *rapid.Generator[monitor.Instance] {
	return rapid.Custom(func(t *rapid.T) monitor.Instance {
		return monitor.Instance{
			ID:   monitor.InstanceID(rapid.StringMatching(`[1-9][0-9]{0,17}`).Draw(t, "id")),
			Name: nasty().Draw(t, "name"),
			Tags: rapid.SliceOfN(nasty(), 0, 8).Draw(t, "tags"),
			Pool: nasty().Draw(t, "pool"),
		}
	})
}

func findings() *rapid.Generator[monitor.Finding] {
	known := rapid.SampledFrom([]monitor.Finding{
		authorized, silence, state(monitor.NotAuthorized), state(monitor.Blocked), state(monitor.Suspended),
		state(monitor.YellowCard), state(monitor.SleepMode), state(monitor.Starting), state(monitor.Null),
		state(monitor.PendingCode), state(monitor.PendingPassword), refusal(monitor.WrongToken),
		refusal(monitor.WrongAddress), refusal(monitor.NotFound), refusal(monitor.Expired), refusal(monitor.Deleted),
	})
	odd := rapid.Map(nasty(), func(s string) monitor.Finding { return state(monitor.State("x" + s)) })
	denied := rapid.Map(nasty(), func(s string) monitor.Finding { return refusal(monitor.Refusal("x" + s)) })
	return rapid.OneOf(known, known, odd, denied)
}

// lives are cases after anything that can happen, by the real rules.
func lives(t *rapid.T, i monitor.Instance) (*life, time.Time) {
	now := at(0, 0)
	l := &life{c: monitor.Case{Subject: i.ID.Subject()}}
	for n := rapid.IntRange(1, 12).Draw(t, "steps"); n > 0; n-- {
		gap := time.Duration(rapid.IntRange(10, 200_000).Draw(t, "gap")) * time.Second
		l.passes(now.Add(gap))
		now = now.Add(gap)
		switch rapid.IntRange(0, 7).Draw(t, "what") {
		case 6:
			l.guided(t, now)
			now = now.Add(20 * time.Minute)
		case 7:
			look := monitor.QueueLook{At: now, Known: true, Count: rapid.SampledFrom([]int{0, 1, 2, 21, 8412, 1_000_000}).Draw(t, "waits")}
			look.Head = rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "head")
			l.take(l.c.Look(look, scene(now)))
		case 0:
			kinds := []monitor.OutcomeKind{monitor.OutcomeAccepted, monitor.OutcomeRefused, monitor.OutcomeUnknown}
			o := monitor.Outcome{Kind: rapid.SampledFrom(kinds).Draw(t, "outcome"), Detail: nasty().Draw(t, "words")}
			press := monitor.Press{Key: now.String(), Verb: monitor.Reboot, By: monitor.Person{Name: nasty().Draw(t, "by")}}
			if c, e, err := l.c.Press(press, scene(now)); err == nil {
				l.take(c, e)
				l.take(l.c.Start(press.Key, scene(now)))
				l.take(l.c.Done(l.c.Action, o, scene(now)))
			}
		case 1:
			if rapid.IntRange(0, 4).Draw(t, "leave") == 0 {
				l.take(l.c.Leave(scene(now)))
			}
		default:
			f, detail := findings().Draw(t, "finding"), nasty().Draw(t, "detail")
			l.becomesAfter(f, now.Add(-gap/2), now, detail)
			now = now.Add(10 * time.Second)
		}
	}
	return l, now
}

func voices(now time.Time) *rapid.Generator[Voice] {
	return rapid.SampledFrom([]Voice{{Now: now}, {Zone: moscow, Now: now}, {Zone: time.UTC, Now: now.Add(500 * days)}})
}

func TestAnyLifeIsSaidWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		i := instances().Draw(t, "instance")
		l, now := lives(t, i)
		v, person := voices(now).Draw(t, "voice"), nasty().Draw(t, "person")
		r := monitor.Reading{At: now, Finding: findings().Draw(t, "read"), Detail: nasty().Draw(t, "detail")}
		for _, v := range inEveryLanguage(v) {
			for _, m := range append(allOfIncident(v, i, l), allOfQuestions(v, i, l, r)...) {
				sound(t, m)
			}
			sound(t, v.Confirm(i, l.c, person))
		}
	})
}

func inEveryLanguage(v Voice) []Voice {
	all := make([]Voice, 0, len(Languages()))
	for _, tag := range Languages() {
		v.Language = tag
		all = append(all, v)
	}
	return all
}

// allOfIncident is what chats are told of a life.
func allOfIncident(v Voice, i monitor.Instance, l *life) []Message {
	var said []Message
	if l.c.Incident.Number > 0 {
		said = append(said, v.Card(i, l.c.Incident))
	}
	for _, alert := range l.alerts {
		if alert.Incident != 0 && alert.Incident != l.c.Incident.Number {
			continue // a note comes with its own incident
		}
		for card := range 2 {
			said = append(said, v.Reply(i, monitor.Note{Alert: alert, Incident: l.c.Incident, Card: card}))
		}
	}
	return said
}

// allOfQuestions is what people are answered about a life.
func allOfQuestions(v Voice, i monitor.Instance, l *life, r monitor.Reading) []Message {
	var past []monitor.Transition
	if l.c.Belief.Answer != "" {
		past = []monitor.Transition{{To: l.c.Belief}, {From: silence, To: l.c.Belief}}
	}
	return []Message{
		v.Reading(i, r, l.c), v.Status([]Seen{{i, l.c, monitor.Reading{}, false}, {i, l.c, monitor.Reading{}, true}}), v.Checked([]Seen{{i, l.c, r, false}}), v.Detail(i, l.c, r, past),
		v.Unknown(i.Name, []monitor.Instance{i}),
	}
}

// Whatever people are called and Telegram says, an answer is one that Telegram takes.
func TestAnythingFromOutsideIsSaidWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text, i := nasty().Draw(t, "text"), instances().Draw(t, "instance")
		act := monitor.Action{Verb: monitor.Reboot, By: monitor.Person{ID: 1, Name: text}, At: at(3, 0)}
		for _, v := range inEveryLanguage(voices(at(3, 12)).Draw(t, "voice")) {
			lost := monitor.Chat{Address: chat, Dead: at(3, 0), DeadWhy: text}
			for _, m := range []Message{
				v.Notice(monitor.Lost(monitor.LostChat{Address: chat, Alone: true, Why: text}, at(3, 0))), v.Unreached(v.Status(nil), []monitor.Chat{lost}), v.Taken(i, act),
				v.NotRebooted(i, v.NotTaken(&monitor.BusyError{Action: act})), v.Help(text, true),
			} {
				sound(t, m)
			}
			toast := v.NotTaken(&monitor.TooSoonError{Last: act, Again: at(4, 0)})
			if n := len16(toast); n == 0 || n > MaxToast || strings.ContainsAny(toast, "\n\x00") {
				t.Errorf("%d units: %q", n, toast)
			}
		}
	})
}

func TestAnyCrowdIsSaidWell(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		voice := voices(at(3, 12)).Draw(t, "voice")
		pattern := make([]Entry, 0, 8)
		seen := make([]Seen, 0, 200)
		roll := monitor.Roll{Total: 1000, Known: true, From: at(1, 0), Until: at(2, 0)}
		for range rapid.IntRange(1, 8).Draw(t, "kinds") {
			i := instances().Draw(t, "instance")
			l := wellFor(i, days, at(3, 0)).becomes(findings().Draw(t, "finding"), at(3, 1)).passes(at(3, 10))
			pattern = append(pattern, Entry{Instance: i, Incident: l.c.Incident})
			seen = append(seen, Seen{Instance: i, Case: l.c})
			roll.Bad = append(roll.Bad, monitor.RollEntry{Instance: i.ID, Finding: l.c.Belief.Finding})
		}
		all := pattern
		for n := rapid.IntRange(0, 300).Draw(t, "more"); n > 0; n-- {
			all = append(all, pattern[n%len(pattern)])
			seen = append(seen, seen[n%len(pattern)])
			roll.Bad = append(roll.Bad, roll.Bad[n%len(pattern)])
		}
		for _, v := range inEveryLanguage(voice) {
			m, named := v.Digest(all)
			sound(t, m)
			if named < min(40, len(all)) || named > len(all) {
				t.Errorf("names %d of %d", named, len(all))
			}
			sound(t, v.Status(seen))
			sound(t, v.Checked(seen))
			named1 := func(monitor.InstanceID) monitor.Instance { return pattern[0].Instance }
			for _, kind := range []monitor.AlertKind{monitor.Arrived, monitor.Returned} {
				sound(t, v.Fleet(monitor.Alert{Kind: kind, Roll: &roll}, named1))
			}
		}
	})
}

// sound checks a message made of anything: also that no key and no hole shows.
func sound(t *rapid.T, m Message) {
	t.Helper()
	checkMessage(t, m)
	for _, hole := range []string{"<no value>", "Jan 1 00", "1 янв 00", "\n\n\n"} {
		if strings.Contains(m.HTML, hole) {
			t.Errorf("%q in:\n%s", hole, m.HTML)
		}
	}
	first, _, _ := strings.Cut(m.Text(), "\n")
	if strings.HasSuffix(first, ".title") {
		t.Errorf("a text is missing: %s", first)
	}
}

func TestClean(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, want string }{
		{" a\tb\r\nc ", "a b c"},
		{"\u202eevil\u202c", "evil"},
		{"a\x00b", "ab"},
		{"\xffa", "\ufffda"},
		{"👩\u200d👧", "👩\u200d👧"},
	} {
		if got := clean(c.in); got != c.want {
			t.Errorf("%q: got %q, want %q", c.in, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s, limit := clean(nasty().Draw(t, "s")), rapid.IntRange(1, 50).Draw(t, "limit")
		got := cut(s, limit)
		if len16(got) > limit || len16(s) <= limit && got != s {
			t.Errorf("cut(%q, %d) = %q", s, limit, got)
		}
	})
}

func TestTextShowsAddresses(t *testing.T) {
	t.Parallel()
	m := outSince(kazan, state(monitor.NotAuthorized), at(3, 11)).card(kazan, at(3, 11))["en"]
	if text := m.Text(); !strings.Contains(text, "the console (https://console.green-api.com/)") || strings.ContainsAny(text, "<>") {
		t.Error(text)
	}
}
