package storage_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"greenwatch/monitor"
	"greenwatch/storage"
)

// Whatever the order of changes, tries, their ends and restarts: each chat is told each thing once, in order within an
// incident, a try of unknown end is marked as a possible repeat, and a card is stale exactly while it shows less than is.
func TestOutbox(t *testing.T) {
	onEngines(t, func(t *testing.T, address string) {
		s := open(t, storage.Options{URL: address})
		defer func() { _ = s.Close() }()
		var runs int // each has chats and instances of its own, so that one database does for all
		rapid.Check(t, func(rt *rapid.T) {
			runs++
			o := newOutbox(rt, address, s, runs)
			defer func() { s = o.s }()
			rt.Repeat(map[string]func(*rapid.T){
				"begin":   o.begin,
				"follow":  o.follow,
				"move":    o.move,
				"try":     o.try,
				"settle":  o.settle,
				"edit":    o.edit,
				"later":   o.later,
				"restart": o.restart,
				"":        o.check,
			})
		})
	})
}

// outbox is the store and what is expected of it.
type outbox struct {
	address string
	s       *storage.Store
	now     time.Time

	places   []monitor.Address
	subjects []monitor.Subject

	notes    []*expected
	versions map[monitor.Subject]int // of the one incident each
	cards    map[place]int           // the version shown
	tries    map[monitor.Address]tried
	messages int
}

// tried is a try that has begun: the notes as they were rendered, and the same in the model.
type tried struct {
	notes []monitor.Note
	model []*expected
}

type place struct {
	to      monitor.Address
	subject monitor.Subject
}

// expected is one note and what became of it.
type expected struct {
	place
	key      string
	trying   bool
	doubt    bool
	tries    int
	until    time.Time
	finished bool
	failed   bool
}

func newOutbox(t *rapid.T, address string, s *storage.Store, run int) *outbox {
	chat := monitor.Address{Chat: -int64(run)}
	o := &outbox{
		address: address, s: s, now: start, versions: map[monitor.Subject]int{},
		cards: map[place]int{}, tries: map[monitor.Address]tried{},
		places:   []monitor.Address{chat, {Chat: chat.Chat, Topic: 7}},
		subjects: []monitor.Subject{monitor.Subject(fmt.Sprint("instance/", run, 0)), monitor.Subject(fmt.Sprint("instance/", run, 1))},
	}
	if err := o.s.Subscribe(t.Context(), o.places); err != nil {
		t.Fatal(err)
	}
	return o
}

func (o *outbox) update(t *rapid.T, subject monitor.Subject, fn apply) {
	if _, err := o.s.Update(t.Context(), subject, fn); err != nil {
		t.Fatal(err)
	}
	o.versions[subject]++
}

func (o *outbox) begin(t *rapid.T) {
	subject := rapid.SampledFrom(o.subjects).Draw(t, "subject")
	if o.versions[subject] > 0 {
		t.Skip("it has begun")
	}
	o.update(t, subject, begin)
	for _, to := range o.places {
		o.expect(place{to, subject}, monitor.Opened)
	}
}

func (o *outbox) follow(t *rapid.T) {
	subject := o.begun(t)
	o.update(t, subject, tell(monitor.Changed))
	for _, to := range o.places {
		p := place{to, subject}
		if slices.ContainsFunc(o.notes, func(n *expected) bool { return n.place == p && !n.failed }) {
			o.expect(p, monitor.Changed)
		}
	}
}

func (o *outbox) move(t *rapid.T) { o.update(t, o.begun(t), move) }

func (o *outbox) begun(t *rapid.T) monitor.Subject {
	subject := rapid.SampledFrom(o.subjects).Draw(t, "subject")
	if o.versions[subject] == 0 {
		t.Skip("it has not begun")
	}
	return subject
}

func (o *outbox) expect(p place, kind monitor.AlertKind) {
	key := fmt.Sprintf("%s/1/%s/%d", p.subject, kind, o.versions[p.subject])
	o.notes = append(o.notes, &expected{place: p, key: key})
}

// due is what a chat must be told now, by the model.
func (o *outbox) due(to monitor.Address) []*expected {
	var all []*expected
	blocked := map[monitor.Subject]bool{}
	for _, n := range o.notes {
		switch {
		case n.to != to || n.finished:
		case n.until.After(o.now):
			blocked[n.subject] = true
		case !blocked[n.subject]:
			all = append(all, n)
		}
	}
	return all
}

// read gives what is due by the store, after comparing it with the model.
func (o *outbox) read(t *rapid.T, to monitor.Address) ([]monitor.Note, []*expected) {
	got, err := o.s.Due(t.Context(), to, o.now)
	if err != nil {
		t.Fatal(err)
	}
	want := o.due(to)
	describe := func(key string, tries int, repeat bool, version int) string {
		return fmt.Sprintf("%s tries %d repeat %t version %d", key, tries, repeat, version)
	}
	var a, b []string
	for _, n := range got {
		a = append(a, describe(n.Alert.Key, n.Tries, n.Repeat, int(n.Version)))
	}
	for _, n := range want {
		b = append(b, describe(n.key, n.tries, n.trying || n.doubt, o.versions[n.subject]))
	}
	if !slices.Equal(a, b) {
		t.Fatalf("due for %v:\n got %q\nwant %q", to, a, b)
	}
	return got, want
}

// try begins to tell what is due.
func (o *outbox) try(t *rapid.T) {
	to := rapid.SampledFrom(o.places).Draw(t, "to")
	notes, model := o.read(t, to)
	if err := o.s.Sending(t.Context(), notes); err != nil {
		t.Fatal(err)
	}
	for _, n := range model {
		n.doubt = n.doubt || n.trying
		n.trying, n.tries = true, n.tries+1
	}
	o.tries[to] = tried{notes, model}
}

// settle ends a try, of all that was due or of the first ones; or what is due without a try.
func (o *outbox) settle(t *rapid.T) {
	to := rapid.SampledFrom(o.places).Draw(t, "to")
	try, begun := o.tries[to]
	if !begun {
		try.notes, try.model = o.read(t, to)
	}
	delete(o.tries, to)
	took := rapid.IntRange(0, len(try.notes)).Draw(t, "took")
	o.messages++
	end := monitor.Settlement{
		To: to, Notes: try.notes[:took], At: o.now, MessageID: o.messages, Until: o.now.Add(time.Minute),
		MaybeSent: rapid.Bool().Draw(t, "maybe sent"),
		End:       rapid.SampledFrom([]monitor.SettlementEnd{monitor.SettledTold, monitor.SettledAgain, monitor.SettledFailed}).Draw(t, "end"),
	}
	if err := o.s.Settle(t.Context(), end); err != nil {
		t.Fatal(err)
	}
	for i, n := range try.model[:took] {
		n.trying = false
		switch end.End {
		case monitor.SettledAgain:
			n.until, n.doubt = end.Until, n.doubt || end.MaybeSent
		case monitor.SettledFailed:
			n.finished, n.failed = true, true
		default:
			n.finished = true
			if try.notes[i].CardOf() {
				o.cards[n.place] = int(try.notes[i].Version)
			}
		}
	}
}

func (o *outbox) edit(t *rapid.T) {
	to := rapid.SampledFrom(o.places).Draw(t, "to")
	cards, err := o.s.Stale(t.Context(), to)
	if err != nil {
		t.Fatal(err)
	}
	if len(cards) == 0 {
		t.Skip("nothing to edit")
	}
	if err := o.s.Shown(t.Context(), cards[0], start); err != nil {
		t.Fatal(err)
	}
	for _, e := range cards[0].Entries {
		o.cards[place{to, e.Subject}] = int(e.Version)
	}
}

func (o *outbox) later(*rapid.T) { o.now = o.now.Add(40 * time.Second) }

// restart forgets the tries under way, as a killed process does. It takes long, and is done less often than the rest.
func (o *outbox) restart(t *rapid.T) {
	if rapid.IntRange(0, 3).Draw(t, "restart") > 0 {
		t.Skip("not now")
	}
	clear(o.tries)
	if err := o.s.Close(); err != nil {
		t.Fatal(err)
	}
	s, err := storage.Open(t.Context(), storage.Options{URL: o.address})
	if err != nil {
		t.Fatal(err)
	}
	o.s = s
}

func (o *outbox) check(t *rapid.T) {
	var wantWaiting, wantOutdated []monitor.Address
	for _, to := range o.places {
		cards, err := o.s.Stale(t.Context(), to)
		if err != nil {
			t.Fatal(err)
		}
		var got, want []monitor.Subject
		for _, c := range cards {
			for _, e := range c.Entries {
				if o.cards[place{to, e.Subject}] < o.versions[e.Subject] {
					got = append(got, e.Subject)
				}
			}
		}
		for _, subject := range o.subjects {
			if shown, told := o.cards[place{to, subject}]; told && shown < o.versions[subject] {
				want = append(want, subject)
			}
		}
		slices.Sort(got)
		if !slices.Equal(got, want) {
			t.Fatalf("stale in %v: got %v, want %v", to, got, want)
		}
		if len(cards) > len(want) {
			t.Fatalf("%d stale cards in %v for %d stale incidents", len(cards), to, len(want))
		}
		if len(o.due(to)) > 0 {
			wantWaiting = append(wantWaiting, to)
		}
		if len(want) > 0 {
			wantOutdated = append(wantOutdated, to)
		}
	}
	waiting, err := o.s.Waiting(t.Context(), o.now)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(waiting, wantWaiting) {
		t.Fatalf("waiting: got %v, want %v", waiting, wantWaiting)
	}
	outdated, err := o.s.Outdated(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(outdated, wantOutdated) {
		t.Fatalf("outdated: got %v, want %v", outdated, wantOutdated)
	}
}
