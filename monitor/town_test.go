package monitor_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
)

// town is a watcher, an actor and a database for a whole fleet, second by second.
type town struct {
	t      rapid.TB
	policy monitor.Policy
	world  func(id monitor.InstanceID, now time.Time) string // a word, "mute" after 30 s, or "boot": unasked
	now    time.Time

	census  *monitor.Census
	shaky   map[monitor.Subject]bool
	cases   map[monitor.Subject]monitor.Case // of pools and of self
	members []*member
	bySlot  [60][]*member
	waiting []*member                             // those with something to do besides their slot
	expired map[monitor.InstanceID]monitor.Belief // held until they are told together
	heldAt  time.Time

	acts    []monitor.Action
	called  map[monitor.InstanceID][]time.Time // reboots made
	fleet   []time.Time                        // by the runbook
	alerts  []monitor.Alert
	keys    map[string]bool
	commits int
}

type member struct {
	id    monitor.InstanceID
	pool  string
	waits bool
	watch monitor.Watch
	c     monitor.Case
	askAt time.Time
	busy  time.Time // until then a call is under way
	asked time.Time
	word  string
}

func newTown(t rapid.TB, p monitor.Policy, pools map[string]int) *town {
	w := &town{
		t: t, policy: p, now: epoch(), census: new(monitor.Census), shaky: map[monitor.Subject]bool{},
		cases: map[monitor.Subject]monitor.Case{}, keys: map[string]bool{},
		expired: map[monitor.InstanceID]monitor.Belief{}, called: map[monitor.InstanceID][]time.Time{},
		world: func(monitor.InstanceID, time.Time) string { return "authorized" },
	}
	for _, pool := range slices.Sorted(maps.Keys(pools)) {
		size := pools[pool]
		for n := range size {
			id := monitor.InstanceID(fmt.Sprintf("%s%06d", pool, n))
			m := &member{id: id, pool: pool, c: monitor.Case{Subject: id.Subject()}}
			w.members = append(w.members, m)
			w.bySlot[n*54/size] = append(w.bySlot[n*54/size], m)
		}
		w.cases[monitor.PoolSubject(pool)] = monitor.Case{Subject: monitor.PoolSubject(pool)}
	}
	w.cases[monitor.Self] = monitor.Case{Subject: monitor.Self}
	slices.SortFunc(w.members, func(a, b *member) int { return strings.Compare(string(a.id), string(b.id)) })
	return w
}

// live lets time pass with the world as it is.
func (w *town) live(d time.Duration) {
	for end := w.now.Add(d); w.now.Before(end); w.now = w.now.Add(time.Second) {
		waiting := w.waiting
		w.waiting = nil
		for _, m := range waiting {
			m.waits = false
		}
		for _, m := range waiting {
			w.step(m, false)
		}
		for _, m := range w.bySlot[w.now.Second()] {
			w.step(m, true)
		}
		if w.now.Second()%5 == 0 {
			w.judge()
		}
		if len(w.expired) > 0 && w.now.Sub(w.heldAt) >= time.Minute {
			w.tellExpired()
		}
		w.act()
	}
}

func (w *town) step(m *member, due bool) {
	defer w.await(m)
	if !m.busy.IsZero() {
		if !w.now.Before(m.busy) {
			m.busy = time.Time{}
			w.see(m)
		}
		return
	}
	for _, at := range [...]time.Time{m.askAt, m.c.LookAt()} {
		due = due || !at.IsZero() && !at.After(w.now)
	}
	if !due || w.now.Sub(m.asked) < time.Second {
		return
	}
	m.asked, m.word = w.now, w.world(m.id, w.now)
	if m.word == "mute" {
		m.busy = w.now.Add(30 * time.Second)
		return
	}
	w.see(m)
}

// await keeps in mind who has something to do.
func (w *town) await(m *member) {
	if !m.waits && (!m.busy.IsZero() || !m.askAt.IsZero() || !m.c.LookAt().IsZero()) {
		m.waits = true
		w.waiting = append(w.waiting, m)
	}
}

func (w *town) see(m *member) {
	r := reading(m.word, m.asked)
	r.Instance = m.id
	w.census.See(r, m.pool)
	var next monitor.Next
	m.watch, next = m.watch.See(r, w.policy)
	m.askAt = next.AskAt
	at := m.c.LookAt()
	if next.Believe == nil && (at.IsZero() || w.now.Before(at)) {
		return
	}
	var beliefs []monitor.Belief
	if b := next.Believe; b != nil {
		if b.Refusal == monitor.Expired {
			if len(w.expired) == 0 {
				w.heldAt = w.now
			}
			w.expired[m.id] = *b
			return
		}
		if held, waits := w.expired[m.id]; waits { // what came before goes first
			beliefs = append(beliefs, held)
			delete(w.expired, m.id)
		}
		beliefs = append(beliefs, *b)
	}
	if fails := m.watch.Believed(); fails.Verdict() == monitor.Blind || fails.State == monitor.Starting {
		w.judge()
	}
	scene := w.scene(m)
	was := m.c
	c, effects := m.c.Follow(beliefs, r, scene)
	m.c = c
	w.commit(was, c, effects)
}

func (w *town) scene(m *member) monitor.Scene {
	pool := monitor.PoolSubject(m.pool)
	return monitor.Scene{
		Now: w.now, Policy: w.policy, Reboots: w.fleet, PoolShaky: w.shaky[pool],
		PoolDown: w.cases[pool].Incident.Open() || w.cases[monitor.Self].Incident.Open(),
	}
}

// judge takes the census; the members of what ends are judged by themselves again.
func (w *town) judge() {
	for _, v := range w.census.Judge(w.now, w.now.Add(-2*time.Minute), w.policy) {
		w.shaky[v.Subject] = v.Shaky
		was, scene := w.cases[v.Subject], monitor.Scene{Now: w.now, Policy: w.policy}
		c, effects := was.Survey(v, scene)
		if heeds := was.Heeds(v, scene); heeds == reflect.DeepEqual(c, was) || !heeds && len(effects.Alerts) > 0 {
			w.t.Fatalf("%s: heeds %t, was %+v, is %+v", v.Subject, heeds, was, c)
		} else if !heeds {
			continue
		}
		w.cases[v.Subject] = c
		w.commit(was, c, effects)
		if was.Incident.Open() && !c.Incident.Open() {
			w.outlast(v.Subject)
		}
	}
}

func (w *town) outlast(s monitor.Subject) {
	pool, isPool := s.Pool()
	for _, m := range w.members {
		if scene := w.scene(m); !scene.PoolDown && (!isPool || m.pool == pool) {
			was := m.c
			c, effects := m.c.Outlast(scene)
			m.c = c
			w.await(m)
			w.commit(was, c, effects)
		}
	}
}

func (w *town) tellExpired() {
	for _, m := range w.members {
		b, held := w.expired[m.id]
		if !held {
			continue
		}
		was := m.c
		c, effects := m.c.Follow([]monitor.Belief{b}, monitor.Reading{}, w.scene(m))
		m.c = c
		w.await(m)
		w.commit(was, c, effects)
	}
	clear(w.expired)
}

// act starts what is wanted, one after the other; a call takes no time and is accepted.
func (w *town) act() {
	for _, a := range w.acts {
		m := w.find(a.Subject)
		was := m.c
		c, effects := m.c.Start(a.Key, w.scene(m))
		m.c = c
		w.commit(was, c, effects)
		if c.Action.State != monitor.Running {
			continue
		}
		w.fleet = append(w.fleet, w.now)
		w.called[m.id] = append(w.called[m.id], w.now)
		was = c
		m.c, effects = c.Done(a, monitor.Outcome{Kind: monitor.OutcomeAccepted}, w.scene(m))
		w.await(m)
		w.commit(was, m.c, effects)
	}
	w.acts = nil
}

func (w *town) find(s monitor.Subject) *member {
	id, _ := s.Instance()
	n, _ := slices.BinarySearchFunc(w.members, id, func(m *member, id monitor.InstanceID) int { return strings.Compare(string(m.id), string(id)) })
	return w.members[n]
}

// commit holds every change against what must hold of all.
func (w *town) commit(was, c monitor.Case, effects monitor.Effects) {
	w.commits++
	for _, a := range effects.Actions {
		if a.State == monitor.Wanted {
			w.acts = append(w.acts, a)
		}
	}
	for _, a := range effects.Alerts {
		if w.keys[a.Key] {
			w.t.Fatalf("%s again", a.Key)
		}
		w.keys[a.Key] = true
		w.alerts = append(w.alerts, a)
		if id, one := a.Subject.Instance(); one && a.Kind == monitor.Opened {
			w.poolFirst(id, a)
		}
		if _, one := a.Subject.Instance(); one && w.scene(w.find(a.Subject)).PoolDown && a.Kind == monitor.Opened &&
			(a.Belief.Verdict() == monitor.Blind || a.Belief.State == monitor.Starting) {
			w.t.Fatalf("%s is told of %s in an outage", a.Belief.Word(), a.Subject)
		}
	}
	if was.Subject != c.Subject {
		w.t.Fatalf("%s became %s", was.Subject, c.Subject)
	}
	w.caps()
}

// poolFirst: an outage is known before a member is told of what it brings.
func (w *town) poolFirst(id monitor.InstanceID, a monitor.Alert) {
	if a.Belief.Verdict() != monitor.Blind && a.Belief.State != monitor.Starting {
		return
	}
	for _, v := range w.census.Judge(w.now, w.now.Add(-2*time.Minute), w.policy) {
		if v.Down && !w.cases[v.Subject].Incident.Open() && (v.Subject == monitor.Self || v.Subject == monitor.PoolSubject(id.Pool())) {
			w.t.Fatalf("%s is told of %s before %s", a.Belief.Word(), id, v.Subject)
		}
	}
}

// caps: 3 reboots in 10 minutes over the fleet, one in 10 minutes and 3 a day of one instance.
func (w *town) caps() {
	if n := len(w.fleet); n > 3 && w.fleet[n-1].Sub(w.fleet[n-4]) < 10*time.Minute {
		w.t.Fatalf("4 reboots within %s", w.fleet[n-1].Sub(w.fleet[n-4]))
	}
	for id, at := range w.called {
		n := len(at)
		if n > 1 && at[n-1].Sub(at[n-2]) < 10*time.Minute || n > 3 && at[n-1].Sub(at[n-4]) < aDay {
			w.t.Fatalf("%s rebooted at %v", id, at)
		}
	}
}

// restart loses all that is not in a case.
func (w *town) restart() {
	w.census, w.shaky = new(monitor.Census), map[monitor.Subject]bool{}
	for s, c := range w.cases {
		w.cases[s] = throughJSON(w.t, c)
	}
	for _, m := range w.members {
		m.c = throughJSON(w.t, m.c)
		m.watch, m.askAt, m.busy = monitor.Resume(m.c.Belief, m.c.Belief.At, m.c.Belief.At), time.Time{}, time.Time{}
		w.await(m)
	}
	clear(w.expired)
}

// told is as in "pool_down pool/7105, opened instance/7105000003".
func (w *town) told() string {
	var all []string
	for _, a := range w.alerts {
		all = append(all, fmt.Sprintf("%s %s", a.Kind, a.Subject))
	}
	return strings.Join(all, ", ")
}

func (w *town) rebooted() int {
	n := 0
	for _, at := range w.called {
		n += len(at)
	}
	return n
}
