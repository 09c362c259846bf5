package fleet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"

	"greenwatch/monitor"
)

// Store keeps which version of the list is watched, and what is told of it.
type Store interface {
	Case(ctx context.Context, id monitor.Subject) (monitor.Case, error)
	Cases(ctx context.Context) ([]monitor.Case, error)
	UpdateAll(ctx context.Context, changes []monitor.Change) ([]monitor.Case, error)
	Audit(ctx context.Context, e monitor.AuditEntry) error
}

// Schedule says when the file is looked at.
type Schedule interface {
	Next(after time.Time) time.Time
}

// KeeperOptions are what a Keeper needs; all but the last are required. The fleet must have a file.
type KeeperOptions struct {
	Fleet    *Fleet
	Schedule Schedule
	Store    Store
	// Apply makes everybody follow a change. Where it fails, it is given the same change again, or more.
	Apply func(ctx context.Context, c Change) error
	Log   *slog.Logger
	// Awaited reports whether another list may still name an instance: one that the file has not is not gone then.
	Awaited func(id monitor.InstanceID) bool
}

// Keeper follows the file. A version is told before it is watched; one that is wrong is refused as a whole, and one from
// which too many are gone waits for a person.
type Keeper struct {
	KeeperOptions
	answered chan struct{}

	// owned by Run
	seen  mark   // of the file as it was last dealt with
	dealt string // the version that was
	again bool   // deal with it once more

	mu       sync.Mutex
	read     time.Time             // when the version that is watched was read
	standing *monitor.ListStanding // nil: it is watched as it is
}

const (
	settleTime = time.Second // a file that is the same after this long is not being written
	storeTime  = 10 * time.Second
)

// NewKeeper makes a keeper of the fleet as it was loaded, and tells how that differs from what was watched before the
// start. Tokens are kept nowhere, so nobody is asked about numbers that are gone by then.
func NewKeeper(ctx context.Context, o KeeperOptions) (*Keeper, error) {
	if o.Fleet == nil || o.Fleet.File() == "" || o.Schedule == nil || o.Store == nil || o.Apply == nil || o.Log == nil {
		return nil, errors.New("fleet: an option of the keeper is missing")
	}
	now := o.Fleet.now.Load()
	k := &Keeper{KeeperOptions: o, answered: make(chan struct{}, 1), dealt: now.version, read: time.Now()}
	cases, err := o.Store.Cases(ctx)
	if err != nil {
		return nil, fmt.Errorf("fleet: reading what was watched: %w", err)
	}
	if _, err := k.tell(ctx, k.sinceBefore(now, cases), now.version); err != nil {
		return nil, fmt.Errorf("fleet: keeping which list is watched: %w", err)
	}
	return k, nil
}

// sinceBefore compares the list with the cases of the last run; what else changed is not kept.
func (k *Keeper) sinceBefore(now *list, cases []monitor.Case) monitor.ListNews {
	watched := make(map[monitor.InstanceID]bool)
	var gone, added []monitor.Instance
	for _, c := range cases {
		id, isInstance := c.Subject.Instance()
		if !isInstance || c.Belief.Verdict() == monitor.Unseen {
			continue
		}
		_, stays := now.find(id)
		if !stays && k.Awaited != nil && k.Awaited(id) {
			continue
		}
		watched[id] = true
		if !stays {
			gone = append(gone, monitor.Instance{ID: id})
		}
	}
	for _, i := range now.instances {
		if !watched[i.ID] {
			added = append(added, i)
		}
	}
	return monitor.ListNews{Start: true, Added: partOf(added), Gone: partOf(gone), Of: len(watched), Total: len(now.instances)}
}

// Run looks at the file at each tick of the schedule until ctx ends.
func (k *Keeper) Run(ctx context.Context) error {
	for failing := false; ; {
		select {
		case <-ctx.Done():
			return nil
		case <-k.answered:
			k.again = true
		case <-time.After(time.Until(k.Schedule.Next(time.Now()))):
		}
		err := k.look(ctx)
		if err != nil && !failing && ctx.Err() == nil {
			k.Log.ErrorContext(ctx, "list of instances not followed, trying again at the next check", "error", err)
		}
		failing = err != nil
	}
}

// look deals with the file as it is now, if that is new. One that changes meanwhile is left to the next look.
func (k *Keeper) look(ctx context.Context) (err error) {
	defer func() {
		if p := recover(); p != nil {
			k.Log.ErrorContext(ctx, "reading the list of instances panicked", "panic", p, "stack", string(debug.Stack()))
			err = errors.New("fleet: it panicked")
		}
	}()
	seen := markOf(k.Fleet.sources.File)
	if seen.readOnce() || seen.shows(k.seen) && !k.again {
		return nil
	}
	file := readFile(k.Fleet.sources.File)
	if version := file.version(); version != k.dealt || k.again {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(settleTime):
		}
		if readFile(k.Fleet.sources.File).version() != version {
			return nil
		}
		if err := k.judge(ctx, file); err != nil {
			k.again = true
			return err
		}
		k.dealt, k.again = version, false
	}
	k.seen = mark{}
	if file.wrong == "" {
		k.seen = seen
	}
	return nil
}

// judge has a version judged by the rules, and makes everybody follow it where it is taken.
func (k *Keeper) judge(ctx context.Context, file content) error {
	was := k.Fleet.now.Load()
	next, problems := parse(k.Fleet.sources, file)
	put := func(p *parts) { p.settings = next }
	if next != nil && len(next.instances) == 0 {
		problems = Problems{{monitor.ListProblem{What: monitor.ListEmpty}, inFile + ": lists no instance"}}
	}
	var d difference
	news := monitor.ListNews{Of: was.filed, Total: len(was.instances), Wrong: len(problems)}
	if len(problems) == 0 {
		whole := k.Fleet.with(put)
		d = compare(was, whole)
		news.Added, news.Gone, news.Changed, news.Total = partOf(d.added), partOf(d.gone), partOf(d.changed), len(whole.instances)
	}
	for _, p := range problems[:min(named, len(problems))] {
		news.Problems = append(news.Problems, p.ListProblem)
	}
	listing, err := k.tell(ctx, news, file.version())
	if err != nil {
		return err
	}
	if len(problems) > 0 || listing.Taken != file.version() {
		k.Log.WarnContext(ctx, "list of instances not taken", "problems", len(problems), "gone", len(d.gone), "of", was.filed)
		k.stands(news)
		return nil
	}
	k.Log.InfoContext(ctx, "list of instances read", "added", len(d.added), "gone", len(d.gone), "changed", len(d.changed))
	if err := k.Fleet.become(ctx, put, nil, k.Apply); err != nil {
		return err
	}
	k.stands(monitor.ListNews{})
	return nil
}

// tell commits what a version brings before anything follows it.
func (k *Keeper) tell(ctx context.Context, n monitor.ListNews, version string) (monitor.Listing, error) {
	ctx, cancel := context.WithTimeout(ctx, storeTime)
	defer cancel()
	n.File, n.Version = k.Fleet.File(), version
	scene := monitor.Scene{Now: time.Now()}
	cases, err := k.Store.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		return c.List(n, scene)
	}}})
	if err != nil {
		return monitor.Listing{}, err
	}
	return cases[0].Listing, nil
}

func (k *Keeper) stands(n monitor.ListNews) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if n.Wrong+n.Gone.Count == 0 {
		k.read, k.standing = time.Now(), nil
		return
	}
	n.File = k.Fleet.File()
	k.standing = &monitor.ListStanding{News: n, Since: time.Now(), Read: k.read}
}

// File is the name of the file, without folders.
func (k *Keeper) File() string { return k.Fleet.File() }

// Standing says how the file stands; false: it is watched as it is.
func (k *Keeper) Standing() (monitor.ListStanding, bool) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.standing == nil {
		return monitor.ListStanding{}, false
	}
	return *k.standing, true
}

// Answer takes what an operator says to the question about a version, and gives the question; who says when, where and
// by whom. The first answer counts: another one is refused with one of monitor's errors. Only the store is waited for.
func (k *Keeper) Answer(ctx context.Context, version string, a monitor.ListAnswer, who monitor.AuditEntry) (monitor.Question, error) {
	return ballot{k.Store, k.answered}.answer(ctx, version, a, who)
}
