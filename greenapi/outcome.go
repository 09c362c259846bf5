package greenapi

import (
	"encoding/json"
	"fmt"
	"net/http"

	"greenwatch/monitor"
)

// outcome is what the answer to a call says that does something, and tells by a member whether it did. Unless the API
// says no, the call may have been executed: a time-out, a 499 and a 502 have all been reported for calls that were.
// What it shows of the answer has no word with the token or one of the secrets in it.
func (a answer) outcome(in instance, member string, secrets ...string) monitor.Outcome {
	switch {
	case a.neverSent():
		return unsent(a.fault())
	case a.status == 0:
		return unknown(a.fault())
	case a.status == http.StatusOK:
		return a.done(in, member, secrets)
	case saysNo(a.status):
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: a.line(in, secrets...)}
	default:
		return unknown(fmt.Sprintf("HTTP %d", a.status))
	}
}

// The members by which the API says whether it did what it was asked.
const (
	isReboot     = "isReboot"
	saveSettings = "saveSettings"
)

// done reads the body of a 200. The Telegram line documents isReboot: false as an error in execution.
func (a answer) done(in instance, member string, secrets []string) monitor.Outcome {
	var said struct {
		IsReboot     *bool `json:"isReboot"`
		SaveSettings *bool `json:"saveSettings"`
		Status       *bool `json:"status"`
	}
	if a.err != nil {
		return unknown(a.fault())
	}
	if !json.Valid(a.body) {
		return unknown(shape(a.body))
	}
	words := in.words(a.body, secrets...)
	if json.Unmarshal(a.body, &said) != nil {
		return unknown("no " + member + " in the answer")
	}
	did := said.IsReboot
	if member == saveSettings {
		did = said.SaveSettings
	}
	switch {
	case did != nil && *did:
		return monitor.Outcome{Kind: monitor.OutcomeAccepted}
	case words != "" && (did != nil || said.Status != nil && !*said.Status):
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: words}
	case did != nil:
		return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: member + ": false"}
	default:
		return unknown("no " + member + " in the answer")
	}
}

// saysNo holds for the statuses by which a server says that it did not do what it was asked. 408 and 499 say only that
// somebody gave up waiting.
func saysNo(status int) bool {
	return status >= 400 && status < 499 && status != http.StatusRequestTimeout
}

func unsent(why string) monitor.Outcome {
	return monitor.Outcome{Kind: monitor.OutcomeRefused, Detail: "not sent: " + why}
}

func unknown(why string) monitor.Outcome {
	return monitor.Outcome{Kind: monitor.OutcomeUnknown, Detail: why}
}
