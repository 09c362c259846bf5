package bot

import (
	"context"
	"slices"
	"sync"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
	"greenwatch/words"
)

// status is how everybody is, or one in detail.
func (b *Bot) status(ctx context.Context, m telegram.Incoming) words.Message {
	if m.Args != "" {
		return b.about(m, func(i monitor.Instance) words.Message { return b.detail(ctx, m.Chat.ID, i) })
	}
	seen, pools, err := b.seen(ctx, b.Fleet.Instances())
	if err != nil {
		return b.ownTrouble(ctx, m.Chat.ID, "reading cases", err)
	}
	chats, err := b.States.Chats(ctx)
	if err != nil {
		return b.ownTrouble(ctx, m.Chat.ID, "reading chats", err)
	}
	v := b.voice(m.Chat.ID)
	return b.listed(v, v.Unreached(v.Status(seen, pools...), chats))
}

// seen gives the instances with their cases, and the cases of pools and of everything.
func (b *Bot) seen(ctx context.Context, instances []monitor.Instance) (seen []words.Seen, pools []monitor.Case, err error) {
	cases, err := b.Cases.Cases(ctx)
	if err != nil {
		return nil, nil, err
	}
	bySubject := make(map[monitor.Subject]monitor.Case, len(cases))
	for _, c := range cases {
		bySubject[c.Subject] = c
		if isOutage(c.Subject) {
			pools = append(pools, c)
		}
	}
	seen = make([]words.Seen, 0, len(instances))
	for _, i := range instances {
		seen = append(seen, words.Seen{Instance: i, Case: bySubject[i.ID.Subject()], Unheard: b.Watch.Unheard(i.ID)})
	}
	return seen, pools, nil
}

const transitionsShown = 10

func (b *Bot) detail(ctx context.Context, chat int64, i monitor.Instance) words.Message {
	c, err := b.Cases.Case(ctx, i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, chat, "reading a case", err)
	}
	past, err := b.Cases.Transitions(ctx, i.ID.Subject(), transitionsShown)
	if err != nil {
		return b.ownTrouble(ctx, chat, "reading transitions", err)
	}
	slices.Reverse(past)
	last, _ := b.Watch.Last(i.ID)
	return b.told(b.voice(chat), b.voice(chat).Detail(i, c, last, past), i.ID)
}

// checkTime bounds how long a person waits for GREEN-API: a call that was under way, and then the person's own.
const checkTime = 75 * time.Second

// check asks about one instance, or about all.
func (b *Bot) check(ctx context.Context, m telegram.Incoming) words.Message {
	if m.Args != "" {
		return b.about(m, func(i monitor.Instance) words.Message { return b.checkOne(ctx, m.Chat.ID, i) })
	}
	all := b.Fleet.Instances()
	if len(all) == 1 {
		return b.checkOne(ctx, m.Chat.ID, all[0])
	}
	return b.checkAll(ctx, m.Chat.ID, all)
}

func (b *Bot) checkOne(ctx context.Context, chat int64, i monitor.Instance) words.Message {
	asking, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	r, err := b.Watch.Check(asking, i.ID)
	if err != nil {
		return b.voice(chat).Unanswered(i)
	}
	c, err := b.Cases.Case(ctx, i.ID.Subject())
	if err != nil {
		return b.ownTrouble(ctx, chat, "reading a case", err)
	}
	return b.voice(chat).Reading(i, r, c)
}

func (b *Bot) checkAll(ctx context.Context, chat int64, instances []monitor.Instance) words.Message {
	readings := make([]monitor.Reading, len(instances))
	asking, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	var all sync.WaitGroup
	for n, i := range instances {
		all.Go(func() {
			b.jobs.guard(asking, func(ctx context.Context) {
				readings[n], _ = b.Watch.Check(ctx, i.ID) // none: it shows as not answered in time
			})
		})
	}
	all.Wait()
	seen, pools, err := b.seen(ctx, instances)
	if err != nil {
		return b.ownTrouble(ctx, chat, "reading cases", err)
	}
	for n := range seen {
		seen[n].Asked = readings[n]
	}
	return b.voice(chat).Checked(seen, pools...)
}
