package main

import (
	"context"
	"io"
	"log"
	"log/slog"
	"net/url"
	"regexp"
	"strings"

	"greenwatch/outside"
	"greenwatch/secret"
)

// secretsOf are what must not be seen of the settings: the tokens and passwords in them, also within addresses.
func secretsOf(cfg config) []secret.Text {
	secrets := []secret.Text{cfg.BotToken, cfg.WebhookToken, cfg.GateToken, cfg.PartnerToken}
	if _, key, ok := strings.Cut(cfg.BotToken.Reveal(), ":"); ok {
		secrets = append(secrets, secret.New(key)) // the number before it is the bot's id
	}
	for _, c := range cfg.Credentials {
		secrets = append(secrets, c.Token)
	}
	for _, p := range cfg.Proxies {
		secrets = append(secrets, p.Secrets()...)
	}
	for _, address := range append(cfg.Fallbacks[:len(cfg.Fallbacks):len(cfg.Fallbacks)], cfg.Heartbeat) {
		secrets = append(secrets, outside.Secrets(address)...)
	}
	return append(secrets, databaseSecrets(cfg.Database)...)
}

// databaseSecrets are the passwords in the address of a server.
func databaseSecrets(address string) []secret.Text {
	u, err := url.Parse(address)
	if _, server := masked(address); !server || err != nil {
		return nil
	}
	var secrets []secret.Text
	if password, set := u.User.Password(); set {
		secrets = append(secrets, secret.New(password))
	}
	for name, values := range u.Query() {
		if strings.Contains(strings.ToLower(name), "password") {
			for _, value := range values {
				secrets = append(secrets, secret.New(value))
			}
		}
	}
	return secrets
}

// newMask masks every secret that should slip through.
func newMask(w io.Writer, cfg config) *secret.Writer { return secret.NewWriter(w, secretsOf(cfg)...) }

// hideIn masks the secrets of the settings in what a command prints, and in what the standard log says meanwhile.
func hideIn(out io.Writer, cfg config) {
	if masked, ok := out.(*secret.Writer); ok {
		masked.Hide(secretsOf(cfg)...)
	}
}

func newLog(w io.Writer, cfg config) *slog.Logger {
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogJSON {
		return slog.New(slog.NewJSONHandler(w, options))
	}
	return slog.New(slog.NewTextHandler(w, options))
}

// libraries takes what libraries write into the standard log. Where net/http quotes what a server sent, there may be
// anything in it, also halves of tokens, which no mask finds: what is quoted is left out.
type libraries struct{ to io.Writer }

var quoted = regexp.MustCompile(`"(?:[^"\\]|\\.)*"?`)

// Write takes one line, or one message of several.
func (l libraries) Write(p []byte) (int, error) {
	if _, err := io.WriteString(l.to, quoted.ReplaceAllString(string(p), `"…"`)); err != nil {
		return 0, err
	}
	return len(p), nil
}

// inLog makes lines of a log out of what is written to it.
type inLog struct{ log *slog.Logger }

// Write takes one message.
func (l inLog) Write(p []byte) (int, error) {
	l.log.WarnContext(context.Background(), "a library complains", "text", strings.TrimSpace(string(p)))
	return len(p), nil
}

// librariesLog is a standard log whose lines go into ours.
func librariesLog(l *slog.Logger) *log.Logger { return log.New(libraries{inLog{l}}, "", 0) }
