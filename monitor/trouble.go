package monitor

import (
	"slices"
	"time"
)

// Trouble is trouble of our own, as it is told without the database.
type Trouble struct {
	Fault   Fault
	Since   time.Time
	Until   time.Time // zero: it lasts
	Unsaved []Unsaved // believed, and not in the database
	Fresh   []Unsaved // those of them that a message is about to ring for
	Repeat  bool      // an earlier try to tell may have arrived
}

// Over reports whether it has ended.
func (t Trouble) Over() bool { return !t.Until.IsZero() }

// Reads reports whether a message about t reads like one about u.
func (t Trouble) Reads(u Trouble) bool {
	return t.Fault == u.Fault && t.Since.Equal(u.Since) && t.Until.Equal(u.Until) &&
		slices.EqualFunc(t.Unsaved, u.Unsaved, Unsaved.same)
}

// Fault is what is wrong with us.
type Fault string

// The faults. All but Exhausted are the database's.
const (
	FaultFull     Fault = "full"
	FaultReadOnly Fault = "read_only"
	FaultLocked   Fault = "locked"
	FaultDamaged  Fault = "damaged"   // nothing is written to it any more
	FaultAway     Fault = "away"      // it does not answer
	FaultGone     Fault = "gone"      // its file is not at its place; all works until the end
	FaultGoneKept Fault = "gone_kept" // the same, and a copy of it is there
	FaultOther    Fault = "failing"
	Exhausted     Fault = "exhausted" // this process can open no more files and connections
)

// Unsaved is what is believed of an instance and not in the database: people do not know it, unless from a [Trouble].
type Unsaved struct {
	Instance InstanceID
	Belief   Belief
}

func (u Unsaved) same(w Unsaved) bool {
	return u.Instance == w.Instance && u.Belief.Same(w.Belief.Finding)
}
