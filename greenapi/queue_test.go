package greenapi_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/greenapi"
	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

func TestMessages(t *testing.T) {
	t.Parallel()
	const none = -1
	for body, want := range map[string]int{
		`{"count":0}`:                        0,
		`{"count":143}`:                      143,
		"{\"\u0441ount\":8412}":              8412,
		`{"\u0441ount":7}`:                   7,
		`{"COUNT":7}`:                        7,
		`{"count":"12"}`:                     12,
		` { "a":[1], "count" : 5 } `:         5,
		"{\"count\":3,\"\u0441ount\":3}":     3,
		`{"count":3,"count":3}`:              3,
		`{"count":999999999999999999}`:       999999999999999999,
		"{\"count\":3,\"\u0441ount\":4}":     none,
		"{\"count\":\"x\",\"\u0441ount\":4}": none,
		"{\"count\":4,\"\u0441ount\":null}":  none,
		`{"count":3,"count":4}`:              none,
		`{"count":-1}`:                       none,
		`{"count":-0}`:                       none,
		`{"count":1.0}`:                      none,
		`{"count":1e3}`:                      none,
		`{"count":+1}`:                       none,
		`{"count":" 1"}`:                     none,
		`{"count":""}`:                       none,
		`{"count":"\u0000"}`:                 none,
		`{"count":1000000000000000000}`:      none,
		`{"count":1` + zeros + `}`:           none,
		`{"count":null}`:                     none,
		`{"count":true}`:                     none,
		`{"count":[1]}`:                      none,
		`{"count":{"count":1}}`:              none,
		`[{"count":1}]`:                      none,
		`{"statusCode":401}`:                 none,
		`{}`:                                 none,
		`null`:                               none,
		`5`:                                  none,
		``:                                   none,
		`{"count":5`:                         none,
		"{\"count\":5}\x00":                  none,
	} {
		got, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Messages(t.Context(), id)
		switch {
		case want == none:
			isFault(t, err)
		case err != nil || got != want:
			t.Errorf("%s: %d, %v, want %d", body, got, err, want)
		}
	}
}

var zeros = strings.Repeat("0", 60_000)

func TestHead(t *testing.T) {
	t.Parallel()
	const private = "Meet me at five"
	for body, want := range map[string]string{
		`[]`:                                     " 0 <nil>",
		" \r\n\t[ ] \n":                          " 0 <nil>",
		`[{"messageID":"3EB01"}]`:                "3EB01 1 <nil>",
		`[{"idMessage":"T1","type":"text"},{}]`:  "T1 2 <nil>",
		`[{"messagesIDs":["A","B"]},{},5]`:       "A 3 <nil>",
		`[{"messageID":"","messagesIDs":["B"]}]`: "B 1 <nil>",
		`[{"messageID":5,"idMessage":"T5"}]`:     "T5 1 <nil>",
		`[{"messageID":"M","body":{"message":"` + private + `","messageID":"x"}}]`: "M 1 <nil>",
		`[{"messageID":"` + strings.Repeat("я", 99) + `"}]`:                        strings.Repeat("я", 63) + "… 1 <nil>",
		`[{"messageID":"a\u0000b"}]`:                                               "a\ufffdb 1 <nil>",
		`[{"type":"` + private + `"}]`:                                             "no message id in the queue",
		`["` + private + `"]`:                                                      "no message id in the queue",
		`[null]`:                                                                   "no message id in the queue",
		`[{"messagesIDs":[]}]`:                                                     "no message id in the queue",
		`[{"messageID":"M"}`:                                                       "not JSON",
		`[{"messageID":"M"},`:                                                      "not JSON",
		`[{"messageID":"M"},]`:                                                     "not JSON",
		`[{"messageID":"M"}}`:                                                      "not JSON",
		`[{"messageID":"M"}][]`:                                                    "not JSON",
		`[{"messageID":"M"}]x`:                                                     "not JSON",
		`[` + private:                                                              "not JSON",
		`[`:                                                                        "not JSON",
		strings.Repeat("[", 100_000):                                               "not JSON",
		``:                                                                         "empty answer",
		` `:                                                                        "empty answer",
		`null`:                                                                     "no queue in the answer: null",
		`{"messageID":"M"}`:                                                        "no queue in the answer",
		`{"message":"` + private + `"}`:                                            "no queue in the answer: " + private,
		`{` + strings.Repeat(" ", 65<<10):                                          "answer over 64 KiB",
	} {
		head, count, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Head(t.Context(), id)
		got := fmt.Sprint(head, " ", count, " ", err)
		if err != nil {
			got = faultOf(t, err).Detail()
			if head != "" || count != 0 {
				t.Errorf("%.60s: %q and %d beside %v", body, head, count, err)
			}
		}
		if got != want {
			t.Errorf("%.60s: %q, want %q", body, got, want)
		}
	}
}

// Of a queue that is too large, what could be read is told: the head is what matters.
func TestHeadOfALargeQueue(t *testing.T) {
	t.Parallel()
	long := `{"messageID":"M","body":{"message":"` + strings.Repeat("long ", 20_000) + `"}}`
	body := "[" + long + strings.Repeat(","+long, 44) + "]"
	head, count, err := newClient(t, greenapi.Options{HTTP: answering(200, body)}).Head(t.Context(), id)
	if want := 4 << 20 / len(long); err != nil || head != "M" || count < want-1 || count > want+1 {
		t.Errorf("%q, %d of 45, %v, want about %d", head, count, err, want)
	}
	if head, _, err := newClient(t, greenapi.Options{HTTP: answering(502, body)}).Head(t.Context(), id); err == nil {
		t.Errorf("%q out of a 502", head)
	}
	_, _, err = newClient(t, greenapi.Options{HTTP: answering(200, `[{"a":"`+strings.Repeat("long ", 1<<20)+`"}]`)}).Head(t.Context(), id)
	if f := faultOf(t, err); f.Detail() != "answer over 4096 KiB" {
		t.Errorf("a first message that is too large: %v", f)
	}
}

func TestSimulatedQueue(t *testing.T) {
	t.Parallel()
	for _, line := range []instanceapi.Line{instanceapi.WhatsApp, instanceapi.Telegram, instanceapi.MAX} {
		synctest.Test(t, func(t *testing.T) {
			server, c := simulated(t, instanceapi.Options{}, line)
			look := func(wantHead bool, wantShown, wantCount int) string {
				t.Helper()
				time.Sleep(10 * time.Second)
				head, shown, err := c.Head(t.Context(), id)
				if err != nil || (head != "") != wantHead || shown != wantShown {
					t.Errorf("%s: head %q of %d, %v", line, head, shown, err)
				}
				if n, err := c.Messages(t.Context(), id); err != nil || n != wantCount {
					t.Errorf("%s: %d wait, %v, want %d", line, n, err, wantCount)
				}
				return head
			}
			look(false, 0, 0)
			if err := server.Set(string(id), instanceapi.Blocked); err != nil {
				t.Fatal(err)
			}
			if err := server.Enqueue(string(id), 600, 0); err != nil {
				t.Fatal(err)
			}
			first := look(true, 500, 600)
			if err := server.HoldQueue(string(id), true); err != nil {
				t.Fatal(err)
			}
			if err := server.Set(string(id), instanceapi.Authorized); err != nil {
				t.Fatal(err)
			}
			if again := look(true, 500, 600); again != first {
				t.Errorf("the head moved from %s to %s, though the queue is held", first, again)
			}
			if err := server.HoldQueue(string(id), false); err != nil {
				t.Fatal(err)
			}
			time.Sleep(200 * time.Second)
			if moved := look(true, 390, 390); moved == first {
				t.Errorf("the head is still %s", first)
			}
			if err := server.Set(string(id), instanceapi.Blocked); err != nil {
				t.Fatal(err)
			}
			time.Sleep(24 * time.Hour)
			look(false, 0, 0)
		})
	}
}

func TestSimulatedCyrillicCount(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		server := instanceapi.New(instanceapi.Options{})
		in := instanceapi.Instance{ID: string(id), Token: token, State: instanceapi.Blocked, CyrillicCount: true}
		if err := server.Add(in); err != nil {
			t.Fatal(err)
		}
		if err := server.Enqueue(string(id), 8412, 0); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		c := newClient(t, greenapi.Options{HTTP: simulator.Transport(server)})
		if n, err := c.Messages(t.Context(), id); err != nil || n != 8412 {
			t.Errorf("%d wait, %v", n, err)
		}
	})
}
