package greenapi

import (
	"encoding/json"
	"errors"
	"time"

	"greenwatch/monitor"
)

// The kinds of a notification.
const (
	StateChanged      = "stateInstanceChanged"
	OtherNotification = "other" // every other kind
)

// Notification is what GREEN-API tells by itself; https://green-api.com/en/docs/api/receiving/notifications-format/.
// It is a claim, not an answer: it may come late, twice, out of order or never.
type Notification struct {
	Type     string             // StateChanged or OtherNotification
	Instance monitor.InstanceID // always set with StateChanged
	At       time.Time          // when it happened, to the second, by the vendor's clock; zero if that is not said
	State    monitor.State      // set with StateChanged
}

// The errors say nothing of the body: it may hold a person's words.
var (
	errNotNotification = errors.New("greenapi: notification: not a JSON object with a typeWebhook")
	errNoInstance      = errors.New("greenapi: notification: instanceData.idInstance is missing or not 1 to 18 digits")
	errNoTimestamp     = errors.New("greenapi: notification: timestamp is not a time in seconds")
	errNoState         = errors.New("greenapi: notification: stateInstance is missing or not a word")
)

// ParseNotification reads the body of a webhook, the size of which its caller has bounded. A member that stands there
// twice must say the same both times. Of kinds other than [StateChanged] only the kind counts.
func ParseNotification(body []byte) (Notification, error) {
	var said struct {
		Type uniqueWord `json:"typeWebhook"`
		Data struct {
			ID digits `json:"idInstance"`
		} `json:"instanceData"`
		At    digits     `json:"timestamp"`
		State uniqueWord `json:"stateInstance"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		var wrongType *json.UnmarshalTypeError // of instanceData, or of the whole; the rest is read all the same
		if !errors.As(err, &wrongType) {
			return Notification{}, errNotNotification
		}
		said.Data.ID.broken = true
	}
	if !said.Type.valid() || said.Type.text == "" {
		return Notification{}, errNotNotification
	}
	n := Notification{Type: OtherNotification}
	id, idErr := monitor.ParseInstanceID(said.Data.ID.text)
	if !said.Data.ID.broken && idErr == nil {
		n.Instance = id
	}
	at, timed := said.At.moment()
	n.At = at
	if said.Type.text != StateChanged {
		return n, nil
	}
	n.Type, n.State = StateChanged, monitor.State(shown(said.State.text))
	switch {
	case n.Instance == "":
		return Notification{}, errNoInstance
	case said.At.seen && !timed:
		return Notification{}, errNoTimestamp
	case !said.State.valid() || n.State == "":
		return Notification{}, errNoState
	}
	return n, nil
}
