package monitor

import (
	"slices"
	"time"
)

// Coming is an instance that was gone from the partner's list. One that has come back, and is gone again, is watched on for
// a while: a list from which it comes and goes would end and begin its watching, and tell of that, each time.
type Coming struct {
	ID    InstanceID
	Times int       `json:",omitempty"` // how often it has come back
	Gone  time.Time `json:",omitzero"`  // since when it is gone, for a second look at least; zero: it is there
	Last  time.Time // when it last came or went
	Told  time.Time `json:",omitzero"` // when people were last told that it comes and goes
}

const (
	comingsKept = 12 * time.Hour // after the last coming or going
	goneFirst   = time.Hour      // what has come back once must be gone this long; twice that, if it has twice
	goneLongest = 8 * time.Hour
	tellAgain   = 6 * time.Hour // that it comes and goes is not told more often
)

func (m Coming) hold() time.Duration {
	if m.Times == 0 {
		return 0
	}
	return min(goneFirst<<min(m.Times-1, 8), goneLongest)
}

// holds reports whether the instance is watched on though it is gone from the list.
func (m Coming) holds(s Scene) bool { return !m.Gone.IsZero() && s.Now.Sub(m.Gone).Abs() < m.hold() }

// heldBack takes who of a look is gone from the list but watched on out of the look, and notes who came and went. told are
// those of whom people must hear that they come and go.
func (p *PartnerList) heldBack(n *PartnerNews, s Scene) (held []InstanceID, told ListPart) {
	comings := make([]Coming, 0, len(p.Comings))
	for _, m := range p.Comings {
		if there := slices.Contains(n.Listed, m.ID); there && !m.Gone.IsZero() {
			m.Times, m.Gone, m.Last = m.Times+1, time.Time{}, s.Now
		}
		if recent(m.Last, comingsKept, s) {
			comings = append(comings, m)
		}
	}
	p.Comings = comings
	if n.Start || !n.Sure {
		return nil, ListPart{}
	}
	for _, i := range slices.Clone(n.Gone.Some) {
		m := p.coming(i.ID, s)
		if !m.holds(s) {
			continue
		}
		held = append(held, i.ID)
		n.Gone.Count--
		n.Gone.Some = slices.DeleteFunc(slices.Clone(n.Gone.Some), func(g Instance) bool { return g.ID == i.ID })
		if !recent(m.Told, tellAgain, s) {
			m.Told = s.Now
			told.Count++
			told.Some = append(told.Some, i)
		}
	}
	return held, told
}

// coming is what is known of an instance that is gone.
func (p *PartnerList) coming(id InstanceID, s Scene) *Coming {
	n := slices.IndexFunc(p.Comings, func(m Coming) bool { return m.ID == id })
	if n < 0 {
		p.Comings = append(p.Comings, Coming{ID: id})
		n = len(p.Comings) - 1
	}
	m := &p.Comings[n]
	if m.Gone.IsZero() {
		m.Gone, m.Last = s.Now, s.Now
	}
	return m
}
