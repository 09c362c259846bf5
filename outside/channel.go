package outside

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"mime"
	"net/url"
	"strings"

	"github.com/nicholas-fedor/shoutrrr"
	"github.com/nicholas-fedor/shoutrrr/pkg/types"

	"greenwatch/secret"
)

// channel is one address to which texts are sent, one at a time.
type channel struct {
	entry   int
	service string
	sender  types.Service
	address *url.URL
	redact  redactor
	busy    chan struct{}
}

// Check reports what is wrong with a channel's address, in words that follow its name and never show its value.
func Check(address secret.Text) error {
	_, err := newChannel(address)
	return err
}

// The services that are refused, and why.
var refused = map[string]string{
	"telegram": "is Telegram, which is what it shall replace: put the chat into TELEGRAM_CHATS",
	"logger":   "reaches nobody",
}

func newChannel(address secret.Text) (*channel, error) {
	u, err := url.Parse(address.Reveal())
	if err != nil || u.Host == "" {
		return nil, errors.New("is no address of a service")
	}
	service, _, _ := strings.Cut(u.Scheme, "+")
	switch {
	case refused[service] != "":
		return nil, errors.New(refused[service])
	case service == "matrix" && u.User.Username() != "":
		return nil, errors.New("is Matrix with a user, who would have to log in first: it needs an access token, as in matrix://:token@host")
	}
	sender, err := open(address.Reveal())
	if err != nil {
		return nil, err
	}
	return &channel{
		service: service, sender: sender, address: u, redact: newRedactor(address.Reveal()), busy: make(chan struct{}, 1),
	}, nil
}

// open makes the service. Its errors quote the address, so they are not passed on; for the same reason it logs nowhere.
func open(address string) (s types.Service, err error) {
	defer func() {
		if recover() != nil {
			err = errMalformed
		}
	}()
	router, err := shoutrrr.NewSender(log.New(io.Discard, "", 0))
	if err != nil {
		return nil, errMalformed
	}
	name, _, err := router.ExtractServiceName(address)
	if err != nil {
		return nil, errMalformed
	}
	if _, err := router.NewService(name); err != nil {
		return nil, errors.New("is of a service that is not known")
	}
	if s, err = router.Locate(address); err != nil {
		return nil, errMalformed
	}
	return s, nil
}

var errMalformed = errors.New("is not as its service wants it")

// try sends the text once. The service knows no context: one that hangs is left behind, and the channel takes nothing
// until it has come back.
func (c *channel) try(ctx context.Context, text string) error {
	select {
	case c.busy <- struct{}{}:
	default:
		return errors.New("an earlier message still hangs in it")
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	done := make(chan error, 1)
	go func() {
		err := c.send(text)
		<-c.busy
		done <- err
	}()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
		return fmt.Errorf("gave no answer in time: %w", ErrUncertain)
	}
}

func (c *channel) send(text string) (err error) {
	defer func() {
		if recover() != nil { // what it panics with may be the address; some do so where the network is down
			err = errors.New("the service's code panicked")
		}
	}()
	if err := c.sender.Send(text, c.params(text)); err != nil {
		// Not wrapped: the chain would carry the secrets along.
		return errors.New(c.redact.text(err.Error()))
	}
	return nil
}

// params are the title for services that have one of their own. To the others it would be a mistake; their texts begin
// with it. What the address says itself, stays.
func (c *channel) params(text string) *types.Params {
	title, _, _ := strings.Cut(text, "\n")
	given := c.address.Query()
	switch {
	case given.Has("title") || given.Has("subject"):
	case c.service == "smtp":
		return &types.Params{types.TitleKey: mime.QEncoding.Encode("utf-8", title)} // it writes the header as it is
	case c.service == "generic":
		return &types.Params{types.TitleKey: title}
	}
	return &types.Params{}
}
