package notify

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"greenwatch/monitor"
)

const (
	window     = time.Minute      // in which more than three messages to a chat are a storm
	gather     = 10 * time.Second // in a storm a message waits this long after the last one for what else comes
	growWithin = time.Minute      // since a digest last grew, new incidents join it
	growAtMost = 5 * time.Minute  // since it began
	showWithin = 30 * time.Second // what joins a card waits this long for the edit that tells it
	editEvery  = 5 * time.Second  // a card of many is edited at most this often
	listAfter  = 8 * time.Second  // since a card of very many changed, a file names all
	listEvery  = 12 * time.Second // and that is brought up to date at most this often
)

// pace is how a chat has been told lately. It is kept in memory only: after a restart a new digest begins.
type pace struct {
	messages []time.Time // of the last window
	growing  int         // the message that new incidents join; 0: none
	rang     bool        // it rang; else only what is silent joins it
	unpaid   bool        // it is of numbers that are not paid alone; only such join it
	began    time.Time
	grown    time.Time
	listDue  time.Time              // when a file is to name all of a card; zero: none waits
	listed   time.Time              // when one last did
	shown    map[int64]time.Time    // when a card was last edited
	refused  map[int64]monitor.Note // cards of which an edit was refused, each as a note that is refused in unknown words
	inARow   int                    // messages that were refused one after another
	loud     []time.Time            // the last messages that rang
	again    []time.Time            // those of them that rang for what goes to and fro
	atMost   int                    // matters in the next message, after a refusal in words that nobody knows; 0: as many as there are
}

// storm reports whether the chat has had its share of messages.
func (p *pace) storm(now time.Time) bool {
	for len(p.messages) > 0 && now.Sub(p.messages[0]) >= window {
		p.messages = p.messages[1:]
	}
	return len(p.messages) >= apart
}

// hold is how long the next message waits for what else comes.
func (p *pace) hold(now time.Time) time.Duration {
	if !p.storm(now) {
		return 0
	}
	return max(0, gather-now.Sub(p.messages[len(p.messages)-1]))
}

// takes is the message that new incidents join, as nobody would hear an edit: what rings joins one that rang. 0: none.
func (p *pace) takes(begun []monitor.Note, now time.Time) int {
	if now.Sub(p.grown) >= growWithin || now.Sub(p.began) >= growAtMost || !p.rang && slices.ContainsFunc(begun, rings) {
		return 0
	}
	if p.unpaid && slices.ContainsFunc(begun, beginsOtherwise) {
		return 0
	}
	return p.growing
}

// stopGrowing lets nothing more join a message: what joins waits for an edit of it, and it cannot be edited, for now or for ever.
func (p *pace) stopGrowing(message int) {
	if p.growing == message {
		p.growing = 0
	}
}

// listIn is how long the file of a card of very many waits for what else changes.
func (p *pace) listIn(now time.Time) time.Duration {
	if p.listDue.IsZero() {
		p.listDue = now.Add(listAfter)
		if next := p.listed.Add(listEvery); next.After(p.listDue) {
			p.listDue = next
		}
	}
	return p.listDue.Sub(now)
}

// nextToShow is a card that is to tell something, and of those, or of all, the one that has waited longest for its edit: one
// that changes all the time does not hold up others.
func (p *pace) nextToShow(stale []monitor.Card) monitor.Card {
	return slices.MinFunc(stale, func(a, b monitor.Card) int {
		return cmp.Or(cmp.Compare(min(len(b.Notes), 1), min(len(a.Notes), 1)), p.shown[a.ID].Compare(p.shown[b.ID]))
	})
}

// showable leaves out the cards whose edits rest after they were refused.
func (p *pace) showable(stale []monitor.Card, now time.Time) []monitor.Card {
	return slices.DeleteFunc(stale, func(c monitor.Card) bool { return now.Before(p.refused[c.ID].Again) })
}

// refuse takes that an edit was refused, nobody knows why. It reports whether the card is given up.
func (p *pace) refuse(c monitor.Card, now time.Time) bool {
	n := p.refused[c.ID].Refuse(now)
	p.refused[c.ID] = n
	return n.GivenUp
}

// wasShown remembers an edit, as long as the card may be stale again soon.
func (p *pace) wasShown(c monitor.Card, now time.Time) {
	maps.DeleteFunc(p.shown, func(_ int64, at time.Time) bool { return now.Sub(at) > growAtMost })
	p.shown[c.ID] = now
}

// cut leaves of what is due as much as the next message may say. One that was refused, nobody knows why, is followed by
// one with a single matter, so that what is to blame does not keep back the rest; then by more and more.
func (p *pace) cut(due []monitor.Note) []monitor.Note {
	if p.atMost == 0 {
		return due
	}
	matters := make(map[matter]bool)
	var first []monitor.Note
	for _, n := range due {
		if m := matterOf(n); matters[m] || len(matters) < p.atMost {
			matters[m] = true
			first = append(first, n)
		}
	}
	return first
}

// told notes a message that was sent. One of many incidents, or in a storm, is a digest that grows.
func (p *pace) told(s monitor.Settlement) {
	p.inARow = 0
	if p.atMost *= 2; p.atMost > monitor.MaxNamed {
		p.atMost = 0
	}
	storm := p.storm(s.At)
	p.messages = append(p.messages, s.At)
	p.heard(s)
	begun := make(map[matter]bool)
	for _, n := range s.Notes {
		if n.Alert.Kind.Begins() {
			begun[matterOf(n)] = true
		}
	}
	if len(begun) > 1 || storm && len(begun) == 1 {
		p.growing, p.began, p.grown = s.MessageID, s.At, s.At
		p.rang, p.unpaid = slices.ContainsFunc(s.Notes, rings), !slices.ContainsFunc(s.Notes, beginsOtherwise)
	}
}

// rings reports whether people are to hear of it.
func rings(n monitor.Note) bool { return !n.Alert.Silent && n.Incident.Open() }

// paced looks at, or changes, how a chat is told.
func (r *Relay) paced(to monitor.Address, do func(p *pace, now time.Time)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.paces[to] == nil {
		r.paces[to] = &pace{shown: make(map[int64]time.Time), refused: make(map[int64]monitor.Note)}
	}
	do(r.paces[to], time.Now())
}

// join leaves to an edit what needs no message of its own: incidents that begin while a digest grows, and those that are over
// on a card of many while others there are not. Both are told when that edit was shown. What no edit has shown within a while,
// or a try could not tell, gets a message. It reports whether there was any to join.
func (r *Relay) join(ctx context.Context, to monitor.Address, due []monitor.Note) (bool, error) {
	due = untried(due)
	begun := make(map[matter]bool)
	var beginnings []monitor.Note
	for _, n := range due {
		if n.Alert.Kind.Begins() {
			begun[matterOf(n)] = true
			beginnings = append(beginnings, n)
		}
	}
	var growing int
	r.paced(to, func(p *pace, now time.Time) { growing = p.takes(beginnings, now) })
	byMessage := make(map[int][]monitor.Note)
	for _, n := range due {
		switch {
		case begun[matterOf(n)] && growing != 0:
			byMessage[growing] = append(byMessage[growing], n)
		case overAmongOthers(n), moot(n):
			byMessage[n.Card] = append(byMessage[n.Card], n)
		}
	}
	found := false
	for message, notes := range byMessage {
		joined, err := r.joinTo(ctx, to, message, notes)
		if err != nil {
			return false, err
		}
		found = found || joined
	}
	if found {
		r.Nudge() // the cards are stale now
	}
	return found, nil
}

// untried leaves out each matter with a note that has joined a card or was tried before.
func untried(due []monitor.Note) []monitor.Note {
	tried := make(map[matter]bool)
	for _, n := range due {
		if n.Joined != 0 || n.Tries > 0 {
			tried[matterOf(n)] = true
		}
	}
	return slices.DeleteFunc(slices.Clone(due), func(n monitor.Note) bool { return tried[matterOf(n)] })
}

func (r *Relay) joinTo(ctx context.Context, to monitor.Address, message int, notes []monitor.Note) (bool, error) {
	now := time.Now()
	joined, err := r.Joins.Join(ctx, message, notes, now.Add(showWithin))
	if err != nil {
		return false, fmt.Errorf("notify: joining a card: %w", err)
	}
	r.paced(to, func(p *pace, _ time.Time) {
		switch {
		case !joined:
			p.stopGrowing(message)
		case p.growing == message:
			p.grown = now
		}
	})
	return joined, nil
}

// overAmongOthers holds for good news of an incident whose card shows others that are not over yet. A card that does not name
// all, in a chat that takes no file, cannot show it.
func overAmongOthers(n monitor.Note) bool {
	over := n.Alert.Kind == monitor.Resolved || n.Alert.Kind == monitor.Proved
	return over && n.CardSize > 1 && n.CardOpen > 0 && !n.CardText
}
