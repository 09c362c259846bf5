package greenapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"greenwatch/monitor"
)

// Received is a notification that is still in the queue: the same one is received until it is deleted.
type Received struct {
	Receipt      int          // for Delete
	Notification Notification // OtherNotification also where it could not be read
}

const (
	minPoll         = 5 * time.Second // what receiveTimeout may be
	maxPoll         = 60 * time.Second
	maxNotification = 1 << 20
)

// poll is how long a call may wait for a notification and still end within its time-out.
func (c *Client) poll() time.Duration {
	return min(max(c.timeout*2/3, minPoll), maxPoll).Truncate(time.Second)
}

// Receive takes the first notification of an instance's queue and leaves it there; some is false if none came within
// two thirds of the client's time-out, at least 5 s and at most a minute, for which it waits:
// https://green-api.com/en/docs/api/receiving/technology-http-api/ReceiveNotification/. The queue is for one reader
// alone. The error is a [*Fault]; with [ErrWebhookSet] where notifications go elsewhere.
func (c *Client) Receive(ctx context.Context, id monitor.InstanceID) (got Received, some bool, err error) {
	r, err := c.ask(ctx, id, question{
		method: "receiveNotification",
		query:  "receiveTimeout=" + strconv.Itoa(int(c.poll()/time.Second)),
		read:   func(body io.Reader) ([]byte, error) { return within(maxNotification, body) },
	})
	if err != nil {
		if (r.status == http.StatusRequestTimeout || r.status == http.StatusGatewayTimeout) && r.took >= c.poll() {
			return Received{}, false, nil // how some servers end a wait in which nothing came
		}
		return Received{}, false, r.elsewhere(err)
	}
	if body := bytes.TrimSpace(r.body); len(body) == 0 || string(body) == "null" {
		return Received{}, false, nil
	}
	var said struct {
		Receipt digits          `json:"receiptId"`
		Body    json.RawMessage `json:"body"`
	}
	if json.Unmarshal(r.body, &said) != nil {
		return Received{}, false, r.lacks("receiptId")
	}
	receipt, ok := said.Receipt.number()
	if !ok {
		return Received{}, false, r.lacks("receiptId")
	}
	n, err := ParseNotification(said.Body)
	if err != nil {
		n = Notification{Type: OtherNotification} // it must be deleted all the same, or nothing else would come
	}
	return Received{Receipt: receipt, Notification: n}, true, nil
}

// Delete takes a notification out of an instance's queue; it is false if there was none with this receipt any more:
// https://green-api.com/en/docs/api/receiving/technology-http-api/DeleteNotification/. The error is a [*Fault], as with
// Receive.
func (c *Client) Delete(ctx context.Context, id monitor.InstanceID, receipt int) (bool, error) {
	r, err := c.ask(ctx, id, question{
		method: "deleteNotification", verb: http.MethodDelete, tail: "/" + strconv.Itoa(receipt),
	})
	if err != nil {
		return false, r.elsewhere(err)
	}
	var said struct {
		Result *bool `json:"result"`
	}
	if json.Unmarshal(r.body, &said) != nil || said.Result == nil {
		return false, r.lacks("result")
	}
	return *said.Result, nil
}

// elsewhere names the one refusal that belongs to the queue of notifications.
func (r reply) elsewhere(err error) error {
	if f, ok := errors.AsType[*Fault](err); ok && r.status == http.StatusBadRequest &&
		bytes.Contains(bytes.ToLower(r.body), []byte("webhook url")) {
		f.cause = ErrWebhookSet
	}
	return err
}
