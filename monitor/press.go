package monitor

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Press is a person's wish, or the answer to the question whether it is meant.
type Press struct {
	Key   string // of the question, or of the button: it counts once
	Verb  Verb
	By    Person
	To    Address
	Until time.Time // the answer counts until then; zero: nobody was asked
	No    bool      // the answer is no
}

// ConfirmWithin is how long the answer to a question counts.
const ConfirmWithin = time.Minute

// longestConfirm is how far ahead the end of a question may lie: a clock may be set back a little, and a button forged.
const longestConfirm = 2 * ConfirmWithin

// Pressed is the answer to a press. It is kept for longer than its question can count, so that the same press is never
// taken twice, whatever comes in between.
type Pressed struct {
	Key    string
	At     time.Time
	End    PressEnd
	Action Action `json:",omitzero"` // what was wanted by it, or what stood in its way
}

// PressEnd is what came of a press.
type PressEnd string

// The ends of a press.
const (
	PressTaken     PressEnd = "taken"
	PressCancelled PressEnd = "cancelled"
	PressLate      PressEnd = "late"
	PressBusy      PressEnd = "busy"
	PressTooSoon   PressEnd = "too soon"
)

// Presses are remembered for an hour. There are never so many within it, unless somebody forges them.
const (
	pressesKept = time.Hour
	maxPresses  = 100
)

// Why a press is not taken, besides [RepeatedError], [BusyError] and [TooSoonError].
var (
	ErrCancelled = errors.New("monitor: the question was answered with no")
	ErrTooLate   = errors.New("monitor: the question is too old")
)

// RepeatedError says that the press was taken already, and what it wanted.
type RepeatedError struct{ Action Action }

func (e *RepeatedError) Error() string { return "monitor: this press was already taken" }

// BusyError says that an action is under way already.
type BusyError struct{ Action Action }

func (e *BusyError) Error() string {
	return fmt.Sprintf("monitor: %s under way since %s", e.Action.Verb, e.Action.At)
}

// TooSoonError says that the last action is too recent to try again.
type TooSoonError struct {
	Last  Action
	Again time.Time
}

func (e *TooSoonError) Error() string {
	return fmt.Sprintf("monitor: %s possible again from %s", e.Last.Verb, e.Again)
}

// Press takes a wish; the error says why it was not taken. The first answer to a question is kept with the case, whatever
// it was, and is given again to each further one.
func (c Case) Press(p Press, s Scene) (Case, Effects, error) {
	if old, answered := c.Answered(p.Key); answered {
		return c, Effects{}, old.err()
	}
	a := Pressed{Key: p.Key, At: s.Now, End: c.judge(p, s), Action: c.Action}
	var effects Effects
	switch a.End {
	case PressTaken:
		c.Action = Action{Key: p.Key, Verb: p.Verb, Subject: c.Subject, By: p.By, To: p.To, At: s.Now, State: Wanted}
		c = c.step(Step{At: s.Now, Action: c.Action})
		a.Action, effects.Actions = c.Action, []Action{c.Action}
		return c.remembered(a, s), effects, nil
	case PressCancelled, PressLate:
		a.Action = Action{}
	}
	if !p.Until.IsZero() {
		c = c.remembered(a, s)
	}
	return c, effects, a.err()
}

func (c Case) judge(p Press, s Scene) PressEnd {
	last := c.Action
	switch {
	case p.No:
		return PressCancelled
	case !p.Until.IsZero() && (s.Now.After(p.Until) || p.Until.Sub(s.Now) > longestConfirm):
		return PressLate
	case last.UnderWay():
		return PressBusy
	case p.Verb != UndoSettings && last.called() && recent(last.Called, rebootAgain, s): // what is wrong is put back at once
		return PressTooSoon
	default:
		return PressTaken
	}
}

// Answered is what came of the press with a key; false: it was not answered yet.
func (c Case) Answered(key string) (Pressed, bool) {
	for _, a := range c.Pressed {
		if a.Key == key {
			return a, true
		}
	}
	return Pressed{Key: key, At: c.Action.At, End: PressTaken, Action: c.Action}, c.Action.Key == key
}

// remembered keeps an answer, and drops those that nobody can give again.
func (c Case) remembered(a Pressed, s Scene) Case {
	kept := slices.DeleteFunc(slices.Clone(c.Pressed), func(old Pressed) bool { return s.Now.Sub(old.At) > pressesKept })
	kept = append(kept, a)
	c.Pressed = kept[max(0, len(kept)-maxPresses):]
	return c
}

// err is what is said of the press again.
func (a Pressed) err() error {
	switch a.End {
	case PressCancelled:
		return ErrCancelled
	case PressLate:
		return ErrTooLate
	case PressBusy:
		return &BusyError{Action: a.Action}
	case PressTooSoon:
		return &TooSoonError{Last: a.Action, Again: a.Action.Called.Add(rebootAgain)}
	default:
		return &RepeatedError{Action: a.Action}
	}
}
