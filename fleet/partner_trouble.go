package fleet

import (
	"context"
	"errors"
	"time"

	"greenwatch/monitor"
)

const (
	tellTwice  = 2                // a refusal is told when it came so many times in a row
	unreadTime = 30 * time.Minute // a list that does not come for so long is told
)

// trouble is why a list cannot be believed.
type trouble struct {
	what monitor.ListMistake
	why  string // as the API said it; may be empty
}

func troubleOf(err error) trouble {
	var (
		refused interface{ Finding() monitor.Finding }
		said    interface{ Detail() string }
		t       = trouble{what: monitor.PartnerAway}
	)
	if errors.As(err, &refused) && refused.Finding().Answer == monitor.Refused {
		t.what = monitor.PartnerRefused
	}
	if errors.As(err, &said) {
		t.why = said.Detail()
	}
	return t
}

// failing is the trouble that lasts; the zero one is none.
type failing struct {
	trouble
	since time.Time // of trouble of any kind
	row   int       // looks in a row that ran into this kind
	told  bool
}

// fail takes that a look brought no list. What is watched stays as it is; people are told once the trouble lasts.
func (p *Partner) fail(ctx context.Context, t trouble) {
	f := &p.failing
	if f.since.IsZero() {
		f.since = time.Now()
	}
	if f.what != t.what {
		p.Log.WarnContext(ctx, "partner's list not read, everything stays as it is", "trouble", t.what, "said", t.why, "watched", p.Fleet.Count())
		f.row, f.told = 0, false
	}
	f.trouble = t
	f.row++
	news := monitor.ListNews{
		Version: string(t.what), Wrong: 1, Problems: []monitor.ListProblem{{What: t.what}}, Why: t.why, Total: p.Fleet.Count(),
	}
	p.stands(&monitor.ListStanding{News: news, Since: f.since})
	if f.told || f.row < tellTwice || t.what == monitor.PartnerAway && time.Since(f.since) < unreadTime {
		return
	}
	_, err := p.tell(ctx, func(c monitor.Case, s monitor.Scene) (monitor.Case, monitor.Effects) {
		return c.ReadPartner(monitor.PartnerNews{ListNews: news}, s)
	})
	if err != nil && ctx.Err() == nil {
		p.Log.ErrorContext(ctx, "trouble with the partner's list not told, trying again", "error", err)
	}
	f.told = err == nil
}

// took notes that a list was followed, and how it differs from what is watched.
func (p *Partner) took(ctx context.Context, e entries, n monitor.PartnerNews) {
	if p.failing.row > 0 || !p.started || n.Added.Count+n.Gone.Count+n.Changed.Count > 0 {
		p.Log.InfoContext(ctx, "partner's list read", "listed", len(e.listed), "added", n.Added.Count, "gone", n.Gone.Count,
			"changed", n.Changed.Count, "unusable_tokens", e.tokens)
	}
	p.started = p.started || n.Sure
	p.mu.Lock()
	p.at = time.Now()
	p.mu.Unlock()
	asked := n.Sure && len(p.listed) > len(e.listed)
	since := p.failing.since
	p.failing = failing{}
	if !asked {
		p.stands(nil)
		return
	}
	standing := monitor.ListStanding{News: monitor.ListNews{Version: n.Version, Gone: n.Gone, Of: n.Of}, Since: time.Now()}
	if was, off := p.Standing(); off && since.IsZero() && was.News.Version == n.Version {
		standing.Since = was.Since
	}
	p.stands(&standing)
}

func (p *Partner) stands(s *monitor.ListStanding) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if s != nil {
		s.Read = p.at
	}
	p.standing = s
}

// Standing says why the list is not watched as it is now; false: it is.
func (p *Partner) Standing() (monitor.ListStanding, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.standing == nil {
		return monitor.ListStanding{}, false
	}
	return *p.standing, true
}
