package greenapi_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

// questions are all calls that change nothing, by the method that they ask.
var questions = map[string]func(context.Context, *greenapi.Client) error{
	"getMessagesCount": func(ctx context.Context, c *greenapi.Client) error {
		_, err := c.Messages(ctx, id)
		return err
	},
	"showMessagesQueue": func(ctx context.Context, c *greenapi.Client) error {
		_, _, err := c.Head(ctx, id)
		return err
	},
	"getSettings": func(ctx context.Context, c *greenapi.Client) error {
		_, err := c.Settings(ctx, id)
		return err
	},
	"getStateInstanceHistory": func(ctx context.Context, c *greenapi.Client) error {
		_, err := c.History(ctx, id, 100)
		return err
	},
	"receiveNotification": func(ctx context.Context, c *greenapi.Client) error {
		_, _, err := c.Receive(ctx, id)
		return err
	},
	"deleteNotification": func(ctx context.Context, c *greenapi.Client) error {
		_, err := c.Delete(ctx, id, 1)
		return err
	},
}

// faultOf is the fault that an error is, or fails the test; its text must be fit to be shown.
func faultOf(t *testing.T, err error) *greenapi.Fault {
	t.Helper()
	f, ok := errors.AsType[*greenapi.Fault](err)
	if !ok {
		t.Fatalf("error is %v", err)
	}
	shown(t, f.Error(), 200)
	if !strings.HasSuffix(f.Error(), ": "+f.Detail()) || f.Detail() == "" {
		t.Errorf("%q does not end with its detail", f.Error())
	}
	return f
}

// isFault fails the test unless an error is a fault that is fit to be shown.
func isFault(t *testing.T, err error) {
	t.Helper()
	_ = faultOf(t, err)
}

func TestFaultsOfQuestions(t *testing.T) {
	t.Parallel()
	nothing := monitor.Finding{Answer: monitor.NoAnswer}
	for method, ask := range questions {
		for name, test := range map[string]stateCase{
			"expired":         {400, expired, refused(monitor.Expired), "HTTP 400: " + expired},
			"deleted":         {400, "Instance is deleted", refused(monitor.Deleted), "HTTP 400: Instance is deleted"},
			"expired on 200":  {200, `{"status":false,"reason":"` + expired + `"}`, refused(monitor.Expired), ""},
			"not ready":       {400, "instance in starting process try later", nothing, "HTTP 400: instance in starting process try later"},
			"no token":        {401, "", refused(monitor.WrongToken), "HTTP 401"},
			"wrong address":   {403, `{"message":"Forbidden"}`, refused(monitor.WrongAddress), "HTTP 403: Forbidden"},
			"not found":       {404, nginx, refused(monitor.NotFound), "HTTP 404"},
			"path escaped":    {404, "Cannot GET " + url.PathEscape("/"+method+"/"+token) + " " + escaped(token), refused(monitor.NotFound), "HTTP 404: Cannot GET … …"},
			"path quoted":     {404, "Cannot GET /waInstance7105000017/" + method + "/" + token, refused(monitor.NotFound), "HTTP 404: Cannot GET …"},
			"throttled":       {429, "", monitor.Finding{Answer: monitor.Throttled}, "HTTP 429"},
			"bad gateway":     {502, nginx, nothing, "HTTP 502"},
			"gateway timeout": {504, nginx, nothing, "HTTP 504"},
			"HTML":            {200, nginx, nothing, "HTML, not JSON"},
			"truncated":       {200, `{"count":`, nothing, "not JSON"},
			"another object":  {200, `{"result":{"healthy":true},"message":"no"}`, nothing, ""},
			"an object as no": {200, `{"status":false,"reason":"instance is starting or not authorized"}`, nothing, ""},
			"number":          {200, `42`, nothing, ""},
			"word":            {200, `"` + token + `"`, nothing, ""},
		} {
			t.Run(method+"/"+name, func(t *testing.T) {
				t.Parallel()
				f := faultOf(t, ask(t.Context(), newClient(t, greenapi.Options{HTTP: answering(test.status, test.body)})))
				if f.Finding() != test.want || test.detail != "" && f.Detail() != test.detail {
					t.Errorf("%+v %q, want %+v %q", f.Finding(), f.Detail(), test.want, test.detail)
				}
				if !strings.HasPrefix(f.Error(), "greenapi: "+method+": ") {
					t.Errorf("error is %q", f.Error())
				}
			})
		}
	}
}

func TestQuestionsOfNobody(t *testing.T) {
	t.Parallel()
	c, err := greenapi.New(greenapi.Options{HTTP: inProcess(func(*http.Request) (*http.Response, error) {
		t.Error("a call was made")
		return nil, io.EOF
	})})
	if err != nil {
		t.Fatal(err)
	}
	for _, ask := range questions {
		if f := faultOf(t, ask(t.Context(), c)); f.Finding().Answer != monitor.NoAnswer {
			t.Errorf("%+v", f.Finding())
		}
	}
}

func TestQuestionsEnd(t *testing.T) {
	t.Parallel()
	for method, ask := range questions {
		for _, via := range []inProcess{silent, stuck} {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, greenapi.Options{HTTP: via})
				asked := time.Now()
				if f := faultOf(t, ask(t.Context(), c)); f.Detail() != "timed out after 30s" || f.Finding().Answer != monitor.NoAnswer {
					t.Errorf("%s: %v", method, f)
				}
				if took := time.Since(asked); took != 30*time.Second {
					t.Errorf("%s took %v", method, took)
				}
				ctx, cancel := context.WithCancel(t.Context())
				time.AfterFunc(time.Second, cancel)
				f := faultOf(t, ask(ctx, c))
				if f.Finding() != (monitor.Finding{}) || !errors.Is(f, context.Canceled) {
					t.Errorf("%s, given up: %v, %+v", method, f, f.Finding())
				}
			})
		}
	}
}

// breaking is a fault of this kind that no call outlasts.
func breaking(kind instanceapi.Kind) instanceapi.Fault {
	fault := instanceapi.Fault{Kind: kind, Body: `{"count":-1}`}
	if kind == instanceapi.Slow || kind == instanceapi.Drip {
		fault.Delay = 31 * time.Second
	}
	return fault
}

// Whatever goes wrong ends in a fault within the time-out, but that nothing is what an empty queue of notifications says.
func TestSimulatedFaultsOfQuestions(t *testing.T) {
	t.Parallel()
	for _, kind := range instanceapi.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			for method, ask := range questions {
				synctest.Test(t, func(t *testing.T) {
					server, c := simulated(t, instanceapi.Options{}, instanceapi.WhatsApp)
					if err := server.Break(instanceapi.InstanceScope(string(id)), breaking(kind)); err != nil {
						t.Fatal(err)
					}
					asked := time.Now()
					err := ask(t.Context(), c)
					if took := time.Since(asked); took > 31*time.Second {
						t.Errorf("%s took %s", method, took)
					}
					if method == "receiveNotification" && (kind == instanceapi.Null || kind == instanceapi.EmptyBody) {
						if err != nil {
							t.Error(err)
						}
						return
					}
					isFault(t, err)
				})
			}
		})
	}
}

func TestRequestsOfQuestions(t *testing.T) {
	t.Parallel()
	const base = "https://" + host + "/v3/waInstance7105000017/"
	for method, want := range map[string]string{
		"getMessagesCount":        "GET " + base + "getMessagesCount/" + token,
		"showMessagesQueue":       "GET " + base + "showMessagesQueue/" + token,
		"getSettings":             "GET " + base + "getSettings/" + token,
		"getStateInstanceHistory": "GET " + base + "getStateInstanceHistory/" + token + "?count=100",
		"receiveNotification":     "GET " + base + "receiveNotification/" + token + "?receiveTimeout=20",
		"deleteNotification":      "DELETE " + base + "deleteNotification/" + token + "/1",
	} {
		calls := 0
		c := newClient(t, greenapi.Options{
			Credentials: []greenapi.Credential{{ID: id, Token: secret.New(token), URL: "https://" + host + "/v3"}},
			HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
				calls++
				if got := r.Method + " " + r.URL.String(); got != want {
					t.Errorf("asked for %s, want %s", got, want)
				}
				return answering(502, "")(r)
			}),
		})
		isFault(t, questions[method](t.Context(), c))
		if calls != 1 {
			t.Errorf("%s: %d calls", method, calls)
		}
	}
}

// A redirect would carry the token elsewhere.
func TestQuestionsFollowNoRedirect(t *testing.T) {
	t.Parallel()
	for method, ask := range questions {
		synctest.Test(t, func(t *testing.T) {
			server := instanceapi.New(instanceapi.Options{})
			if err := server.Add(instanceapi.Instance{ID: string(id), Token: token}); err != nil {
				t.Fatal(err)
			}
			if err := server.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Redirect}); err != nil {
				t.Fatal(err)
			}
			calls := 0
			via := simulator.Transport(server)
			c := newClient(t, greenapi.Options{HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
				calls++
				return via.RoundTrip(r)
			})})
			if f := faultOf(t, ask(t.Context(), c)); f.Detail() != "HTTP 302" || calls != 1 {
				t.Errorf("%s: %v after %d calls", method, f, calls)
			}
		})
	}
}

// escaped is a text as a server may quote it that escapes some of it.
func escaped(s string) string {
	var out strings.Builder
	for i := range len(s) {
		if i%2 == 0 {
			fmt.Fprintf(&out, "%%%02x", s[i])
		} else {
			out.WriteByte(s[i])
		}
	}
	return url.QueryEscape(out.String())
}
