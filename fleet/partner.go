package fleet

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"greenwatch/monitor"
)

// PartnerAPI gives the whole list of a partner, deleted instances among it. An error may say by a method Finding how the
// API refused, and by a method Detail what of it people may read; neither shows a token.
type PartnerAPI interface {
	Instances(ctx context.Context) ([]PartnerInstance, error)
}

// PartnerOptions are what a Partner needs. All are required, but the fleet needs no file, and nobody is awaited.
type PartnerOptions struct {
	KeeperOptions
	API PartnerAPI
}

// Partner follows a partner's list at GREEN-API. Who is new there is watched, who is deleted is told and dropped; what
// cannot be believed changes nothing. It keeps no token but in memory.
type Partner struct {
	PartnerOptions
	answered chan struct{}
	awaited  map[monitor.InstanceID]bool // listed before the start, and not watched since

	// owned by Run
	started bool                             // a list was taken, and it was sure who is gone since before the start
	listed  []monitor.InstanceID             // who is in the list that was taken, by id
	held    map[monitor.InstanceID]partnered // those of them that can be asked
	seen    string                           // who was gone at the last look
	failing failing

	mu       sync.Mutex
	at       time.Time             // when it was read
	standing *monitor.ListStanding // nil: it is watched as it is
}

// partnered is an instance with its credential.
type partnered struct {
	instance   monitor.Instance
	credential Credential
}

const (
	readAgain  = time.Minute      // after the list could not be read
	agreeAfter = 10 * time.Second // until the look that confirms who is gone
)

// NewPartner makes a follower that goes on from what the store knows. It makes no call yet.
func NewPartner(ctx context.Context, o PartnerOptions) (*Partner, error) {
	if o.Fleet == nil || o.API == nil || o.Schedule == nil || o.Store == nil || o.Apply == nil || o.Log == nil {
		return nil, errors.New("fleet: an option of the partner's list is missing")
	}
	c, err := o.Store.Case(ctx, monitor.Self)
	if err != nil {
		return nil, fmt.Errorf("fleet: reading who was in the partner's list: %w", err)
	}
	p := &Partner{
		PartnerOptions: o, answered: make(chan struct{}, 1), awaited: make(map[monitor.InstanceID]bool), listed: sorted(c.Partner.Listed),
	}
	for _, id := range p.listed {
		if _, listed := o.Fleet.Instance(id); !listed {
			p.awaited[id] = true
		}
	}
	return p, nil
}

// Awaits reports whether the list had an instance before this start that nothing else lists. Before Run, the answer does
// not change.
func (p *Partner) Awaits(id monitor.InstanceID) bool { return p.awaited[id] }

// Run reads the list at once and at each tick of the schedule until ctx ends, and sooner where it could not be read or a
// second look is wanted.
func (p *Partner) Run(ctx context.Context) error {
	for wait := time.Duration(0); ctx.Err() == nil; {
		select {
		case <-ctx.Done():
		case <-p.answered:
		case <-time.After(wait):
		}
		wait = min(p.look(ctx), time.Until(p.Schedule.Next(time.Now())))
	}
	return nil
}

// look reads the list and has it judged. It gives the time until the next look, which the schedule may shorten.
func (p *Partner) look(ctx context.Context) (again time.Duration) {
	defer func() {
		if v := recover(); v != nil {
			p.Log.ErrorContext(ctx, "reading the partner's list panicked", "panic", v, "stack", string(debug.Stack()))
			again = readAgain
		}
	}()
	found, err := p.API.Instances(ctx)
	if ctx.Err() != nil {
		return readAgain
	}
	e := p.read(found)
	switch {
	case err != nil:
		p.fail(ctx, troubleOf(err))
		return readAgain
	case len(e.listed) == 0:
		p.fail(ctx, trouble{what: monitor.ListEmpty})
		return readAgain
	}
	sure, err := p.judge(ctx, e)
	if err != nil && ctx.Err() == nil {
		p.Log.ErrorContext(ctx, "partner's list not followed, trying again", "error", err)
	}
	switch {
	case err != nil:
		return readAgain
	case !sure:
		return agreeAfter
	default:
		return time.Until(p.Schedule.Next(time.Now()))
	}
}

// judge has a list judged by the rules, and makes everybody follow it. It reports whether two looks agree on who is gone.
func (p *Partner) judge(ctx context.Context, e entries) (sure bool, err error) {
	gone := p.gone(e)
	version := goneVersion(gone)
	sure, p.seen = version == "" || version == p.seen, version
	put := func(all *parts) { all.partner = e.list }
	d := compare(p.Fleet.now.Load(), p.Fleet.with(put))
	news := monitor.PartnerNews{Listed: e.listed, Paid: e.paid, Sure: sure, ListNews: monitor.ListNews{
		Version: version, Of: len(p.listed), Total: p.Fleet.Count() - len(d.gone) + len(d.added), Start: !p.started,
		Added: partOf(without(d.added, p.listed)), Gone: partOf(gone), Changed: partOf(d.changed),
	}}
	kept, err := p.tell(ctx, func(c monitor.Case, s monitor.Scene) (monitor.Case, monitor.Effects) { return c.ReadPartner(news, s) })
	if err != nil {
		return sure, err
	}
	p.listed = sorted(kept.Listed)
	p.hold(e)
	left := p.left()
	if err := p.Fleet.become(ctx, put, left, p.Apply); err != nil {
		return sure, err
	}
	p.took(ctx, e, news)
	for _, id := range left {
		delete(p.awaited, id)
	}
	for _, i := range e.instances {
		delete(p.awaited, i.ID)
	}
	return sure, nil
}

// gone are those that the list had, and that nothing lists any more.
func (p *Partner) gone(e entries) []monitor.Instance {
	settings := p.Fleet.settings()
	var gone []monitor.Instance
	for _, id := range p.listed {
		if _, there := slices.BinarySearchFunc(e.listed, id, compareIDs); there {
			continue
		}
		if _, ours := settings.find(id); ours {
			continue
		}
		i := p.Fleet.Named(id)
		i.Name = cmp.Or(i.Name, e.names[id])
		gone = append(gone, i)
	}
	return gone
}

func without(all []monitor.Instance, known []monitor.InstanceID) []monitor.Instance {
	var others []monitor.Instance
	for _, i := range all {
		if _, is := slices.BinarySearchFunc(known, i.ID, compareIDs); !is {
			others = append(others, i)
		}
	}
	return others
}

// hold adds to a list those that are watched on though they are gone from it, and keeps how all are reached.
func (p *Partner) hold(e entries) {
	for _, id := range p.listed {
		if _, there := slices.BinarySearchFunc(e.listed, id, compareIDs); there {
			continue
		}
		if held, known := p.held[id]; known {
			e.add(held.instance, held.credential)
		}
	}
	p.held = make(map[monitor.InstanceID]partnered, len(e.credentials))
	for _, c := range e.credentials {
		p.held[c.ID] = partnered{credential: c}
	}
	for _, i := range e.instances {
		p.held[i.ID] = partnered{instance: i, credential: p.held[i.ID].credential}
	}
	sortInstances(e.instances)
}

// left are those that were awaited and will not come.
func (p *Partner) left() []monitor.InstanceID {
	var left []monitor.InstanceID
	for id := range p.awaited {
		if _, stays := slices.BinarySearchFunc(p.listed, id, compareIDs); !stays {
			left = append(left, id)
		}
	}
	return left
}

// tell commits what a look brings before anything follows it.
func (p *Partner) tell(ctx context.Context, rule func(monitor.Case, monitor.Scene) (monitor.Case, monitor.Effects)) (monitor.PartnerList, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	scene := monitor.Scene{Now: time.Now()}
	cases, err := p.Store.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return rule(c, scene)
	}}})
	if err != nil {
		return monitor.PartnerList{}, err
	}
	return cases[0].Partner, nil
}

// Answer is [Keeper.Answer] for the question about the partner's list.
func (p *Partner) Answer(ctx context.Context, version string, a monitor.ListAnswer, who monitor.AuditEntry) (monitor.Question, error) {
	return ballot{p.Store, p.answered}.answer(ctx, version, a, who)
}
