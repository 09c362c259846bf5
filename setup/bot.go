package setup

import (
	"context"
	"net/url"
	"regexp"

	"greenwatch/secret"
	"greenwatch/telegram"
)

// tokenWithin finds a token in whatever was pasted, such as @BotFather's whole message.
var tokenWithin = regexp.MustCompile(`[0-9]+:[A-Za-z0-9_-]{16,}`)

// bot is the first step: a token that Telegram knows, by a way that reaches Telegram.
func (d *dialogue) bot(ctx context.Context) error {
	token := d.value(botToken)
	if token != "" {
		stays, err := d.confirm(ctx, "The bot's token is already set. Keep it?", true)
		if err != nil {
			return err
		}
		if !stays {
			token = ""
		}
	}
	way := d.value(proxies)
	for asked := token == ""; ; {
		if token == "" {
			var err error
			if token, err = d.askToken(ctx, asked); err != nil {
				return err
			}
			asked = false
		}
		switch err := d.connect(ctx, token, way); telegram.ClassOf(err) {
		case telegram.None:
			d.say("This is @%s (%s).", d.me.Username, printable(d.me.Name))
			if err := d.keepBot(token, way); err != nil {
				return err
			}
			return d.webhook(ctx)
		case telegram.BotDead, telegram.Unknown:
			d.say("Telegram does not take this token: %v", err)
			d.advise("Open @BotFather, send /mybots, choose the bot, then API Token, and paste what it shows.")
			token = ""
		default:
			if ctx.Err() != nil {
				return ctx.Err()
			}
			d.say("Telegram cannot be reached: %v", err)
			if way, err = d.askWay(ctx, way); err != nil {
				return err
			}
		}
	}
}

func (d *dialogue) askToken(ctx context.Context, first bool) (string, error) {
	if first {
		d.say("No bot yet? Write /newbot to @BotFather in Telegram; it gives you a token. What you paste is not shown.")
	}
	for {
		text, err := d.askHidden(ctx, "The bot's token")
		if err != nil {
			return "", err
		}
		if token := tokenWithin.FindString(text); token != "" {
			return token, nil
		}
		d.say("This does not look like a bot's token. It is a number, a colon, and 35 letters, as in 123456789:ABC...")
	}
}

// askWay asks for proxies, as TELEGRAM_PROXY takes them; none tries the same way again.
func (d *dialogue) askWay(ctx context.Context, way string) (string, error) {
	d.advise("Is the network up? Where Telegram is blocked, it takes a proxy: socks5://user:password@host:1080, or http://...")
	for {
		text, err := d.askHidden(ctx, "A proxy for Telegram, or Enter to try again")
		if err != nil || text == "" {
			return way, err
		}
		if _, err = parseProxies(text); err == nil {
			return text, nil
		}
		d.say("This cannot be used: %v", err)
	}
}

func parseProxies(list string) ([]telegram.Proxy, error) {
	var all []telegram.Proxy
	for _, text := range fields(list) {
		p, err := telegram.ParseProxy(text)
		if err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// connect makes the client and asks Telegram who the bot is.
func (d *dialogue) connect(ctx context.Context, token, way string) error {
	ways, err := parseProxies(way)
	if err != nil {
		d.say("%s is left aside: %v", proxies, err)
	}
	d.polled = make(chan error, 1)
	d.client, err = telegram.New(telegram.Options{
		Token: secret.New(token), APIURL: d.value("TELEGRAM_API_URL"), Proxies: ways,
		OnTrouble: func(err error) {
			select {
			case d.polled <- err:
			default: // the one before is not told yet
			}
		},
	})
	if err != nil {
		return err
	}
	d.me, err = d.client.Me(ctx)
	return err
}

func (d *dialogue) keepBot(token, way string) error {
	if token != d.value(botToken) {
		if err := d.keep(botToken, token); err != nil {
			return err
		}
	}
	if way != d.value(proxies) {
		return d.keep(proxies, way)
	}
	return nil
}

// webhook takes away what would keep the bot from hearing anything.
func (d *dialogue) webhook(ctx context.Context) error {
	hook, err := d.client.WebhookInfo(ctx)
	if err != nil || hook.URL == "" {
		return ctx.Err() // should there be one, polling says so
	}
	host := "another server"
	if u, err := url.Parse(hook.URL); err == nil && u.Host != "" {
		host = u.Host // the path may hold a secret
	}
	d.say("This bot's messages go to a webhook at %s: another program uses the bot, or did once.", printable(host))
	d.advise("One bot serves one program. If that program is still in use, make another bot for greenwatch.")
	gone, err := d.confirm(ctx, "Take the webhook away?", false)
	if err != nil {
		return err
	}
	if !gone {
		d.say("It stays. greenwatch cannot hear this bot then: begin again with the token of another bot.")
		return ErrStopped
	}
	if err := d.client.DeleteWebhook(ctx); err != nil {
		d.say("It could not be taken away: %v", err)
		return ErrStopped
	}
	d.say("The webhook is gone.")
	return nil
}
