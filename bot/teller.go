package bot

import (
	"context"
	"log/slog"
	"slices"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// Teller tells chats what the relay has for them.
type Teller struct {
	Telegram *telegram.Client
	Fleet    Fleet
	States   Chats
	Voices   *Voices
	Log      *slog.Logger
	Moved    func(from, to int64) // told what a group has become, where a call finds it; may be nil

	files files // that are refused
}

// TurnToTell waits until the chat may get a new message.
func (t *Teller) TurnToTell(ctx context.Context, to monitor.Address) error {
	return t.Telegram.Turn(ctx, to.Chat, telegram.ForNote)
}

// TurnToShow waits until a message in the chat may be edited.
func (t *Teller) TurnToShow(ctx context.Context, to monitor.Address) error {
	return t.Telegram.Turn(ctx, to.Chat, telegram.ForEdit)
}

// Tell writes one message that carries as many of the notes as it can.
func (t *Teller) Tell(ctx context.Context, to monitor.Address, notes []monitor.Note) monitor.Settlement {
	told := t.compose(t.voiceFor(to), notes)
	message := telegram.Message{
		To: telegram.Address(to), HTML: told.HTML, Silent: told.silent, ReplyTo: told.replyTo, Keyboard: keyboard(told.Message, deed{}),
	}
	id, err := send(ctx, t.Telegram, t.Log, message)
	t.chatChanged(ctx, to, err)
	return settlement(monitor.Settlement{To: to, Notes: told.notes, MessageID: id, Rang: !told.silent}, err)
}

// chatChanged keeps what an error says of the chat itself: that it is another one now, or cannot be written to.
func (t *Teller) chatChanged(ctx context.Context, to monitor.Address, cause error) {
	var err error
	switch telegram.ClassOf(cause) {
	case telegram.Migrated:
		if err = t.States.MoveChat(ctx, to.Chat, movedTo(cause)); err == nil {
			t.moved(to.Chat, movedTo(cause))
		}
	case telegram.ChatDead, telegram.TopicGone: // the topic, and General in its place
		err = t.States.LoseChat(ctx, lostChat(to, cause))
	}
	if err != nil {
		t.Log.ErrorContext(ctx, "what became of a chat is not kept", "chat", to.Chat, "error", err)
	}
}

func (t *Teller) moved(from, to int64) {
	t.Voices.moved(from, to)
	if t.Moved != nil {
		t.Moved(from, to)
	}
}

// confirmed finds out whether a chat that refused an edit or a file, in words about the chat, refuses everything. If it does,
// that is kept; if it does not, or nobody knows, the refusal is of that alone.
func (t *Teller) confirmed(ctx context.Context, to monitor.Address) bool {
	err := t.Telegram.Typing(ctx, telegram.Address(to))
	t.chatChanged(ctx, to, err)
	switch telegram.ClassOf(err) {
	case telegram.ChatDead, telegram.TopicGone, telegram.Migrated:
		return true
	default:
		return false
	}
}

// settlement says what became of the notes. Nothing is given up here: where Telegram's words blame nothing that is known,
// each note is tried by itself, and all else is tried again when the chat can be told.
func settlement(s monitor.Settlement, err error) monitor.Settlement {
	s.End = monitor.SettledTold
	if err == nil {
		return s
	}
	s.Reason = err.Error()
	switch telegram.ClassOf(err) {
	case telegram.Retry, telegram.RetryAfter, telegram.BotDead, telegram.Conflict, telegram.Migrated, telegram.ChatDead, telegram.TopicGone:
		s.End, s.MaybeSent = monitor.SettledAgain, telegram.MaybeSent(err)
	default:
		s.End, s.MaybeSent = monitor.SettledRefused, telegram.MaybeSent(err)
	}
	return s
}

// Show makes a card show how its incidents stand now. Where it can never again, its message being gone, or its topic, it is
// given up: what it was to tell is told by a message, which finds where that can be written.
func (t *Teller) Show(ctx context.Context, c monitor.Card) monitor.Settlement {
	v := t.voiceFor(c.To)
	if c.List != 0 {
		v.InText = c.List == monitor.ListedInText // as it was done
	}
	m, _ := t.card(v, c.Entries)
	err := t.Telegram.Edit(ctx, telegram.Edit{Chat: c.To.Chat, MessageID: c.MessageID, HTML: m.HTML, Keyboard: keyboard(m, deed{})})
	s := settlement(monitor.Settlement{To: c.To, Notes: c.Notes, MessageID: c.MessageID}, err)
	switch telegram.ClassOf(err) {
	case telegram.MessageGone, telegram.TopicGone, telegram.TooLong:
		s.End = monitor.SettledFailed
	case telegram.Migrated:
		t.chatChanged(ctx, c.To, err)
		s.End = monitor.SettledFailed
	case telegram.ChatDead:
		if !t.confirmed(ctx, c.To) {
			s.End = monitor.SettledRefused
		}
	}
	if s.End == monitor.SettledFailed {
		t.Log.WarnContext(ctx, "card given up", "chat", c.To.Chat, "message", c.MessageID, "error", err)
	}
	return s
}

// told is a message and the notes that it carries.
type told struct {
	words.Message
	notes   []monitor.Note
	silent  bool
	replyTo int
}

// compose makes the next message. Notes of one matter become one; more matters become a digest of the incidents, of as
// many as it can name.
func (t *Teller) compose(v words.Voice, notes []monitor.Note) told {
	if notes[0].Alert.Incident == 0 {
		return t.single(v, notes[0])
	}
	entries, byIncident := gather(notes)
	entries = nameable(entries, byIncident)
	made := told{silent: true}
	switch {
	case len(entries) == 1 && !begins(notes):
		own := byIncident[keyOf(entries[0])] // an outcome may be due beside them
		last := own[len(own)-1]
		made.Message, made.replyTo = t.follow(v, last), last.Card
	case len(entries) > 1 && losses(notes):
		made.Message, entries = t.warn(v, entries)
	default:
		made.Message, entries = t.fit(v, entries)
	}
	for _, e := range entries {
		for _, n := range byIncident[keyOf(e)] {
			made.notes = append(made.notes, n)
			made.silent = made.silent && (n.Alert.Silent || !n.Incident.Open())
		}
	}
	return marked(v, made)
}

// follow is the reply to a card: for the last of many that are over it speaks of all.
func (t *Teller) follow(v words.Voice, n monitor.Note) words.Message {
	if n.CardSize > 1 && n.CardOpen == 0 && n.Alert.Kind == monitor.Resolved {
		return v.AllOver(n.CardSize)
	}
	if isOutage(n.Alert.Subject) {
		return v.OutageReply(n, t.byID)
	}
	return v.Reply(t.instance(n.Alert.Subject), n)
}

// isOutage reports whether an incident is one of a pool, or of everything.
func isOutage(s monitor.Subject) bool {
	_, one := s.Instance()
	return !one
}

// incidentKey tells incidents apart.
type incidentKey struct {
	subject monitor.Subject
	number  int
}

func keyOf(e monitor.CardEntry) incidentKey { return incidentKey{e.Subject, e.Incident.Number} }

// gather gives the incidents that the notes are about, in order, and the notes of each.
func gather(notes []monitor.Note) ([]monitor.CardEntry, map[incidentKey][]monitor.Note) {
	var entries []monitor.CardEntry
	byIncident := make(map[incidentKey][]monitor.Note)
	for _, n := range notes {
		if n.Alert.Incident == 0 {
			continue
		}
		e := monitor.CardEntry{Subject: n.Alert.Subject, Incident: n.Incident, Version: n.Version}
		if byIncident[keyOf(e)] == nil {
			entries = append(entries, e)
		}
		byIncident[keyOf(e)] = append(byIncident[keyOf(e)], n)
	}
	return entries, byIncident
}

// nameable leaves to a later message what this one could not name: a file names very many, and only those that begin, as
// the message becomes their card.
func nameable(entries []monitor.CardEntry, byIncident map[incidentKey][]monitor.Note) []monitor.CardEntry {
	if len(entries) <= monitor.MaxNamed {
		return entries
	}
	var begun []monitor.CardEntry
	for _, e := range entries {
		if begins(byIncident[keyOf(e)]) {
			begun = append(begun, e)
		}
	}
	if len(begun) > 0 {
		return begun
	}
	return entries[:monitor.MaxNamed]
}

func begins(notes []monitor.Note) bool {
	return slices.ContainsFunc(notes, func(n monitor.Note) bool { return n.Alert.Kind.Begins() })
}

// fit makes a card of as many of the entries as it can name; of very many it makes one all the same, whose file names
// them.
func (t *Teller) fit(v words.Voice, entries []monitor.CardEntry) (words.Message, []monitor.CardEntry) {
	return fit(entries, func(some []monitor.CardEntry) (words.Message, int) { return t.card(v, some) })
}

// losses reports whether all notes warn of messages that are dropped soon.
func losses(notes []monitor.Note) bool {
	return !slices.ContainsFunc(notes, func(n monitor.Note) bool { return n.Alert.Kind != monitor.LossNear })
}

// warn rings for several numbers whose messages are dropped soon, as many as one message can name.
func (t *Teller) warn(v words.Voice, entries []monitor.CardEntry) (words.Message, []monitor.CardEntry) {
	return fit(entries, func(some []monitor.CardEntry) (words.Message, int) { return v.Losses(t.standings(some)) })
}

func fit(entries []monitor.CardEntry, say func([]monitor.CardEntry) (words.Message, int)) (words.Message, []monitor.CardEntry) {
	for {
		m, named := say(entries)
		if named == len(entries) || named == 0 || len(entries) > monitor.MaxNamed {
			return m, entries
		}
		entries = entries[:named]
	}
}

func (t *Teller) single(v words.Voice, n monitor.Note) told {
	made := told{notes: []monitor.Note{n}, silent: n.Alert.Silent, replyTo: n.Card}
	switch {
	case n.Alert.Roll != nil:
		made.Message = v.Fleet(n.Alert, t.byID)
	case n.Alert.List != nil:
		made.Message = v.List(n.Alert)
	case n.Alert.Expiry != nil:
		made.Message = v.Expiring(n.Alert)
	case n.Alert.Notice != nil:
		made.Message = v.Notice(n.Alert)
	default:
		made.Message = v.Reply(t.instance(n.Alert.Subject), n)
	}
	return marked(v, made)
}

func marked(v words.Voice, made told) told {
	for _, n := range made.notes {
		if n.Repeat {
			made.Message = v.Repeated(made.Message)
			break
		}
	}
	return made
}

// card shows incidents as they stand now, and says how many of them it names.
func (t *Teller) card(v words.Voice, entries []monitor.CardEntry) (words.Message, int) {
	switch {
	case len(entries) > 1:
	case isOutage(entries[0].Subject):
		return v.Outage(entries[0].Subject, entries[0].Incident, t.byID), 1
	default:
		return v.Card(t.instance(entries[0].Subject), entries[0].Incident), 1
	}
	return v.Digest(t.standings(entries))
}

func (t *Teller) standings(entries []monitor.CardEntry) []words.Entry {
	standings := make([]words.Entry, 0, len(entries))
	for _, e := range entries {
		entry := words.Entry{Incident: e.Incident}
		if isOutage(e.Subject) {
			entry.Outage = e.Subject
		} else {
			entry.Instance = t.instance(e.Subject)
		}
		standings = append(standings, entry)
	}
	return standings
}

func (t *Teller) instance(s monitor.Subject) monitor.Instance {
	id, _ := s.Instance()
	return t.byID(id)
}

func (t *Teller) byID(id monitor.InstanceID) monitor.Instance { return t.Fleet.Named(id) }
