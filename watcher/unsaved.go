package watcher

import (
	"cmp"
	"slices"

	"greenwatch/monitor"
)

// Unsaved is what is believed and the store failed to take, where it differs from what the store knows: it is in this
// process's memory alone. There is at most one entry for each instance.
func (w *Watcher) Unsaved() []monitor.Unsaved {
	var all []monitor.Unsaved
	w.mu.Lock()
	for _, unkept := range w.unkept {
		all = append(all, unkept...)
	}
	w.mu.Unlock()
	w.roster.mu.RLock()
	for id, g := range w.roster.guards {
		g.mu.Lock()
		if g.unkept.Answer != "" {
			all = append(all, monitor.Unsaved{Instance: id, Belief: g.unkept})
		}
		g.mu.Unlock()
	}
	w.roster.mu.RUnlock()
	slices.SortFunc(all, func(a, b monitor.Unsaved) int { return cmp.Compare(a.Instance, b.Instance) })
	return all
}

func (w *Watcher) setUnkept(n *newcomers, all []monitor.Unsaved) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.unkept[n] = all
	if len(all) == 0 {
		delete(w.unkept, n)
	}
}

// unkept is what is believed of the newcomers that are not good.
func (n *newcomers) unkept() []monitor.Unsaved {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []monitor.Unsaved
	for _, id := range n.order {
		beliefs := n.beliefs[id]
		if len(beliefs) > 0 && beliefs[len(beliefs)-1].Verdict() != monitor.Good {
			all = append(all, monitor.Unsaved{Instance: id, Belief: beliefs[len(beliefs)-1]})
		}
	}
	return all
}
