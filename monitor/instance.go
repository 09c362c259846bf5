// Package monitor holds the rules of greenwatch: what the words mean and what follows from them.
//
// It is pure: standard library only, no clock, no I/O. Time enters as an argument. Two machines carry it. [Watch]
// turns the readings of one instance into beliefs; [Case] turns beliefs, presses, outcomes and time into incidents,
// alerts and actions. Beside them a [Census] tells outages of GREEN-API's from trouble of single numbers.
package monitor

import (
	"fmt"
	"strings"
)

// InstanceID is GREEN-API's idInstance: decimal digits. Documents say up to 10 of them, since 2026-07-02 there are 12;
// no width is promised, so none is assumed.
type InstanceID string

const maxIDDigits = 18 // what an int64 holds

// ParseInstanceID accepts 1 to 18 digits without a leading zero.
func ParseInstanceID(s string) (InstanceID, error) {
	switch {
	case s == "" || strings.Trim(s, "0123456789") != "":
		return "", fmt.Errorf("idInstance %q: want digits only, as in 7105000017", s)
	case s[0] == '0' || len(s) > maxIDDigits:
		return "", fmt.Errorf("idInstance %q: want 1 to %d digits without a leading zero", s, maxIDDigits)
	}
	return InstanceID(s), nil
}

// Subject is what the case of this instance is kept under.
func (id InstanceID) Subject() Subject { return Subject(subjectInstance + string(id)) }

// Pool is the first four digits of the id: as observed, the group of servers an instance lives on.
func (id InstanceID) Pool() string { return string(id[:min(4, len(id))]) }

// Instance is one linked number as the people who run it know it. It never carries a token.
type Instance struct {
	ID   InstanceID
	Name string
	Tags []string
	Pool string // the instance's own host, or the first four digits of its id

	Priority Priority // kept; nothing follows from it yet
	Contact  string   // who has the phone, and how to reach them

	Exclusive bool // its notifications are read from GREEN-API's queue of them, which has no other reader
}

// Priority says when somebody must know of a number's trouble.
type Priority string

// The priorities.
const (
	PriorityNight Priority = ""    // at any hour
	PriorityDay   Priority = "day" // in the daytime
)

// Title is the human name, or the id where there is none.
func (i Instance) Title() string {
	if i.Name == "" {
		return string(i.ID)
	}
	return i.Name
}

// Subject is what a case is about: an instance, a pool, or greenwatch itself.
type Subject string

const (
	subjectInstance = "instance/"
	subjectPool     = "pool/"

	// Self is the subject of our own trouble and of what concerns the whole fleet.
	Self Subject = "self"
)

// Instance gives the instance this subject is about; false for a pool and for [Self].
func (s Subject) Instance() (InstanceID, bool) {
	id, ok := strings.CutPrefix(string(s), subjectInstance)
	return InstanceID(id), ok
}

// PoolSubject is what the case of a pool is kept under.
func PoolSubject(pool string) Subject { return Subject(subjectPool + pool) }

// Pool gives the pool this subject is about; false for an instance and for [Self].
func (s Subject) Pool() (string, bool) { return strings.CutPrefix(string(s), subjectPool) }

// Address is a place where people are told things: a chat, and a topic in it (0: none, or General).
type Address struct {
	Chat  int64
	Topic int
}

// Person is somebody who pressed or wrote something: Telegram's user id and the name as shown then.
type Person struct {
	ID   int64
	Name string
}
