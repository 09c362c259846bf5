package greenapi_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/simulator/instanceapi"
)

// past is a history in one line.
func past(history []greenapi.PastState) string {
	var out []string
	for _, p := range history {
		out = append(out, fmt.Sprintf("%d %s", p.At.Unix(), p.State))
	}
	return strings.Join(out, ", ")
}

func TestHistory(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		`[{"stateInstance":"authorized","timestamp":1700000000,"phoneNumber":"79001234567@c.us"}]`: "1700000000 authorized",
		`[{"stateInstance":"blocked","timestamp":30,"phoneNumber":79001234567},{"stateInstance":"notAuthorized","timestamp":20},
		  {"stateInstance":"authorized","timestamp":10}]`: "10 authorized, 20 notAuthorized, 30 blocked",
		`[{"stateInstance":"new state","timestamp":"30"},{"stateInstance":"b","timestamp":30},{"stateInstance":"c","timestamp":40}]`: "30 b, 30 new state, 40 c",
		`[{"stateInstance":"a","timestamp":1},5,null,{"stateInstance":7,"timestamp":2},{"stateInstance":" ","timestamp":3},
		  {"stateInstance":"b"},{"timestamp":4},{"stateInstance":"c","timestamp":-5},{"stateInstance":"d","timestamp":1.5},
		  {"stateInstance":"e","timestamp":1700000000000},{"stateInstance":"f","timestamp":0},{"stateInstance":"g","timestamp":[]}]`: "1 a",
		`[{"stateInstance":"a\u0000` + token + `","timestamp":1},{"stateInstance":"` + strings.Repeat("я", 99) + `","timestamp":2}]`: "1 ***, 2 " + strings.Repeat("я", 63) + "…",
	} {
		history, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).History(t.Context(), id, 100)
		if got := past(history); err != nil || got != want {
			t.Errorf("%s: %s, %v, want %s", body, got, err, want)
		}
	}
}

func TestHistoryNotOffered(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		status     int
		body       string
		notOffered bool
	}{
		"not found":       {404, nginx, true},
		"forbidden":       {403, "", true},
		"empty":           {200, "", true},
		"no entries":      {200, "[]", true},
		"null":            {200, "null", true},
		"no token":        {401, "", false},
		"bad gateway":     {502, "", false},
		"HTML":            {200, nginx, false},
		"an object":       {200, `{"status":false,"reason":"not ready"}`, false},
		"nothing of use":  {200, `[{"stateInstance":"a"}]`, false},
		"cut in the list": {200, `[{"stateInstance":"a","timestamp":1},`, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := newClient(t, greenapi.Options{HTTP: answering(test.status, test.body)}).History(t.Context(), id, 100)
			if isFault(t, err); errors.Is(err, greenapi.ErrNotOffered) != test.notOffered {
				t.Errorf("error is %v", err)
			}
		})
	}
}

func TestHistoryCount(t *testing.T) {
	t.Parallel()
	for asked, want := range map[int]string{-1: "1", 0: "1", 7: "7", 501: "500"} {
		c := newClient(t, greenapi.Options{HTTP: inProcess(func(r *http.Request) (*http.Response, error) {
			if got := r.URL.Query().Get("count"); got != want {
				t.Errorf("%d asked for as %s", asked, got)
			}
			return answering(404, "")(r)
		})})
		_, err := c.History(t.Context(), id, asked)
		isFault(t, err)
	}
}

func TestSimulatedHistory(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server, c := simulated(t, instanceapi.Options{}, instanceapi.WhatsApp)
		start := time.Now()
		for _, word := range []instanceapi.State{"starting", "notAuthorized", "suspended", "blocked", "authorized"} {
			time.Sleep(time.Minute)
			if err := server.Set(string(id), word); err != nil {
				t.Fatal(err)
			}
		}
		want := []greenapi.PastState{
			{At: start, State: monitor.Authorized},
			{At: start.Add(2 * time.Minute), State: monitor.NotAuthorized},
			{At: start.Add(4 * time.Minute), State: monitor.Blocked},
			{At: start.Add(5 * time.Minute), State: monitor.Authorized},
		}
		for _, count := range []int{100, 2} {
			history, err := c.History(t.Context(), id, count)
			if want := past(want[max(0, 4-count):]); err != nil || past(history) != want {
				t.Errorf("%s, %v, want %s", past(history), err, want)
			}
			time.Sleep(time.Second)
		}
	})
}
