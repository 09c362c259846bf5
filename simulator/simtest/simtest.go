// Package simtest fails a test when it or the simulator departs from the Bot API's schema.
//
// The schema (Bot API 10.3) is independent of both the simulator and its users; see schema/LICENSE.
package simtest

import (
	"encoding/json"
	"sync"
	"testing"

	"greenwatch/simulator/botapi"
)

// Checker checks what passes between a bot and a botapi.Server. It is safe for concurrent use.
type Checker struct {
	t testing.TB

	schemas *schemas

	mu   sync.Mutex
	over bool // the test has ended and takes no more errors
}

// New makes a checker that reports to t. One line attaches it:
//
//	server := botapi.New(simtest.New(t).Watch(botapi.Options{Token: token}))
func New(t testing.TB) *Checker {
	t.Helper()
	loaded, err := loadSchemas()
	if err != nil {
		t.Fatal(err)
	}
	c := &Checker{t: t, schemas: loaded}
	t.Cleanup(func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.over = true
	})
	return c
}

// Watch puts the checker into the options of a server, before the hooks that are there.
func (c *Checker) Watch(o botapi.Options) botapi.Options {
	request, update := o.OnRequest, o.OnUpdate
	o.OnRequest = func(r botapi.Request) {
		c.Request(r)
		if request != nil {
			request(r)
		}
	}
	o.OnUpdate = func(raw json.RawMessage) {
		c.Update(raw)
		if update != nil {
			update(raw)
		}
	}
	return o
}

// Request checks a request's parameters, and the message or chat member in its answer.
func (c *Checker) Request(r botapi.Request) {
	if err := c.schemas.request(r); err != nil {
		c.fail("the request %s is not the Bot API's: %v\nas sent: %v", r.Method, err, r.Params)
	}
	if r.Fault != "" {
		r.Result = r.Made // what a fault says is wrong on purpose
	}
	if err := c.result(r.Result); err != nil {
		c.fail("the simulator's answer to %s is not the Bot API's: %v\nanswer: %s", r.Method, err, r.Result)
	}
}

// Update checks an update.
func (c *Checker) Update(raw json.RawMessage) {
	if err := c.schemas.match(updateSchema, "TelegramUpdate", raw); err != nil {
		c.fail("the simulator's update is not the Bot API's: %v\nupdate: %s", err, raw)
	}
}

func (c *Checker) fail(format string, a ...any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.over {
		c.t.Errorf("simtest: "+format, a...)
	}
}

// result checks answers that the schema of updates knows.
func (c *Checker) result(raw json.RawMessage) error {
	var has struct {
		ID     *int    `json:"message_id"`
		Status *string `json:"status"`
	}
	_ = json.Unmarshal(raw, &has) // what has another shape, such as true, has neither
	switch {
	case has.ID != nil:
		return c.schemas.match(updateSchema, "TelegramMessage", raw)
	case has.Status != nil:
		return c.schemas.match(updateSchema, "TelegramChatMember", raw)
	}
	return nil
}
