package notify

import "time"

const (
	tellAfter     = 15 * time.Second // trouble that is over sooner is not told
	calmUntold    = 15 * time.Second // without failure until trouble that was not told is forgotten
	calmTold      = 30 * time.Second // without failure until it is told as over
	calmRelapsed  = 5 * time.Minute  // and where it came back
	relapseWithin = 15 * time.Minute // trouble again within this is the same message
)

// pulse judges, from tries that failed and tries that did not, when there is trouble and when it is over. What comes and
// goes is one trouble.
type pulse struct {
	since    time.Time // the first failure; zero: there is no trouble
	calm     time.Time // the first success after the last failure; zero: it fails
	told     bool      // it has lasted so long that people must know
	relapsed bool
	ended    time.Time // when trouble that was told was last over
}

func (p pulse) fails(now time.Time) pulse {
	if p.since.IsZero() {
		p.since = now
		p.relapsed = !p.ended.IsZero() && now.Sub(p.ended) < relapseWithin
	}
	p.calm = time.Time{}
	p.told = p.told || now.Sub(p.since) >= tellAfter
	return p
}

func (p pulse) works(now time.Time) pulse {
	if p.since.IsZero() {
		return p
	}
	if p.calm.IsZero() {
		p.calm = now
	}
	if now.Sub(p.calm) < p.patience() {
		return p
	}
	if p.told {
		p.ended = now
	}
	return pulse{ended: p.ended}
}

func (p pulse) patience() time.Duration {
	switch {
	case !p.told:
		return calmUntold
	case p.relapsed:
		return calmRelapsed
	default:
		return calmTold
	}
}
