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

// outages tells trouble of GREEN-API's from trouble of single numbers, by a census of the last readings.
type outages struct {
	w *Watcher

	counting sync.Mutex
	census   monitor.Census

	surveying sync.Mutex
	surveyed  time.Time
	cases     map[monitor.Subject]monitor.Case // of pools and of everything, as the store has them
	failing   bool                             // the store failed at the last change

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
	for _, c := range cases {
		if _, isInstance := c.Subject.Instance(); !isInstance {
			o.cases[c.Subject] = c
		}
	}
	o.stand(nil)
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

// run surveys until ctx ends.
func (o *outages) run(ctx context.Context) {
	every := time.NewTicker(surveyEvery)
	defer every.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-every.C:
			o.survey(ctx)
		}
	}
}

// survey looks at all pools, and keeps which outages have begun, changed and ended. It comes before what is believed of a
// member is put into its case.
func (o *outages) survey(ctx context.Context) {
	o.surveying.Lock()
	defer o.surveying.Unlock()
	if time.Since(o.surveyed).Abs() < surveyGap {
		return
	}
	o.surveyed = time.Now()
	scene := o.w.scene()
	o.counting.Lock()
	surveys := o.census.Judge(scene.Now, scene.Policy)
	o.counting.Unlock()
	for _, v := range surveys {
		if o.cases[v.Subject].Heeds(v, scene) {
			o.keep(ctx, v.Subject, o.follow(v, scene))
		}
	}
	for _, c := range o.deserted() {
		o.keep(ctx, c.Subject, []monitor.Change{o.w.leave(c.Subject)})
	}
	o.stand(surveys)
}

// follow is what a survey changes: the case of the pool, and at the end of an outage those of its members too.
func (o *outages) follow(v monitor.Survey, scene monitor.Scene) []monitor.Change {
	changes := []monitor.Change{{Subject: v.Subject, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.Survey(v, scene)
	}}}
	was := o.cases[v.Subject]
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
	o.cases[s] = cases[0]
	for _, change := range changes[1:] {
		o.w.Nudge(change.Subject)
	}
}

// deserted are the pools with an outage of which no instance is watched any more.
func (o *outages) deserted() []monitor.Case {
	var all []monitor.Case
	for _, c := range o.cases {
		if pool, isPool := c.Subject.Pool(); isPool && c.Incident.Open() && !o.w.inhabited(pool) {
			all = append(all, c)
		}
	}
	return all
}

// stand says how the pools stand from now on: an outage that the store could not take is one all the same.
func (o *outages) stand(surveys []monitor.Survey) {
	all := make(map[string]standing)
	for _, v := range surveys {
		pool, _ := v.Subject.Pool()
		all[pool] = standing{down: v.Down, shaky: v.Shaky}
	}
	for _, c := range o.cases {
		if pool, _ := c.Subject.Pool(); c.Incident.Open() {
			all[pool] = standing{down: true, shaky: all[pool].shaky}
		}
	}
	o.standings.Store(&all)
}

// inhabited reports whether an instance of the pool is watched.
func (w *Watcher) inhabited(pool string) bool {
	w.roster.mu.RLock()
	defer w.roster.mu.RUnlock()
	for _, g := range w.roster.guards {
		if _, home := g.place(); home == pool {
			return true
		}
	}
	return false
}

// Scene is what the rules need to know about a subject besides its case.
func (w *Watcher) Scene(s monitor.Subject) monitor.Scene {
	id, _ := s.Instance()
	if g := w.guard(id); g != nil {
		return g.scene()
	}
	return w.scene()
}
