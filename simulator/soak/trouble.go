package main

import (
	"fmt"
	"slices"
	"time"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/simulator/soak/judge"
)

func (w *world) breakTelegram(d time.Duration, f botapi.Fault) {
	broken := w.telegram.Inject(f)
	time.AfterFunc(d, broken.Off)
}

// refusal is one that heals without any update: a pause for edits or messages alone, no right to one kind of content, a
// chat that is refused by mistake, or words that nobody knows.
func (w *world) refusal() botapi.Fault {
	kind := map[string]string{"sendMessage": "text messages", "sendDocument": "documents"}
	f := botapi.Fault{Method: pick(w, []string{"sendMessage", "editMessageText", "sendDocument"}), Chat: pick(w, []int64{group, w.operator.ID})}
	effects := []botapi.Effect{
		botapi.FloodWait(3), botapi.FloodWait(40), botapi.FloodWait(100_000), botapi.Refuse(400, "Bad Request: PEER_FLOOD"),
		botapi.Refuse(400, "Bad Request: SOMETHING_NEW"), botapi.Refuse(418, "I'm a teapot"), botapi.Refuse(400, "Bad Request: chat not found"),
		botapi.Refuse(400, "Bad Request: CHAT_WRITE_FORBIDDEN"), botapi.Refuse(400, "Bad Request: have no rights to send a message"),
	}
	if what := kind[f.Method]; what != "" {
		effects = append(effects, botapi.Refuse(400, "Bad Request: not enough rights to send "+what+" to the chat"))
	}
	f.Effect = pick(w, effects)
	return f
}

// remove has an administrator delete one of the last messages: cards, digests, files.
func (w *world) remove() {
	chat := pick(w, []int64{group, w.operator.ID})
	all := slices.DeleteFunc(w.telegram.Transcript(chat), func(m botapi.Message) bool { return !m.Bot || m.Service })
	if len(all) == 0 {
		return
	}
	if w.telegram.Remove(chat, all[len(all)-1-w.rand.IntN(min(4, len(all)))].ID) {
		w.count.removed++
		now := time.Now()
		w.judge.Away = append(w.judge.Away, judge.Away{Chat: chat, From: now, To: now}) // what it showed may be told anew
	}
}

// takeRights takes a right from all members of the group for a while, of which no bot is told.
func (w *world) takeRights(longest time.Duration) {
	what := pick(w, []botapi.Content{botapi.Texts, botapi.Documents})
	w.count.rights++
	w.telegram.Forbid(group, what)
	time.AfterFunc(time.Duration(w.rand.Int64N(int64(longest))), func() { w.telegram.Permit(group, what) })
}

// lastWord has one number that works drop out, when all trouble is over: no chat may be silent then.
func (w *world) lastWord() {
	w.telegram.Permit(group, botapi.Texts, botapi.Documents)
	for _, n := range w.rand.Perm(len(w.judge.Instances)) {
		id := w.judge.Instances[n].ID
		if now, err := w.green.Snapshot(id); err == nil && now.State == instanceapi.Authorized {
			_ = w.green.Set(id, instanceapi.Blocked)
			return
		}
	}
}

// rings are a line for each chat: how much it rang, and in its worst hour.
func (w *world) rings() []string {
	byChat := make(map[int64][]time.Time)
	for _, r := range w.telegram.Rings() {
		byChat[r.Chat] = append(byChat[r.Chat], r.At)
	}
	var lines []string
	for _, chat := range w.judge.Chats {
		worst := 0
		rang := byChat[chat]
		for n, from := range rang {
			end := slices.IndexFunc(rang[n:], func(at time.Time) bool { return at.Sub(from) >= time.Hour })
			if end < 0 {
				end = len(rang) - n
			}
			worst = max(worst, end)
		}
		hours := max(w.length.Hours(), 1)
		lines = append(lines, fmt.Sprintf("rings in %d: %d, %.0f an hour, %d in the worst", chat, len(rang), float64(len(rang))/hours, worst))
	}
	return lines
}
