package monitor

// Change is a rule to apply to the case of one subject. Apply is pure and may run more than once.
type Change struct {
	Subject Subject
	Apply   func(Case) (Case, Effects)
}

// Follow takes what the watch of an instance brought: its new beliefs in order, and the reading with which they came,
// which also carries the time to the deadlines.
func (c Case) Follow(beliefs []Belief, r Reading, s Scene) (Case, Effects) {
	var effects Effects
	for _, b := range beliefs {
		var more Effects
		c, more = c.Believe(b, s)
		effects = effects.and(more)
	}
	c, more := c.Elapse(r, s)
	return c, effects.and(more)
}
