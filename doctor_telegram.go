package main

import (
	"context"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

// ways tries each way to Telegram by itself: greenwatch needs one of them.
func (d *doctor) ways(ctx context.Context) {
	const what = "telegram"
	client, err := d.telegramBy(d.cfg.Proxies)
	if err != nil {
		d.tell(failing, what, "not asked: there is no usable token", "call greenwatch init")
		return
	}
	d.client = client
	ways := d.cfg.Proxies
	if len(ways) == 0 {
		ways = []telegram.Proxy{{}}
	}
	var reached int
	lines := make([]func(m mark), 0, len(ways))
	for n, way := range ways {
		name := "directly"
		if way != (telegram.Proxy{}) {
			name = "by proxy " + strconv.Itoa(n+1)
		}
		began := time.Now()
		err := within(ctx, func(ctx context.Context) error {
			client, err := d.telegramBy([]telegram.Proxy{way})
			if err == nil {
				_, err = client.Me(ctx)
			}
			return err
		})
		took := time.Since(began).Round(time.Millisecond)
		if class := telegram.ClassOf(err); err == nil || class == telegram.BotDead || class == telegram.RetryAfter {
			reached++
			lines = append(lines, func(mark) { d.tell(fine, what, fmt.Sprintf("answers %s in %s", name, took), "") })
			continue
		}
		lines = append(lines, func(m mark) {
			d.tell(m, what, "cannot be reached "+name+": "+err.Error(), "look at the network, and at TELEGRAM_PROXY")
		})
	}
	m := warning // the others carry on
	if reached == 0 {
		m, d.client = failing, nil
	}
	for _, line := range lines {
		line(m)
	}
}

func (d *doctor) telegramBy(ways []telegram.Proxy) (*telegram.Client, error) {
	return telegram.New(telegram.Options{Token: d.cfg.BotToken, APIURL: d.cfg.TelegramURL, Proxies: ways})
}

// bot looks at the token, and at what would keep the bot from hearing.
func (d *doctor) bot(ctx context.Context) {
	const what = "bot"
	if d.client == nil {
		return // said already
	}
	var me telegram.Me
	var hook telegram.WebhookInfo
	err := within(ctx, func(ctx context.Context) (err error) {
		if me, err = d.client.Me(ctx); err == nil {
			hook, err = d.client.WebhookInfo(ctx)
		}
		return err
	})
	switch {
	case telegram.ClassOf(err) == telegram.BotDead:
		d.client = nil
		d.tell(failing, what, "Telegram refuses the token: "+err.Error(), "copy it again: @BotFather, /mybots, the bot, API Token")
		return
	case err != nil:
		d.client = nil
		d.tell(failing, what, err.Error(), "try again in a minute")
		return
	case me.ReadsAll:
		d.tell(fine, what, "@"+me.Username+"; privacy mode is off: it is shown everything that is said in its groups", "")
	default:
		d.tell(fine, what, "@"+me.Username+"; privacy mode is on: it hears commands and replies, which is all it needs", "")
	}
	d.buttons(ctx)
	if hook.URL != "" {
		host := "another server"
		if u, err := url.Parse(hook.URL); err == nil && u.Host != "" {
			host = u.Host // the path may hold a secret
		}
		d.tell(warning, what, "a webhook at "+host+" takes its messages",
			"greenwatch takes it away when it starts; if another program needs it, make another bot for greenwatch")
	}
}

// buttons asks the greenwatch that runs, if one does, how presses come. Telegram does not show how the bot is set.
func (d *doctor) buttons(ctx context.Context) {
	if d.cfg.HTTPAddr == "" {
		return
	}
	page, err := askRunning(ctx, d.cfg.HTTPAddr, "/metrics")
	if err == nil && strings.Contains(page, "\ngreenwatch_telegram_presses_without_message 1\n") {
		d.tell(warning, "bot", "presses come without their message, and nothing is done by them",
			"some program has set the bot's callback_query_mode: set it to default (setMySettings of the Bot API)")
	}
}

// chats looks whether each chat is there and can be written to, without writing.
func (d *doctor) chats(ctx context.Context) {
	if d.client == nil {
		return
	}
	for _, to := range d.cfg.Chats {
		var c telegram.Chat
		err := within(ctx, func(ctx context.Context) (err error) {
			c, err = d.reach(ctx, to)
			return err
		})
		name := telegram.Address(to).String()
		if c.Title != "" {
			name += " " + shown(c.Title)
		}
		m, remedy := advise(err, to)
		refused := d.refusal(to)
		switch {
		case err != nil:
			d.tell(m, "chat", name+": "+err.Error(), remedy)
		case to.Topic != 0 && !c.Forum:
			d.tell(warning, "chat", name+": it has no topics", "take the "+fmt.Sprintf("/%d", to.Topic)+" out of TELEGRAM_CHATS")
		case refused != "":
			d.tell(failing, "chat", name+": it may be typed there, but "+refused,
				"look what members and the bot may send there; greenwatch tries again by itself, also at each start")
		default:
			d.tell(fine, "chat", name+": can be written to", "")
		}
	}
}

// refusal is what a running greenwatch has found out about a chat by writing to it; empty: it takes all.
func (d *doctor) refusal(to monitor.Address) string {
	for _, c := range d.known {
		switch {
		case c.Address != to:
		case c.Refuses():
			return refuses(c)
		case c.Refused.GivenUp > 0:
			return fmt.Sprintf("%s were given up in the last 24 hours (%s)", plural(c.Refused.GivenUp, "alert"), c.Refused.Why)
		}
	}
	return ""
}

// reach asks for a chat, for the bot's place in it, and whether it may type there.
func (d *doctor) reach(ctx context.Context, to monitor.Address) (telegram.Chat, error) {
	c, err := d.client.Chat(ctx, to.Chat)
	if err != nil {
		return c, err
	}
	if !c.Private() {
		s, err := d.client.Standing(ctx, c)
		if err == nil && !s.CanWrite {
			err = mayNotWrite(s.Status)
		}
		if err != nil {
			return c, err
		}
	}
	return c, d.client.Typing(ctx, telegram.Address(to))
}

// mayNotWrite is what the bot is where it may not write.
type mayNotWrite string

func (m mayNotWrite) Error() string { return "the bot may not write there: it is " + string(m) }

// advise says how bad it is that a chat cannot be written to, and what to do.
func advise(err error, to monitor.Address) (m mark, remedy string) {
	if _, muted := err.(mayNotWrite); muted { //nolint:errorlint // it is made above, and wrapped nowhere
		return failing, "let members write in the group, or make the bot an administrator"
	}
	switch telegram.ClassOf(err) {
	case telegram.ChatDead:
		if to.Chat > 0 {
			return failing, "let this person open the bot and press Start, or take the chat out of TELEGRAM_CHATS"
		}
		return failing, "add the bot to the chat and let it write, or take the chat out of TELEGRAM_CHATS"
	case telegram.Migrated:
		return warning, "the group is a supergroup now: put its new id into TELEGRAM_CHATS; greenwatch init finds it by a link"
	case telegram.TopicGone:
		return warning, "the topic is closed or gone; greenwatch writes to General in its place"
	case telegram.Unknown:
		return failing, "correct the id in TELEGRAM_CHATS; greenwatch init finds it by a link"
	default:
		return warning, "try again in a minute"
	}
}

// operators looks whether each is a person whom the bot has met. Telegram shows a bot nobody else.
func (d *doctor) operators(ctx context.Context) {
	if d.client == nil {
		return
	}
	for _, id := range d.cfg.Operators {
		var c telegram.Chat
		err := within(ctx, func(ctx context.Context) (err error) {
			c, err = d.client.Chat(ctx, id)
			return err
		})
		switch {
		case telegram.ClassOf(err) == telegram.ChatDead, telegram.ClassOf(err) == telegram.Unknown:
			d.tell(warning, "operator", fmt.Sprintf("%d has not started the bot: nothing can be said in private, and I cannot see who it is", id),
				"let this person open the bot and press Start, or correct TELEGRAM_OPERATORS")
		case err != nil:
			d.tell(warning, "operator", fmt.Sprintf("%d: %v", id, err), "try again in a minute")
		default:
			d.tell(fine, "operator", fmt.Sprintf("%d %s", id, shown(c.Title)), "")
		}
	}
}

// shown is a title from outside in quotation marks, without what a terminal would obey.
func shown(title string) string { return strings.Trim(strconv.QuoteToGraphic(title), " ") }
