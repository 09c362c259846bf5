package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/watcher"
	"greenwatch/web"
	"greenwatch/words"
)

// hooks is where instances tell of their changes. What an action is to set, and what it replaces, may hold secrets of
// others: both are in memory alone, under the action's key and for as long as they may be needed.
type hooks struct {
	green   settings
	watched func(monitor.InstanceID) (monitor.Instance, bool)
	watcher *watcher.Watcher
	here    string // where we are told; empty: PUBLIC_URL is not set
	token   secret.Text
	missing []string // the variables without which nothing is set

	mu     sync.Mutex
	plans  map[string]plan // by the action's key
	former map[monitor.InstanceID]former
}

// settings are those of the instances.
type settings interface {
	Settings(ctx context.Context, id monitor.InstanceID) (greenapi.Settings, error)
	SetSettings(ctx context.Context, id monitor.InstanceID, change greenapi.SettingsChange) monitor.Outcome
}

// plan is what an action is to set, as long as webhookUrl is one of those that it was made for.
type plan struct {
	change   greenapi.SettingsChange
	versions []string
	made     time.Time
}

// former is what a change of settings has replaced, or may have.
type former struct {
	change string // which one
	greenapi.SettingsChange
}

// planKept is longer than an action waits to be taken up.
const planKept = 2 * time.Minute

func (a *app) newHooks(cfg config, green settings) *hooks {
	h := &hooks{
		green: green, watched: cfg.Fleet.Instance, watcher: a.watcher, token: cfg.WebhookToken,
		plans: map[string]plan{}, former: map[monitor.InstanceID]former{},
	}
	if cfg.PublicURL != "" {
		h.here = cfg.PublicURL + web.WebhookPath
	}
	for _, v := range []struct {
		name  string
		unset bool
	}{{"PUBLIC_URL", cfg.PublicURL == ""}, {"WEBHOOK_TOKEN", cfg.WebhookToken.Reveal() == ""}} {
		if v.unset {
			h.missing = append(h.missing, v.name)
		}
	}
	return h
}

// Hook asks an instance for its settings.
func (h *hooks) Hook(ctx context.Context, id monitor.InstanceID) words.Hook {
	told := h.Told(id)
	s, err := h.ask(ctx, id)
	if err != nil {
		return words.Hook{Fault: faultOf(err), Told: told}
	}
	hook := words.Hook{
		URL: shownURL(s.WebhookURL), Ours: h.here != "" && s.WebhookURL == h.here, On: s.StateWebhook, Others: s.Others,
		Version: h.version(s.WebhookURL), Here: h.here, Missing: h.missing, Told: told,
	}
	switch bare := bareToken(s.WebhookToken.Reveal()); {
	case bare == "":
	case bare == h.token.Reveal():
		hook.Token = words.HookTokenOurs
	default:
		hook.Token = words.HookTokenAnother
	}
	return hook
}

// Told is how well an instance has told of its changes.
func (h *hooks) Told(id monitor.InstanceID) words.Told {
	t := h.watcher.Tally(id)
	i, _ := h.watched(id)
	return words.Told{
		First: t.First, Late: t.Late, Missed: t.Missed, Last: t.Last,
		Exclusive: i.Exclusive, Obstacle: words.Obstacle(h.watcher.Obstacle(id)),
	}
}

// ask asks once more where somebody else, such as the owner's own software, has asked within the same second.
func (h *hooks) ask(ctx context.Context, id monitor.InstanceID) (greenapi.Settings, error) {
	s, err := h.green.Settings(ctx, id)
	fault, _ := errors.AsType[*greenapi.Fault](err)
	if fault == nil || fault.Finding().Answer != monitor.Throttled {
		return s, err
	}
	select {
	case <-ctx.Done():
		return s, err
	case <-time.After(1200 * time.Millisecond):
		return h.green.Settings(ctx, id)
	}
}

// Want keeps what an action is to set; false: what it would bring back is not known any more.
func (h *hooks) Want(wish monitor.Press, id monitor.InstanceID, version string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	for key, p := range h.plans {
		if now.Sub(p.made) > planKept {
			delete(h.plans, key)
		}
	}
	on, here, token := true, h.here, h.token
	p := plan{greenapi.SettingsChange{StateWebhook: &on, WebhookURL: &here, WebhookToken: &token}, []string{version}, now}
	if wish.Verb == monitor.UndoSettings {
		old, known := h.former[id]
		if !known || old.change != version {
			return false
		}
		p.change, p.versions = old.SettingsChange, []string{h.version(h.here), h.version(*old.WebhookURL)}
	}
	h.plans[wish.Key] = p
	return true
}

// SetSettings makes the change of an action, once. Its settings are looked at right before, so that nothing is replaced
// but what was asked about; and what is replaced is kept for a while.
func (h *hooks) SetSettings(ctx context.Context, act monitor.Action) monitor.Outcome {
	id, _ := act.Subject.Instance()
	p, kept := h.take(act.Key)
	if !kept {
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: words.HookForgotten}
	}
	now, err := h.ask(ctx, id)
	if err != nil {
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: faultOf(err)}
	}
	if !slices.Contains(p.versions, h.version(now.WebhookURL)) {
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: words.HookChanged}
	}
	o := h.green.SetSettings(ctx, id, p.change)
	switch {
	case o.Kind == monitor.OutcomeRefused:
	case act.Verb == monitor.UndoSettings:
		h.forget(id, "")
	default:
		h.keep(id, former{words.Undoes(act), greenapi.SettingsChange{
			StateWebhook: &now.StateWebhook, WebhookURL: &now.WebhookURL, WebhookToken: &now.WebhookToken,
		}})
	}
	return o
}

func (h *hooks) take(key string) (plan, bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	p, kept := h.plans[key]
	delete(h.plans, key)
	return p, kept
}

// keep holds what was replaced for 15 minutes; with it goes the old token.
func (h *hooks) keep(id monitor.InstanceID, f former) {
	h.mu.Lock()
	h.former[id] = f
	h.mu.Unlock()
	time.AfterFunc(monitor.UndoWithin, func() { h.forget(id, f.change) })
}

// forget drops what a change has replaced; "": whichever it was.
func (h *hooks) forget(id monitor.InstanceID, change string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if change == "" || h.former[id].change == change {
		delete(h.former, id)
	}
}

// version names a webhookUrl in a button's data. Without the token nothing can be learned from it.
func (h *hooks) version(address string) string {
	sum := hmac.New(sha256.New, []byte(h.token.Reveal()))
	sum.Write([]byte(address))
	return hex.EncodeToString(sum.Sum(nil)[:4])
}

// bareToken is a token without the scheme that it may be sent with.
func bareToken(header string) string {
	if scheme, rest, two := strings.Cut(header, " "); two && (strings.EqualFold(scheme, "Bearer") || strings.EqualFold(scheme, "Basic")) {
		return strings.TrimLeft(rest, " ")
	}
	return header
}

// secretLength is the length from which a part of a path may be a secret that stands for a password.
const secretLength = 20

// shownURL is what chats may see of an address: scheme, host and path, and of a part of the path that may be a secret
// its beginning.
func shownURL(address string) string {
	if address == "" {
		return ""
	}
	u, err := url.Parse(address)
	if err != nil || u.Host == "" {
		return secret.Mask
	}
	parts := strings.Split(u.Path, "/")
	for n, part := range parts {
		if len(part) >= secretLength {
			parts[n] = part[:3] + secret.Mask
		}
	}
	shown := u.Scheme + "://" + u.Host + strings.Join(parts, "/")
	if u.RawQuery != "" {
		shown += "?" + secret.Mask
	}
	return shown
}

func faultOf(err error) string {
	if f, ok := errors.AsType[*greenapi.Fault](err); ok {
		return f.Detail()
	}
	return "it was not asked"
}

// actsAPI make the calls that people and the runbook want made.
type actsAPI struct {
	green *greenapi.Client
	hooks *hooks
}

// Reboot restarts an instance.
func (h actsAPI) Reboot(ctx context.Context, id monitor.InstanceID) monitor.Outcome {
	return h.green.Reboot(ctx, id)
}

// SetSettings makes the change that an action stands for.
func (h actsAPI) SetSettings(ctx context.Context, act monitor.Action) monitor.Outcome {
	return h.hooks.SetSettings(ctx, act)
}
