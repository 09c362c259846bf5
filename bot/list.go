package bot

import (
	"context"
	"errors"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// List is the lists of instances that change while we run: a file, and a partner's at GREEN-API.
type List interface {
	// Answer takes what an operator says to the question about a version, and gives the question.
	Answer(ctx context.Context, version string, a monitor.ListAnswer, who monitor.AuditEntry) (monitor.Question, error)
	// Standings says how those stand that are not watched as they are.
	Standings() []monitor.ListStanding
	// File is the name of the file that has a version; empty: the partner's list has it.
	File(version string) string
}

// answerList takes an operator's answer to the question about a list, and leaves what came of it where that stood.
func (b *Bot) answerList(ctx context.Context, p telegram.Press, d deed) {
	v := b.voice(p.Address.Chat)
	if b.List == nil {
		b.toast(ctx, p, v.Say(words.OldButton))
		return
	}
	answer := monitor.KeepGone
	if d.do == words.Drop {
		answer = monitor.DropGone
	}
	who := monitor.AuditEntry{At: time.Now(), By: person(p.From), Where: monitor.Address(p.Address)}
	committing, cancel := context.WithTimeout(ctx, commitTime)
	defer cancel()
	question, err := b.List.Answer(committing, d.version, answer, who)
	switch {
	case err == nil:
		b.react(ctx, p, "", v.ListDecided(b.List.File(d.version), question, who.By))
	case errors.Is(err, monitor.ErrListChanged):
		b.react(ctx, p, v.Say(words.ListChanged), v.ListClosed(b.List.File(d.version), v.Say(words.ListChanged)))
	case errors.Is(err, monitor.ErrListAnswered):
		b.react(ctx, p, v.Say(words.ListAnswered), v.ListClosed(b.List.File(d.version), v.Say(words.ListAnswered)))
	default:
		b.Log.ErrorContext(ctx, "answer about the list not taken", "error", err)
		b.toast(ctx, p, v.Say(words.Trouble))
	}
}

// listed adds to an answer which lists are not watched as they are.
func (b *Bot) listed(v words.Voice, m words.Message) words.Message {
	if b.List == nil {
		return m
	}
	for _, standing := range b.List.Standings() {
		m = v.Unlisted(m, standing)
	}
	return m
}
