package watcher

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"greenwatch/monitor"
)

const (
	surveyEvery = 5 * time.Second
	surveyGap   = 200 * time.Millisecond // who asks sooner has the answer already
)

// outages tells trouble of GREEN-API's from trouble of single numbers, by a census of the last readings. What it knows is in
// memory, for whoever asks; one goroutine alone has the store follow.
type outages struct {
	w *Watcher

	counting sync.Mutex
	census   monitor.Census

	mu       sync.Mutex
	surveyed time.Time
	surveys  []monitor.Survey
	cases    map[monitor.Subject]monitor.Case // of pools and of everything, as the store has them

	failing bool // the store failed at the last change; owned by run

	standings atomic.Pointer[map[string]standing] // by pool
}

// standing is how a pool stands for its members.
type standing struct{ down, shaky bool }

// everything is the pool of all.
const everything = string(monitor.Self)

func newOutages(w *Watcher) *outages {
	o := &outages{w: w, cases: make(map[monitor.Subject]monitor.Case)}
	o.standings.Store(&map[string]standing{})
	return o
}

// resume goes on from the cases that the store knows.
func (o *outages) resume(cases []monitor.Case) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, c := range cases {
		if _, isInstance := c.Subject.Instance(); !isInstance {
			o.cases[c.Subject] = c
		}
	}
	o.stand()
}

// see counts a reading.
func (o *outages) see(r monitor.Reading, pool string) {
	o.counting.Lock()
	defer o.counting.Unlock()
	o.census.See(r, pool)
}

// leave forgets an instance.
func (o *outages) leave(id monitor.InstanceID) {
	o.counting.Lock()
	defer o.counting.Unlock()
	o.census.Leave(id)
}

// of is how a pool stands, for one of its members.
func (o *outages) of(pool string) standing {
	all := *o.standings.Load()
	s := all[pool]
	s.down = s.down || all[everything].down
	return s
}

// run has the store follow until ctx ends.
func (o *outages) run(ctx context.Context) {
	every := time.NewTicker(surveyEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			o.commit(ctx)
		}
	}
}

// survey looks at all pools. It comes before what is believed of a member is put into its case.
func (o *outages) survey() []monitor.Survey {
	o.mu.Lock()
	defer o.mu.Unlock()
	if time.Since(o.surveyed).Abs() < surveyGap {
		return o.surveys
	}
	now := time.Now()
	o.counting.Lock()
	o.surveyed, o.surveys = now, o.census.Judge(now, o.w.lately(), o.w.Policy)
	o.counting.Unlock()
	o.stand()
	return o.surveys
}

// commit keeps which outages have begun, changed and ended.
func (o *outages) commit(ctx context.Context) {
	surveys, scene := o.survey(), o.w.scene()
	for _, v := range surveys {
		if was := o.kept(v.Subject); was.Heeds(v, scene) {
			o.keep(ctx, v.Subject, o.follow(was, v, scene))
		}
	}
	for _, s := range o.deserted() {
		o.keep(ctx, s, []monitor.Change{o.w.leave(s)})
	}
}

// kept is a case as the store has it.
func (o *outages) kept(s monitor.Subject) monitor.Case {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.cases[s]
}

// follow is what a survey changes: the case of the pool, and at the end of an outage those of its members too.
func (o *outages) follow(was monitor.Case, v monitor.Survey, scene monitor.Scene) []monitor.Change {
	changes := []monitor.Change{{Subject: v.Subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Survey(v, scene)
	}}}
	if after, _ := was.Survey(v, scene); after.Incident.Open() || !was.Incident.Open() {
		return changes
	}
	for _, member := range was.Incident.Outage.Members {
		if o.w.guard(member.Instance) != nil {
			changes = append(changes, monitor.Change{Subject: member.Instance.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
				return c.Outlast(scene)
			}})
		}
	}
	return changes
}

// keep commits; what fails is found again by the next survey.
func (o *outages) keep(ctx context.Context, s monitor.Subject, changes []monitor.Change) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), saveTimeout)
	defer cancel()
	cases, err := o.w.Cases.UpdateAll(ctx, changes)
	if err != nil {
		if !o.failing {
			o.w.Log.ErrorContext(ctx, "outage not kept, trying again", "subject", s, "error", err)
		}
		o.failing = true
		return
	}
	o.failing = false
	o.mu.Lock()
	o.cases[s] = cases[0]
	o.stand()
	o.mu.Unlock()
	for _, change := range changes[1:] {
		o.w.Nudge(change.Subject)
	}
}

// deserted are the pools with an outage of which no instance is watched any more.
func (o *outages) deserted() []monitor.Subject {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []monitor.Subject
	for s, c := range o.cases {
		if pool, isPool := s.Pool(); isPool && c.Incident.Open() && !o.w.inhabited(c, pool) {
			all = append(all, s)
		}
	}
	return all
}

// stand says how the pools stand from now on: an outage that the store does not have yet is one all the same. It is called
// with mu held.
func (o *outages) stand() {
	all := make(map[string]standing)
	for _, v := range o.surveys {
		all[poolOf(v.Subject)] = standing{down: v.Down, shaky: v.Shaky}
	}
	for s, c := range o.cases {
		if pool := poolOf(s); c.Incident.Open() {
			all[pool] = standing{down: true, shaky: all[pool].shaky}
		}
	}
	o.standings.Store(&all)
}

// poolOf is the pool that a subject is about.
func poolOf(s monitor.Subject) string {
	if pool, isPool := s.Pool(); isPool {
		return pool
	}
	return everything
}

// inhabited reports whether an instance of the pool is watched, or may be still to come.
func (w *Watcher) inhabited(outage monitor.Case, pool string) bool {
	for _, member := range outage.Incident.Outage.Members {
		if w.Awaited != nil && w.Awaited(member.Instance) {
			return true
		}
	}
	w.roster.mu.RLock()
	defer w.roster.mu.RUnlock()
	for _, g := range w.roster.guards {
		if _, home := g.where(); home == pool {
			return true
		}
	}
	return false
}

// Scene is what the rules need to know about a subject besides its case.
func (w *Watcher) Scene(s monitor.Subject) monitor.Scene {
	id, _ := s.Instance()
	if g := w.guard(id); g != nil {
		w.outages.survey()
		return g.scene()
	}
	return w.scene()
}
