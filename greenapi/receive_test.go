package greenapi_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

func TestReceive(t *testing.T) {
	t.Parallel()
	changed := greenapi.Notification{Type: greenapi.StateChanged, Instance: id, At: time.Unix(1586700690, 0), State: monitor.NotAuthorized}
	other := greenapi.Notification{Type: greenapi.OtherNotification}
	for body, want := range map[string]greenapi.Received{
		``: {}, ` `: {}, "null\n": {},
		`{"receiptId":1234567,"body":` + changedBody + `}`:                                         {Receipt: 1234567, Notification: changed},
		`{"body":` + changedBody + `,"receiptId":"7"}`:                                             {Receipt: 7, Notification: changed},
		`{"receiptId":1,"body":{"typeWebhook":"quotaExceeded"}}`:                                   {Receipt: 1, Notification: other},
		`{"receiptId":1,"body":{"typeWebhook":"stateInstanceChanged"}}`:                            {Receipt: 1, Notification: other},
		`{"receiptId":1,"body":null}`:                                                              {Receipt: 1, Notification: other},
		`{"receiptId":1}`:                                                                          {Receipt: 1, Notification: other},
		`{"receiptId":1,"body":"` + strings.Repeat("text ", 100_000) + `"}`:                        {Receipt: 1, Notification: other},
		`{"receiptId":1,"body":` + strings.Repeat("[", 5_000) + strings.Repeat("]", 5_000) + "\n}": {Receipt: 1, Notification: other},
	} {
		got, some, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Receive(t.Context(), id)
		if err != nil || got != want || some != (want.Receipt != 0) {
			t.Errorf("%.60s: %+v, %v, %v, want %+v", body, got, some, err, want)
		}
	}
	for _, body := range []string{
		`{}`, `[]`, `{"receiptId":null,"body":null}`, `{"receiptId":1.5}`, `{"receiptId":-1}`, `{"receiptId":{}}`, `{"receiptId":1,"receiptId":2}`,
		`{"receiptId":1234567890123456789}`, `{"receiptId":1,"body":`, strings.Repeat("[", 20_000) + strings.Repeat("]", 20_000),
		`{"receiptId":1,"body":"` + strings.Repeat("text ", 250_000) + `"}`,
	} {
		_, some, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Receive(t.Context(), id)
		if isFault(t, err); some {
			t.Errorf("%.60s: received", body)
		}
	}
}

func TestDelete(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`{"result":true,"reason":""}`:      "true",
		`{"result":false,"reason":"gone"}`: "false",
		`{"result":"true"}`:                "no result in the answer",
		`{"result":null}`:                  "no result in the answer",
		`null`:                             "no result in the answer: null",
	} {
		deleted, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Delete(t.Context(), id, 1)
		got := fmt.Sprint(deleted)
		if err != nil {
			got = faultOf(t, err).Detail()
		}
		if got != want {
			t.Errorf("%s: %s, want %s", body, got, want)
		}
	}
}

func TestWebhookSet(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]bool{
		"Message cannot be received because custom webhook url is set": true,
		`{"message":"CUSTOM WEBHOOK URL IS SET"}`:                      true,
		"instance in starting process try later":                       false,
	} {
		c := newClient(t, greenapi.Options{HTTP: answering(400, body)})
		_, _, receiving := c.Receive(t.Context(), id)
		_, deleting := c.Delete(t.Context(), id, 1)
		for _, err := range []error{receiving, deleting} {
			if isFault(t, err); errors.Is(err, greenapi.ErrWebhookSet) != want {
				t.Errorf("%s: %v", body, err)
			}
		}
	}
}

// Some servers end an empty wait with a time-out of theirs; at once, it is a fault as any other.
func TestReceiveEndsInATimeout(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusRequestTimeout, http.StatusGatewayTimeout} {
		for wait, nothing := range map[time.Duration]bool{20 * time.Second: true, 19 * time.Second: false} {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, greenapi.Options{HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
					time.Sleep(wait)
					return answering(status, nginx)(r)
				})})
				if _, some, err := c.Receive(t.Context(), id); some || (err == nil) != nothing {
					t.Errorf("%d after %v: %v, %v", status, wait, some, err)
				}
			})
		}
	}
}

func TestReceiveTimeout(t *testing.T) {
	t.Parallel()
	for timeout, want := range map[time.Duration]string{
		time.Second: "5", 10 * time.Second: "6", 0: "20", 2 * time.Minute: "60",
	} {
		c := newClient(t, greenapi.Options{Timeout: timeout, HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
			if got := r.URL.Query().Get("receiveTimeout"); got != want {
				t.Errorf("%v: waits %s s, want %s", timeout, got, want)
			}
			return nil, io.EOF
		})})
		_, _, err := c.Receive(t.Context(), id)
		isFault(t, err)
	}
}

func TestSimulatedReceive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, c := simulated(t, instanceapi.Options{}, instanceapi.WhatsApp)
		if o := c.SetSettings(t.Context(), id, greenapi.SettingsChange{StateWebhook: new(true)}); o.Kind != monitor.OutcomeAccepted {
			t.Fatalf("%+v", o)
		}
		take := func(want monitor.State) {
			t.Helper()
			got, some, err := c.Receive(t.Context(), id)
			if err != nil || !some || got.Notification.State != want || got.Notification.Instance != id || got.Notification.At.IsZero() {
				t.Fatalf("%+v, %v, %v, want %s", got, some, err, want)
			}
			for _, want := range []bool{true, false} {
				if deleted, err := c.Delete(t.Context(), id, got.Receipt); err != nil || deleted != want {
					t.Errorf("deleted: %v, %v", deleted, err)
				}
			}
		}
		time.Sleep(31 * time.Second)
		take(monitor.Authorized)
		asked := time.Now()
		if _, some, err := c.Receive(t.Context(), id); some || err != nil || time.Since(asked) != 20*time.Second {
			t.Errorf("%v, %v after %v", some, err, time.Since(asked))
		}
		time.AfterFunc(7*time.Second, func() { _ = server.Set(string(id), instanceapi.Blocked) })
		asked = time.Now()
		take(monitor.Blocked)
		if took := time.Since(asked); took != 7*time.Second {
			t.Errorf("after %v", took)
		}
		if o := c.SetSettings(t.Context(), id, greenapi.SettingsChange{WebhookURL: new("https://a.example")}); o.Kind != monitor.OutcomeAccepted {
			t.Fatalf("%+v", o)
		}
		time.Sleep(31 * time.Second)
		if _, _, err := c.Receive(t.Context(), id); !errors.Is(err, greenapi.ErrWebhookSet) {
			t.Errorf("with a webhook: %v", err)
		}
	})
}

// What the simulated API posts is what ParseNotification reads.
func TestSimulatedWebhook(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, c := simulated(t, instanceapi.Options{}, instanceapi.Telegram)
		var got []string
		endpoint := http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			n, err := greenapi.ParseNotification(body)
			if err != nil || n.Instance != id || time.Since(n.At) > time.Second {
				t.Errorf("%s: %+v, %v", body, n, err)
			}
			got = append(got, n.Type+" "+string(n.State))
		})
		var delivering sync.WaitGroup
		delivering.Go(func() { server.Deliver(t.Context(), simulator.Transport(endpoint)) })
		c.SetSettings(t.Context(), id, greenapi.SettingsChange{StateWebhook: new(true), WebhookURL: new("https://a.example")})
		time.Sleep(time.Minute)
		for _, err := range []error{
			server.SetTelling(string(id), instanceapi.Telling{NoWid: true}), server.Set(string(id), "brandNew"),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if got := strings.Join(got, ", "); got != "stateInstanceChanged authorized, stateInstanceChanged brandNew" {
			t.Errorf("posted %s", got)
		}
	})
}
