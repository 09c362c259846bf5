package fleet

import (
	"context"
	"fmt"

	"greenwatch/monitor"
)

// ballot takes answers to the questions about lists.
type ballot struct {
	store    Store
	answered chan<- struct{} // who asked, and looks again
}

func (b ballot) answer(ctx context.Context, version string, a monitor.ListAnswer, who monitor.AuditEntry) (monitor.Question, error) {
	c, err := b.store.Case(ctx, monitor.Self)
	if err != nil {
		return monitor.Question{}, fmt.Errorf("fleet: reading a question: %w", err)
	}
	if _, err := c.AnswerList(version, a); err != nil {
		return c.QuestionOn(version), err
	}
	who.What, who.Subject = "list "+string(a), monitor.Self
	if err := b.store.Audit(ctx, who); err != nil {
		return monitor.Question{}, fmt.Errorf("fleet: recording an answer: %w", err)
	}
	var refused error
	cases, err := b.store.UpdateAll(ctx, []monitor.Change{{Subject: monitor.Self, Apply: func(c monitor.Case) (monitor.Case, monitor.Effects) {
		c, refused = c.AnswerList(version, a)
		return c, monitor.Effects{}
	}}})
	if err != nil {
		return monitor.Question{}, fmt.Errorf("fleet: keeping an answer: %w", err)
	}
	select {
	case b.answered <- struct{}{}:
	default:
	}
	return cases[0].QuestionOn(version), refused
}
