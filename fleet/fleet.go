// Package fleet knows which instances there are: it reads them from the environment and from a CSV file.
//
// What it publishes has no tokens in it. The credentials are handed over apart, once, for the client of the API alone.
package fleet

import (
	"cmp"
	"slices"
	"strings"

	"greenwatch/monitor"
)

// Fleet is the instances that are watched. It is safe for concurrent use.
type Fleet struct {
	instances []monitor.Instance // by id
}

func newFleet(instances []monitor.Instance) *Fleet {
	slices.SortFunc(instances, func(a, b monitor.Instance) int { return compareIDs(a.ID, b.ID) })
	return &Fleet{instances: instances}
}

// compareIDs orders ids as numbers. They have no leading zeros, so a longer one is the greater.
func compareIDs(a, b monitor.InstanceID) int {
	return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
}

// Instances gives all of them, the smallest id first. The slice is the caller's; the tags in it are shared.
func (f *Fleet) Instances() []monitor.Instance { return slices.Clone(f.instances) }

// Instance gives the one with this id; false where there is none.
func (f *Fleet) Instance(id monitor.InstanceID) (monitor.Instance, bool) {
	at, ok := slices.BinarySearchFunc(f.instances, id, func(i monitor.Instance, id monitor.InstanceID) int {
		return compareIDs(i.ID, id)
	})
	if !ok {
		return monitor.Instance{}, false
	}
	return f.instances[at], true
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
		for _, i := range f.instances {
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
