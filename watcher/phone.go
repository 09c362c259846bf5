package watcher

import (
	"context"
	"time"

	"greenwatch/monitor"
)

// Phones tells which phone is linked to an instance.
type Phones interface {
	// Phone gives it; the zero one where that is not said.
	Phone(ctx context.Context, id monitor.InstanceID) (monitor.Phone, error)
}

const (
	phoneWaits = 5 * time.Second  // no recovery is held up for longer
	phoneSpan  = 10 * time.Minute // those that are not known are asked for within this
	phoneSoon  = 2 * time.Minute  // after a recovery at which it was not said
	phoneAgain = time.Hour        // and then
)

// identify asks which phone is linked, at a recovery: another one may have been linked meanwhile. Where nothing but our view
// of the number was lost, that is asked later.
func (g *guard) identify(ctx context.Context, was, b monitor.Belief) monitor.Belief {
	if g.w.Phones == nil || b.Verdict() != monitor.Good {
		return b
	}
	switch was.Verdict() {
	case monitor.Unseen, monitor.Blind:
		g.phoneAt = time.Now().Add(time.Duration(place(g.id) * float64(phoneSpan)))
		return b
	}
	b.Phone = g.askPhone(ctx)
	g.phoneAt = time.Time{}
	if !b.Phone.Known() {
		g.phoneAt = time.Now().Add(phoneSoon)
	}
	return b
}

// expectPhone has an instance asked whose phone was never known.
func (g *guard) expectPhone(c monitor.Case) {
	if g.w.Phones != nil && !c.Phone.Known() && g.phoneAt.IsZero() {
		g.phoneAt = time.Now().Add(time.Duration(place(g.id) * float64(phoneSpan)))
	}
}

// meet asks which phone is linked, where that is due and the number is good, after a check of it.
func (g *guard) meet(ctx context.Context) {
	if g.w.Phones == nil || g.phoneAt.IsZero() || time.Now().Before(g.phoneAt) || g.watch.Believed().Verdict() != monitor.Good ||
		g.unseen || len(g.unsaved) > 0 {
		return
	}
	g.phoneAt = time.Now().Add(phoneAgain)
	phone := g.askPhone(ctx)
	if !phone.Known() {
		return
	}
	saving, cancel := context.WithTimeout(ctx, saveTimeout)
	defer cancel()
	scene := g.scene()
	cases, err := g.w.Cases.UpdateAll(saving, []monitor.Change{{Subject: g.id.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Meet(phone, scene)
	}}})
	if err == nil {
		g.phoneAt = time.Time{}
		g.follow(cases[0])
	}
}

func (g *guard) askPhone(ctx context.Context) monitor.Phone {
	ctx, cancel := context.WithTimeout(ctx, phoneWaits)
	defer cancel()
	phone, err := g.w.Phones.Phone(ctx, g.id)
	if err != nil && ctx.Err() == nil {
		g.log.InfoContext(ctx, "phone not known", "error", err)
	}
	return phone
}
