package monitor_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"
	"time"

	"greenwatch/monitor"
)

func ids(n ...int) []monitor.InstanceID {
	var all []monitor.InstanceID
	for _, i := range n {
		all = append(all, monitor.InstanceID(fmt.Sprint(7000+i)))
	}
	return all
}

// partnerLook is a look at a partner's list after which these are there, and so many of the last ones are gone or new.
type partnerLook struct {
	listed      []monitor.InstanceID
	gone, added int
	of          int
	start, safe bool // at the start; a second look agreed
	wrong       string
}

func (l partnerLook) news() monitor.PartnerNews {
	n := monitor.PartnerNews{Listed: l.listed, Sure: l.safe || l.gone == 0}
	n.Of, n.Start, n.Total = l.of, l.start, len(l.listed)
	n.Gone.Count, n.Added.Count = l.gone, l.added
	if l.gone > 0 {
		n.Version = fmt.Sprint("p", l.gone)
	}
	if l.wrong != "" {
		n.Version, n.Wrong, n.Problems = l.wrong, 1, []monitor.ListProblem{{What: monitor.ListMistake(l.wrong)}}
	}
	return n
}

// A partner's list's life, look by look: what is told of each, and who is watched then.
func TestPartnerLists(t *testing.T) {
	t.Parallel()
	type step struct {
		look    partnerLook
		answer  monitor.ListAnswer // before it, to what was asked last
		told    []monitor.AlertKind
		watched []monitor.InstanceID // in any order
	}
	type kinds = []monitor.AlertKind
	const changed, refused, asked = monitor.ListChanged, monitor.ListRefused, monitor.ListAsked
	ten, five := ids(1, 2, 3, 4, 5, 6, 7, 8, 9, 10), ids(1, 2, 3, 4, 5)
	first := step{look: partnerLook{listed: ten, start: true}, watched: ten}
	same := step{look: partnerLook{listed: ten, of: 10}, watched: ten}
	half := partnerLook{listed: five, gone: 5, of: 10}
	sure := half
	sure.safe = true
	for name, steps := range map[string][]step{
		"the same": {first, same, same},
		"one new": {first, {
			look: partnerLook{listed: append(slices.Clone(ten), ids(11)...), added: 1, of: 10}, told: kinds{changed}, watched: append(slices.Clone(ten), ids(11)...),
		}},
		"one gone, and two looks agree": {
			first,
			{look: partnerLook{listed: ten[:9], gone: 1, of: 10}, watched: ten},
			{look: partnerLook{listed: ten[:9], gone: 1, of: 10, safe: true}, told: kinds{changed}, watched: ten[:9]},
			{look: partnerLook{listed: ten[:9], of: 9}, watched: ten[:9]},
		},
		"one gone for one look": {first, {look: partnerLook{listed: ten[:9], gone: 1, of: 10}, watched: ten}, same},
		"half gone, dropped": {
			first,
			{look: half, watched: ten},
			{look: sure, told: kinds{asked}, watched: ten},
			{look: sure, watched: ten},
			{look: sure, answer: monitor.DropGone, told: kinds{changed}, watched: five},
		},
		"half gone, kept": {first, {look: sure, told: kinds{asked}, watched: ten}, {look: sure, answer: monitor.KeepGone, watched: ten}, {look: sure, watched: ten}},
		"half gone, back, and gone again": {
			first, {look: sure, told: kinds{asked}, watched: ten}, same, {look: sure, told: kinds{asked}, watched: ten},
		},
		"half gone, and more": {
			first,
			{look: sure, told: kinds{asked}, watched: ten},
			{look: partnerLook{listed: ten[:4], gone: 6, of: 10, safe: true}, answer: monitor.DropGone, told: kinds{asked}, watched: ten},
		},
		"half gone, and one new": {
			first,
			{look: partnerLook{listed: append(slices.Clone(five), ids(11)...), gone: 5, added: 1, of: 10, safe: true}, told: kinds{changed, asked}, watched: append(slices.Clone(ten), ids(11)...)},
		},
		"half gone at a start": {
			first,
			{look: partnerLook{listed: five, gone: 5, of: 10, start: true}, watched: ten},
			{look: partnerLook{listed: five, gone: 5, of: 10, start: true, safe: true}, told: kinds{changed}, watched: five},
		},
		"refused once": {
			first,
			{look: partnerLook{wrong: "refused"}, told: kinds{refused}, watched: ten},
			{look: partnerLook{wrong: "refused"}, watched: ten},
			{look: partnerLook{listed: ten, of: 10}, told: kinds{changed}, watched: ten},
			same,
		},
		"refused before the first": {
			{look: partnerLook{wrong: "refused", start: true}, told: kinds{refused}},
			{look: partnerLook{listed: ten, start: true}, told: kinds{changed}, watched: ten},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := monitor.Case{Subject: monitor.Self}
			keys := map[string]bool{}
			for n, s := range steps {
				if s.answer != "" {
					answered, err := c.AnswerList(c.Partner.Asked, s.answer)
					if err != nil {
						t.Fatal(err)
					}
					c = answered
				}
				var effects monitor.Effects
				c, effects = stored(t, c).ReadPartner(s.look.news(), monitor.Scene{})
				var told kinds
				for _, a := range effects.Alerts {
					told = append(told, a.Kind)
					if keys[a.Key] || a.List == nil || a.List.File != "" || a.Subject != monitor.Self {
						t.Errorf("look %d tells %+v", n+1, a)
					}
					if rings := a.List.Start && a.List.Gone.Count > 1; a.Silent == rings {
						t.Errorf("look %d: silent is %t", n+1, a.Silent)
					}
					keys[a.Key] = true
				}
				watched := slices.Sorted(slices.Values(c.Partner.Listed))
				if !slices.Equal(told, s.told) || !slices.Equal(watched, slices.Sorted(slices.Values(s.watched))) {
					t.Fatalf("look %d: told %v, watched %v, want %v, %v", n+1, told, watched, s.told, s.watched)
				}
			}
		})
	}
}

// stored is a case as it comes back from the store.
func stored(t *testing.T, c monitor.Case) monitor.Case {
	t.Helper()
	kept, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	var back monitor.Case
	if err := json.Unmarshal(kept, &back); err != nil {
		t.Fatal(err)
	}
	return back
}

func TestPaidTimeEnds(t *testing.T) {
	t.Parallel()
	begin := time.Date(2026, 11, 22, 9, 0, 0, 0, time.UTC)
	const day = 24 * time.Hour
	type look struct {
		after   time.Duration // since the beginning
		paid    map[int]time.Duration
		warned  []int // whom the message names, the earliest end first
		nothing bool
	}
	for name, looks := range map[string][]look{
		"far":      {{paid: map[int]time.Duration{1: 3*day + time.Minute}}},
		"passed":   {{paid: map[int]time.Duration{1: 0, 2: -day}}},
		"not said": {{paid: map[int]time.Duration{1: -200 * 365 * day}}},
		"3 days and 1 day before, once each": {
			{paid: map[int]time.Duration{1: 4 * day}},
			{after: day, paid: map[int]time.Duration{1: 4 * day}, warned: []int{1}},
			{after: day + time.Hour, paid: map[int]time.Duration{1: 4 * day}},
			{after: 3 * day, paid: map[int]time.Duration{1: 4 * day}, warned: []int{1}},
			{after: 3*day + time.Hour, paid: map[int]time.Duration{1: 4 * day}},
			{after: 4 * day, paid: map[int]time.Duration{1: 4 * day}},
			{after: 9 * day, paid: map[int]time.Duration{1: 4 * day}},
		},
		"late": {{paid: map[int]time.Duration{1: 5 * time.Hour}, warned: []int{1}}, {after: time.Hour, paid: map[int]time.Duration{1: 5 * time.Hour}}},
		"several at once": {
			{paid: map[int]time.Duration{1: 2 * day, 2: day, 3: 5 * day}, warned: []int{2, 1}},
			{after: day + time.Minute, paid: map[int]time.Duration{1: 2 * day, 2: day, 3: 5 * day}, warned: []int{1}},
		},
		"renewed, and near again": {
			{paid: map[int]time.Duration{1: 2 * day}, warned: []int{1}},
			{after: day + time.Minute, paid: map[int]time.Duration{1: 30 * day}},
			{after: 27 * day, paid: map[int]time.Duration{1: 30 * day}, warned: []int{1}},
		},
		"moved a little":  {{paid: map[int]time.Duration{1: 2 * day}, warned: []int{1}}, {paid: map[int]time.Duration{1: 2*day + time.Hour}, warned: []int{1}}},
		"gone for a look": {{paid: map[int]time.Duration{1: 2 * day}, warned: []int{1}}, {nothing: true}, {paid: map[int]time.Duration{1: 2 * day}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := monitor.Case{Subject: monitor.Self}
			for n, l := range looks {
				news := monitor.PartnerNews{Listed: ids(1, 2, 3), Sure: true}
				for i, left := range l.paid {
					news.Paid = append(news.Paid, monitor.Paid{Instance: monitor.Instance{ID: ids(i)[0]}, Until: begin.Add(left)})
				}
				if l.nothing {
					news.Listed, news.Gone.Count, news.Sure = ids(2, 3), 1, false
				}
				var effects monitor.Effects
				c, effects = stored(t, c).ReadPartner(news, monitor.Scene{Now: begin.Add(l.after)})
				var warned []int
				for _, a := range effects.Alerts {
					if a.Kind != monitor.Expiring || !a.Silent || a.Expiry.Count != len(l.warned) {
						t.Fatalf("look %d tells %+v", n+1, a)
					}
					for _, p := range a.Expiry.Some {
						warned = append(warned, int(p.Instance.ID[3]-'0'))
					}
				}
				if !slices.Equal(warned, l.warned) {
					t.Errorf("look %d warns of %v, want %v", n+1, warned, l.warned)
				}
			}
		})
	}
}

// An instance that comes and goes is watched on for longer each time, and that is said once in six hours.
func TestWhoComesAndGoesIsWatchedOn(t *testing.T) {
	t.Parallel()
	c, now := monitor.Case{Subject: monitor.Self}, epoch()
	three, two := ids(1, 2, 3), ids(1, 2)
	look := func(there bool, later time.Duration) string {
		now = now.Add(later)
		n := monitor.PartnerNews{Listed: three, Sure: true, ListNews: monitor.ListNews{Of: len(c.Partner.Listed)}}
		had := slices.Contains(c.Partner.Listed, three[2])
		switch {
		case !there:
			n.Listed = two
			if had {
				n.Version, n.Gone = "p", monitor.ListPart{Count: 1, Some: []monitor.Instance{{ID: three[2]}}}
			}
		case c.Partner.Listed != nil && !had:
			n.Added = monitor.ListPart{Count: 1, Some: []monitor.Instance{{ID: three[2]}}}
		}
		before := string(toJSON(t, c))
		next, effects := c.ReadPartner(n, monitor.Scene{Now: now})
		if is := string(toJSON(t, c)); is != before {
			t.Errorf("a look has changed the case before it\n was %s\n is  %s", before, is)
		}
		c = next
		told := effectsText(effects, nil)
		for _, a := range effects.Alerts {
			told += fmt.Sprintf(" +%d -%d ~%d", a.List.Added.Count, a.List.Gone.Count, a.List.Wavers.Count)
		}
		return fmt.Sprintf("%d: %s", len(c.Partner.Listed), told)
	}
	for n, step := range []struct {
		there bool
		later time.Duration
		want  string
	}{
		{true, 0, "3: "},
		{false, 10 * time.Minute, "2: list silently +0 -1 ~0"},
		{true, 10 * time.Minute, "3: list silently +1 -0 ~0"},
		{false, 10 * time.Minute, "3: list silently +0 -0 ~1"},
		{true, 10 * time.Minute, "3: "},
		{false, 10 * time.Minute, "3: "},
		{false, 119 * time.Minute, "3: "},
		{false, time.Minute, "2: list silently +0 -1 ~0"},
		{true, time.Hour, "3: list silently +1 -0 ~0"},
		{false, 3 * time.Hour, "3: list silently +0 -0 ~1"},
		{true, 10 * time.Minute, "3: "},
		{true, 13 * time.Hour, "3: "},
		{false, 10 * time.Minute, "2: list silently +0 -1 ~0"},
	} {
		if got := look(step.there, step.later); got != step.want {
			t.Errorf("step %d: %s, want %s", n, got, step.want)
		}
	}
}
