package greenapi

import (
	"context"
	"encoding/json"
	"errors"
	"io"

	"greenwatch/monitor"
)

// Messages asks how many messages wait to leave an instance; the vendor counts every 10 s:
// https://green-api.com/en/docs/api/queues/GetMessagesCount/. The error is a [*Fault].
func (c *Client) Messages(ctx context.Context, id monitor.InstanceID) (int, error) {
	return c.count(ctx, id, "getMessagesCount")
}

// Webhooks asks how many notifications of an instance wait to be read by its owner, or to be taken by the owner's
// webhookUrl: https://green-api.com/en/docs/api/queues/GetWebhooksCount/. The error is a [*Fault].
func (c *Client) Webhooks(ctx context.Context, id monitor.InstanceID) (int, error) {
	return c.count(ctx, id, "getWebhooksCount")
}

func (c *Client) count(ctx context.Context, id monitor.InstanceID, method string) (int, error) {
	r, err := c.ask(ctx, id, question{method: method})
	if err != nil {
		return 0, err
	}
	var said struct {
		Latin    digits `json:"count"`
		Cyrillic digits `json:"\u0441ount"` // as the vendor's WhatsApp pages spell it
	}
	if json.Unmarshal(r.body, &said) != nil {
		return 0, r.lacks("count")
	}
	n, latin := said.Latin.number()
	m, cyrillic := said.Cyrillic.number()
	switch {
	case latin && (!said.Cyrillic.seen || cyrillic && n == m):
		return n, nil
	case cyrillic && !said.Latin.seen:
		return m, nil
	default:
		return 0, r.lacks("count")
	}
}

const maxQueue = 4 << 20

// Head asks which message is the first to leave an instance, by its id, and how many are shown with it:
// https://green-api.com/en/docs/api/queues/ShowMessagesQueue/. The vendor shows 500 at most, of which those within the
// first 4 MiB are counted, and may leave out one that is under way. An empty head means that none is shown. No text of
// a message is kept. The error is a [*Fault].
func (c *Client) Head(ctx context.Context, id monitor.InstanceID) (head string, count int, err error) {
	r, err := c.ask(ctx, id, question{method: "showMessagesQueue", read: func(body io.Reader) ([]byte, error) {
		return list(maxQueue, body, func(d *json.Decoder) error {
			if count > 0 {
				count++
				return element(d, new(struct{}))
			}
			var first item
			if err := element(d, &first); err != nil {
				return err
			}
			count++
			if head = shown(first.id()); head == "" {
				return garbled("no message id in the queue")
			}
			return nil
		})
	}})
	head = r.in.word(head)
	var large tooLarge
	switch {
	case head != "" && errors.As(r.err, &large):
		return head, count, nil
	case err != nil:
		return "", 0, err
	case r.body != nil:
		return "", 0, r.lacks("queue")
	default:
		return head, count, nil
	}
}

// item is a message in the queue, as the product lines spell its id.
type item struct {
	MessageID   string   `json:"messageID"`
	MessagesIDs []string `json:"messagesIDs"`
	IDMessage   string   `json:"idMessage"`
}

func (i item) id() string {
	for _, id := range append([]string{i.MessageID, i.IDMessage}, i.MessagesIDs...) {
		if id != "" {
			return id
		}
	}
	return ""
}
