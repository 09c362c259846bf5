package greenapi

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"

	"greenwatch/monitor"
	"greenwatch/secret"
)

// Settings are those of an instance that concern notifications; https://green-api.com/en/docs/api/account/GetSettings/.
type Settings struct {
	Type         string      // typeInstance: whatsapp, telegram or v3; may be missing
	WebhookURL   string      // as its owner wrote it, so that it may hold a secret of the owner's; "" if none is set
	WebhookToken secret.Text // webhookUrlToken; reveals "" if none is set
	StateWebhook bool
	Others       []string // the other kinds of notification that are on, by the vendor's names, in alphabetical order
}

const (
	flagSuffix = "Webhook" // of the name of each kind of notification, as in incomingWebhook
	stateFlag  = "stateWebhook"
)

// Settings asks for an instance's settings. The error is a [*Fault].
func (c *Client) Settings(ctx context.Context, id monitor.InstanceID) (Settings, error) {
	r, err := c.ask(ctx, id, question{method: "getSettings"})
	if err != nil {
		return Settings{}, err
	}
	var (
		said struct {
			Type  string  `json:"typeInstance"`
			URL   *string `json:"webhookUrl"`
			Token string  `json:"webhookUrlToken"`
		}
		all map[string]json.RawMessage
	)
	if json.Unmarshal(r.body, &said) != nil || said.URL == nil || json.Unmarshal(r.body, &all) != nil {
		return Settings{}, r.lacks("webhookUrl") // without it nothing can be said of what is set
	}
	s := Settings{Type: r.in.word(said.Type), WebhookURL: *said.URL, WebhookToken: secret.New(said.Token)}
	for name, value := range all {
		var on flag
		if !strings.HasSuffix(name, flagSuffix) || on.UnmarshalJSON(value) != nil || !bool(on) {
			continue
		}
		if name == stateFlag {
			s.StateWebhook = true
		} else {
			s.Others = append(s.Others, r.in.word(name))
		}
	}
	slices.Sort(s.Others)
	return s, nil
}

// SettingsChange is what to change of an instance's settings: what is nil or not named stays as it is.
type SettingsChange struct {
	StateWebhook *bool
	WebhookURL   *string         // "" sets none, which the HTTP API needs
	WebhookToken *secret.Text    // the zero Text sets none
	Others       map[string]bool // other kinds of notification, by the vendor's names
}

// SetSettings changes settings of an instance: https://green-api.com/en/docs/api/account/SetSettings/. The instance
// restarts, and shows the change within 5 minutes. As with Reboot the request is sent once, refused means that the API
// said no or that nothing was sent, unknown that the change may have been made.
func (c *Client) SetSettings(ctx context.Context, id monitor.InstanceID, change SettingsChange) monitor.Outcome {
	in, known := c.find(id)
	if !known {
		return unsent(unknownInstance)
	}
	body, why := change.body()
	switch {
	case why != "":
		return unsent(why)
	case ctx.Err() != nil:
		return unsent("there was no time left for it")
	}
	req := in.request("setSettings")
	req.Method = http.MethodPost
	req.Header = http.Header{"Content-Type": {"application/json"}}
	req.Body, req.ContentLength = io.NopCloser(bytes.NewReader(body)), int64(len(body)) // no GetBody: it cannot be sent again
	return c.get(ctx, c.acts, req).outcome(in, saveSettings, change.secrets()...)
}

// secrets are what of the change must not be shown.
func (s SettingsChange) secrets() []string {
	var all []string
	if s.WebhookToken != nil {
		all = append(all, s.WebhookToken.Reveal())
	}
	if s.WebhookURL != nil {
		all = append(all, *s.WebhookURL)
	}
	return all
}

// body is the change as the API takes it, or why it cannot be sent.
func (s SettingsChange) body() (body []byte, why string) {
	members := map[string]string{}
	for name, on := range s.Others {
		if name == stateFlag || len(name) > maxWord || !strings.HasSuffix(name, flagSuffix) || strings.Trim(name, letters) != "" {
			return nil, "there is no such kind of notification"
		}
		members[name] = yesNo(on)
	}
	if s.StateWebhook != nil {
		members[stateFlag] = yesNo(*s.StateWebhook)
	}
	if s.WebhookURL != nil {
		members["webhookUrl"] = *s.WebhookURL
	}
	if s.WebhookToken != nil {
		members["webhookUrlToken"] = s.WebhookToken.Reveal()
	}
	if len(members) == 0 {
		return nil, "there is nothing to change"
	}
	body, _ = json.Marshal(members) // texts alone: it cannot fail
	return body, ""
}

func yesNo(on bool) string {
	if on {
		return "yes"
	}
	return "no"
}
