package monitor

import "fmt"

// Phone is which phone number is linked to an instance, as much of it as is kept: enough to see that it is another one, and
// to show people which. The zero Phone is not known.
type Phone struct {
	Masked string `json:",omitempty"` // as in +7900…02
	Sum    string `json:",omitempty"` // of the whole number, by a key that the database does not have
	Key    string `json:",omitempty"` // which key that was
}

// Known reports whether it is known.
func (p Phone) Known() bool { return p.Masked != "" }

// Other reports whether two numbers that are known differ. If the key was changed, only what is shown can be compared.
func (p Phone) Other(q Phone) bool {
	if !p.Known() || !q.Known() {
		return false
	}
	if p.Key == q.Key {
		return p.Sum != q.Sum
	}
	return p.Masked != q.Masked
}

// Relinked is that another phone number is linked than before.
type Relinked struct {
	Now, Was string // masked
	Again    bool   // it works again, after people knew that it did not
	Waiting  int    // messages that go out from the new one
	Counted  bool   // false: they were not counted lately
}

// Meet takes which phone is linked, if that was not known when the number was believed to be good. That it is another
// one than before rings.
func (c Case) Meet(p Phone, s Scene) (Case, Effects) {
	c, other := c.met(p, s)
	if other == nil {
		return c, Effects{}
	}
	return c.sayOther(*other, s)
}

// met keeps which phone is linked; nil: no other one than before, as far as it is known.
func (c Case) met(p Phone, s Scene) (Case, *Relinked) {
	was := c.Phone
	if p.Known() {
		c.Phone = p
	}
	if !was.Other(p) {
		return c, nil
	}
	c.Phones++
	r := &Relinked{Now: p.Masked, Was: was.Masked}
	if q := c.Queue; !q.At.IsZero() && recent(q.At, queueFresh, s) {
		r.Waiting, r.Counted = q.Count, true
	}
	return c, r
}

// sayOther tells of it by a message of its own, which no digest takes in and which rings.
func (c Case) sayOther(other Relinked, s Scene) (Case, Effects) {
	return c, Effects{Alerts: []Alert{{
		Key: fmt.Sprintf("%s/%s/%d", c.Subject, OtherPhone, c.Phones), Kind: OtherPhone, Subject: c.Subject,
		At: s.Now, Belief: c.Belief, Relinked: &other,
	}}}
}
