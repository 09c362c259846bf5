package bot

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// confirmation asks an operator whether the reboot is meant.
func (b *Bot) confirmation(ctx context.Context, chat int64, i monitor.Instance, by telegram.Person) words.Message {
	c, err := b.Cases.Case(ctx, i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, chat, "reading a case", err)
	}
	return b.voice(chat).Confirm(i, c, person(by).Name)
}

var (
	errCancelled = errors.New("bot: the question was answered with cancel")
	errTooLate   = errors.New("bot: the question is too old")
)

// longestConfirm is how far ahead the end of a confirmation may lie: a clock may be set back a little, and a button
// forged.
const longestConfirm = 2 * confirmWithin

// decide takes the answer to a confirmation: one leads to one reboot at most, and the first answer counts, however often
// its buttons are pressed. A reboot is committed before anything is said.
func (b *Bot) decide(ctx context.Context, p telegram.Press, i monitor.Instance, d deed) {
	wish := monitor.Press{
		Key:  fmt.Sprintf("%s/%s/%d/%d", monitor.Reboot, i.ID, p.Address.Chat, p.MessageID),
		Verb: monitor.Reboot, By: person(p.From), To: monitor.Address(p.Address),
	}
	scene := b.scene()
	if refused := b.refusals.of(wish.Key, scene.Now); refused != nil {
		b.decided(ctx, p, i, monitor.Action{}, refused)
		return
	}
	var refused error
	var action monitor.Action
	err := b.commit(ctx, []monitor.Change{{Subject: i.ID.Subject(), Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		var effects monitor.Effects
		c, effects, refused = answered(c, d, wish, scene)
		action = c.Action
		return c, effects
	}}})
	if err != nil {
		b.Log.ErrorContext(ctx, "answer to a confirmation not taken", "instance", i.ID, "error", err)
		b.toast(ctx, p, b.voice(p.Address.Chat).Say(words.Trouble))
		return
	}
	if refused != nil && !errors.Is(refused, monitor.ErrRepeated) {
		b.refusals[wish.Key] = refusal{refused, scene.Now.Add(longestConfirm)}
	}
	b.decided(ctx, p, i, action, refused)
}

// answered is what the answer to a confirmation makes of a case; the error says why nothing is done.
func answered(c monitor.Case, d deed, wish monitor.Press, s monitor.Scene) (monitor.Case, monitor.Effects, error) {
	switch {
	case c.Action.Key == wish.Key:
		return c, monitor.Effects{}, monitor.ErrRepeated
	case d.do == words.Cancel, d.do == words.HookNo:
		return c, monitor.Effects{}, errCancelled
	case s.Now.After(d.until), d.until.Sub(s.Now) > longestConfirm:
		return c, monitor.Effects{}, errTooLate
	default:
		return c.Press(wish, s)
	}
}

// decided tells who pressed what came of it, and leaves the same where the question stood.
func (b *Bot) decided(ctx context.Context, p telegram.Press, i monitor.Instance, a monitor.Action, refused error) {
	v := b.voice(p.Address.Chat)
	switch {
	case refused == nil:
		b.react(ctx, p, "", v.Taken(i, a))
	case errors.Is(refused, monitor.ErrRepeated):
		b.react(ctx, p, v.NotTaken(refused), v.Taken(i, a))
	case errors.Is(refused, errCancelled):
		b.react(ctx, p, "", v.NotRebooted(i, v.Say(words.Cancelled)))
	case errors.Is(refused, errTooLate):
		b.react(ctx, p, v.Say(words.TooLate), v.NotRebooted(i, v.Say(words.TooLate)))
	default:
		b.react(ctx, p, v.NotTaken(refused), v.NotRebooted(i, v.NotTaken(refused)))
	}
}

// refusals are the confirmations from which nothing came, kept as long as they could be confirmed: what was cancelled is
// not done after all. Only the update loop uses them.
type refusals map[string]refusal

type refusal struct {
	why   error
	until time.Time
}

// of says why the confirmation is refused; nil: it was not answered yet.
func (r refusals) of(key string, now time.Time) error {
	maps.DeleteFunc(r, func(_ string, old refusal) bool { return now.After(old.until) })
	return r[key].why
}
