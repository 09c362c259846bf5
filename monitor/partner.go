package monitor

import (
	"fmt"
	"slices"
	"time"
)

// PartnerList is what is kept of the partner's list of instances (subject [Self]). Tokens are kept nowhere.
type PartnerList struct {
	Listed  []InstanceID `json:",omitempty"` // who is taken to be in it, in its order
	Refused string       `json:",omitempty"` // the trouble with reading it that was told last; empty: it is over
	Warned  []Warning    `json:",omitempty"` // whose end people were warned of
	Comings []Coming     `json:",omitempty"` // who was gone lately
	Question
}

// PartnerNews is what one look at the partner's list brings.
type PartnerNews struct {
	ListNews              // Version names those that are gone; empty: none is
	Listed   []InstanceID // all that are there and not deleted
	Paid     []Paid       // until when those are paid that do not renew themselves
	Sure     bool         // two looks agree on who is gone; until then they are watched on
}

// What can be wrong with the partner's list. [ListEmpty] is the third.
const (
	PartnerRefused ListMistake = "partner_refused" // GREEN-API says no to our token or address
	PartnerAway    ListMistake = "partner_away"    // it gives none
)

// Paid is until when an instance is paid.
type Paid struct {
	Instance Instance // with its name
	Until    time.Time
}

// Warning is the last one about an instance's paid time.
type Warning struct {
	ID    InstanceID
	Until time.Time // as it was then
	Days  int       // it was given so many days before, or later
}

// Expiry is instances that are paid for a few days more.
type Expiry struct {
	Count int
	Some  []Paid // the first of them, the earliest first
}

// warnBefore is how many days before the end of the paid time people are warned.
var warnBefore = [...]int{1, 3}

// ReadPartner judges a look at the partner's list. Who is new is taken at once, who is gone once two looks agree, and a
// person where that is too many to be believed. Who is watched from now on is in [PartnerList.Listed] afterwards.
func (c Case) ReadPartner(n PartnerNews, s Scene) (Case, Effects) {
	if n.Wrong > 0 {
		return c.failPartner(n.ListNews, s)
	}
	p := &c.Partner
	first := p.Listed == nil
	n.Mended, p.Refused = p.Refused != "", ""
	held, wavers := p.heldBack(&n, s)
	var asked Effects
	if keeps, asks := p.keeps(n); keeps {
		if asks {
			p.Question = Question{Asked: n.Version, Gone: n.Gone.Count, Of: n.Of}
			question := n.ListNews
			question.Added, question.Changed = ListPart{}, ListPart{}
			c, asked = c.tellList(ListAsked, question, s)
			p = &c.Partner
		}
		p.Listed = append(slices.Clone(n.Listed), missing(p.Listed, n.Listed)...)
		if !n.Start {
			n.Total += n.Gone.Count
		}
		n.Gone = ListPart{}
	} else {
		p.Question, p.Listed = Question{}, append(slices.Clone(n.Listed), held...)
	}
	news := Effects{}
	n.Wavers, n.Total = wavers, n.Total+len(held)
	if n.Mended || !first && n.Added.Count+n.Gone.Count+n.Changed.Count+n.Wavers.Count > 0 {
		c, news = c.tellList(ListChanged, n.ListNews, s)
	}
	c, warned := c.warnPaid(n.Paid, s)
	return c, news.and(asked).and(warned)
}

// keeps reports whether those that are gone are watched on for now, and whether people must be asked about them.
func (p PartnerList) keeps(n PartnerNews) (keeps, asks bool) {
	switch {
	case n.Gone.Count == 0:
		return false, false
	case !n.Sure:
		return true, false
	case n.Start || !TooManyGone(n.Gone.Count, n.Of):
		return false, false
	case p.Asked != n.Version:
		return true, true
	default:
		return p.Answer != DropGone, false
	}
}

func missing(from, in []InstanceID) []InstanceID {
	there := make(map[InstanceID]bool, len(in))
	for _, id := range in {
		there[id] = true
	}
	var gone []InstanceID
	for _, id := range from {
		if !there[id] {
			gone = append(gone, id)
		}
	}
	return gone
}

// failPartner tells that the list cannot be read, once for each reason.
func (c Case) failPartner(n ListNews, s Scene) (Case, Effects) {
	if c.Partner.Refused == n.Version {
		return c, Effects{}
	}
	c.Partner.Refused = n.Version
	return c.tellList(ListRefused, n, s)
}

// warnPaid warns of instances whose paid time ends, 3 days and 1 day before, once each; those that are due together are
// one message. A time that has changed begins anew; one that has passed is left to what the instance answers then.
func (c Case) warnPaid(all []Paid, s Scene) (Case, Effects) {
	before := make(map[InstanceID]Warning, len(c.Partner.Warned))
	for _, w := range c.Partner.Warned {
		before[w.ID] = w
	}
	var kept []Warning
	var due []Paid
	for _, p := range all {
		w := Warning{ID: p.Instance.ID, Until: p.Until, Days: warningAt(p.Until.Sub(s.Now))}
		was := before[w.ID]
		delete(before, w.ID)
		if w.Days == 0 {
			continue
		}
		if !was.Until.Equal(w.Until) || w.Days < was.Days {
			due = append(due, p)
		}
		kept = append(kept, w)
	}
	for _, id := range c.Partner.Listed { // watched on, though this look did not show them
		if w := before[id]; w.Until.After(s.Now) {
			kept = append(kept, w)
		}
	}
	c.Partner.Warned = kept
	if len(due) == 0 {
		return c, Effects{}
	}
	slices.SortStableFunc(due, func(a, b Paid) int { return a.Until.Compare(b.Until) })
	c.Arrivals++
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", c.Subject, Expiring, c.Arrivals), Kind: Expiring, Subject: c.Subject, At: s.Now,
		Silent: true, Expiry: &Expiry{Count: len(due), Some: due[:min(MaxNamed, len(due))]},
	}}}
}

// warningAt is the warning that holds with so much paid time left; 0: none.
func warningAt(left time.Duration) int {
	if left <= 0 {
		return 0
	}
	for _, days := range warnBefore {
		if left <= time.Duration(days)*24*time.Hour {
			return days
		}
	}
	return 0
}
