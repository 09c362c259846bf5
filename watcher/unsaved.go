package watcher

import "greenwatch/monitor"

// Unsaved is what is believed and the store failed to take, where it differs from what the store knows: it is in this
// process's memory alone. There is at most one entry for each instance.
func (w *Watcher) Unsaved() []monitor.Unsaved {
	w.mu.Lock()
	all := append([]monitor.Unsaved(nil), w.unkept...)
	w.mu.Unlock()
	for _, i := range w.Instances {
		g := w.guards[i.ID]
		g.mu.Lock()
		if g.unkept.Answer != "" {
			all = append(all, monitor.Unsaved{Instance: i.ID, Belief: g.unkept})
		}
		g.mu.Unlock()
	}
	return all
}

func (w *Watcher) setUnkept(all []monitor.Unsaved) {
	w.mu.Lock()
	w.unkept = all
	w.mu.Unlock()
}

// unkept is what is believed of the newcomers that are not good.
func (n *newcomers) unkept() []monitor.Unsaved {
	n.mu.Lock()
	defer n.mu.Unlock()
	var all []monitor.Unsaved
	for _, i := range n.w.Instances {
		beliefs := n.beliefs[i.ID]
		if len(beliefs) > 0 && beliefs[len(beliefs)-1].Verdict() != monitor.Good {
			all = append(all, monitor.Unsaved{Instance: i.ID, Belief: beliefs[len(beliefs)-1]})
		}
	}
	return all
}
