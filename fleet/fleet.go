// Package fleet knows which instances there are: it reads them from the environment, from a CSV file and from a partner's
// list at GREEN-API, and follows both as they change.
//
// What it publishes has no tokens in it. The credentials are handed over apart, for the client of the API alone.
package fleet

import (
	"cmp"
	"context"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"greenwatch/monitor"
)

// Fleet is the instances that are watched. It is safe for concurrent use.
type Fleet struct {
	sources Sources
	now     atomic.Pointer[list]

	mu    sync.Mutex // held while a change is applied
	parts parts
}

// parts are what each source lists.
type parts struct {
	settings *list // the environment and the file
	partner  *list // nil: none, or not come yet
}

// whole is all of it. Where both parts list an instance, the settings win.
func (p parts) whole() *list {
	if p.partner == nil {
		return p.settings
	}
	all := &list{version: p.settings.version, filed: p.settings.filed}
	all.instances = slices.Clone(p.settings.instances)
	all.credentials = slices.Clone(p.settings.credentials)
	for _, i := range p.partner.instances {
		if _, ours := p.settings.find(i.ID); !ours {
			all.instances = append(all.instances, i)
		}
	}
	for _, c := range p.partner.credentials {
		if _, ours := p.settings.find(c.ID); !ours {
			all.credentials = append(all.credentials, c)
		}
	}
	sortInstances(all.instances)
	return all
}

// list is one version of what is listed.
type list struct {
	instances   []monitor.Instance                      // by id
	credentials []Credential                            // as they are listed
	version     string                                  // of the file
	filed       int                                     // how many are in the file
	former      map[monitor.InstanceID]monitor.Instance // those that earlier versions had
}

func sortInstances(instances []monitor.Instance) {
	slices.SortFunc(instances, func(a, b monitor.Instance) int { return compareIDs(a.ID, b.ID) })
}

// compareIDs orders ids as numbers. They have no leading zeros, so a longer one is the greater.
func compareIDs(a, b monitor.InstanceID) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

func (l *list) find(id monitor.InstanceID) (monitor.Instance, bool) {
	at, ok := slices.BinarySearchFunc(l.instances, id, func(i monitor.Instance, id monitor.InstanceID) int {
		return compareIDs(i.ID, id)
	})
	if !ok {
		return monitor.Instance{}, false
	}
	return l.instances[at], true
}

// File is the name of the CSV file, without folders; empty: there is none.
func (f *Fleet) File() string {
	if f.sources.File == "" {
		return ""
	}
	return filepath.Base(f.sources.File)
}

// Instances gives all of them, the smallest id first. The slice is the caller's; the tags in it are shared.
func (f *Fleet) Instances() []monitor.Instance { return slices.Clone(f.now.Load().instances) }

// Count is how many there are.
func (f *Fleet) Count() int { return len(f.now.Load().instances) }

// Instance gives the one with this id; false where there is none.
func (f *Fleet) Instance(id monitor.InstanceID) (monitor.Instance, bool) {
	return f.now.Load().find(id)
}

// Named gives the instance as it is known, or was before it left the list, or else with its id alone.
func (f *Fleet) Named(id monitor.InstanceID) monitor.Instance {
	now := f.now.Load()
	if i, ok := now.find(id); ok {
		return i
	}
	if i, ok := now.former[id]; ok {
		return i
	}
	return monitor.Instance{ID: id, Pool: id.Pool()}
}

// with is how all of it would be if a part were another one.
func (f *Fleet) with(put func(*parts)) *list {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := f.parts
	put(&next)
	return next.whole()
}

// settings is what the environment and the file list.
func (f *Fleet) settings() *list {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.parts.settings
}

// become makes everybody follow that a part is another one, and then calls it the present. Those of gone are watched no
// more, though they are not listed as it is. One change is applied at a time, and none that fails.
func (f *Fleet) become(ctx context.Context, put func(*parts), gone []monitor.InstanceID, apply func(context.Context, Change) error) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	next := f.parts
	put(&next)
	whole := next.whole()
	if d := compare(f.now.Load(), whole); !d.none() || len(gone) > 0 {
		c := d.change(whole)
		c.Gone = append(c.Gone, gone...)
		if err := apply(ctx, c); err != nil {
			return err
		}
	}
	f.parts = next
	f.take(whole)
	return nil
}

// take makes a list the one that is watched.
func (f *Fleet) take(next *list) {
	was := f.now.Load()
	next.former = maps.Clone(was.former)
	for _, i := range was.instances {
		if _, stays := next.find(i.ID); !stays {
			if next.former == nil {
				next.former = make(map[monitor.InstanceID]monitor.Instance)
			}
			next.former[i.ID] = i
		}
	}
	f.now.Store(next)
}

// Find gives the instances that a person may mean by text, by the best of these that fits any: the id, the name, the
// name without regard to case, the beginning of a name or id, a part of one. Empty text means none.
func (f *Fleet) Find(text string) []monitor.Instance {
	text = strings.TrimSpace(text)
	if text == "" {
		return nil
	}
	lower := strings.ToLower(text)
	fits := []func(i monitor.Instance) bool{
		func(i monitor.Instance) bool { return string(i.ID) == text },
		func(i monitor.Instance) bool { return i.Name == text },
		func(i monitor.Instance) bool { return strings.ToLower(i.Name) == lower },
		func(i monitor.Instance) bool {
			return strings.HasPrefix(strings.ToLower(i.Name), lower) || strings.HasPrefix(string(i.ID), lower)
		},
		func(i monitor.Instance) bool {
			return strings.Contains(strings.ToLower(i.Name), lower) || strings.Contains(string(i.ID), lower)
		},
	}
	for _, fit := range fits {
		var found []monitor.Instance
		for _, i := range f.now.Load().instances {
			if fit(i) {
				found = append(found, i)
			}
		}
		if found != nil {
			return found
		}
	}
	return nil
}
