package instanceapi_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/simulator"
	"greenwatch/simulator/instanceapi"
)

const (
	number = "7105187566"
	token  = "d75b0000000000000000000000000000000000000000002345"
)

// bench is an API with one instance and a client that calls it in the process.
type bench struct {
	t      *testing.T
	api    *instanceapi.Server
	client *http.Client
}

// virtual runs fn in a bubble, where time passes only while everybody waits.
func virtual(t *testing.T, o instanceapi.Options, fn func(b *bench)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) { fn(newBench(t, o)) })
}

func newBench(t *testing.T, o instanceapi.Options) *bench {
	t.Helper()
	b := &bench{t: t, api: instanceapi.New(o)}
	b.client = &http.Client{
		Transport:     simulator.Transport(b.api),
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	b.must(b.api.Add(instanceapi.Instance{ID: number, Token: token, Name: "Front desk"}))
	return b
}

func (b *bench) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// reply is an answer that was read to its end, or the error that came instead.
type reply struct {
	status int
	body   string
	header http.Header
	err    error
}

func (b *bench) do(ctx context.Context, verb, path, body string) reply {
	b.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = "https://7105.api.greenapi.com" + path
	}
	req, err := http.NewRequestWithContext(ctx, verb, address, strings.NewReader(body))
	b.must(err)
	res, err := b.client.Do(req)
	if err != nil {
		var withURL *url.Error // holds the token
		if errors.As(err, &withURL) {
			err = withURL.Err
		}
		return reply{err: err}
	}
	defer func() { _ = res.Body.Close() }()
	read, err := io.ReadAll(res.Body)
	return reply{res.StatusCode, string(read), res.Header, err}
}

func (b *bench) get(method string) reply {
	b.t.Helper()
	return b.do(b.t.Context(), http.MethodGet, path(method), "")
}

func (b *bench) post(method, body string) reply {
	b.t.Helper()
	return b.do(b.t.Context(), http.MethodPost, path(method), body)
}

func path(method string) string { return "/waInstance" + number + "/" + method + "/" + token }

// state asks for the state a second after the last call, so that the limiter has no objection.
func (b *bench) state() string {
	b.t.Helper()
	time.Sleep(time.Second)
	r := b.get("getStateInstance")
	word, found := strings.CutPrefix(r.body, `{"stateInstance":"`)
	if r.status != http.StatusOK || !found {
		return r.body
	}
	return strings.TrimSuffix(word, `"}`)
}

func (b *bench) expectState(want string) {
	b.t.Helper()
	if got := b.state(); got != want {
		b.t.Errorf("state is %s, want %s", got, want)
	}
}

func (b *bench) expect(r reply, status int, body string) {
	b.t.Helper()
	if r.err != nil || r.status != status || r.body != body {
		b.t.Errorf("answer is %d %q (%v), want %d %q", r.status, r.body, r.err, status, body)
	}
}

func (b *bench) snapshot() instanceapi.Snapshot {
	b.t.Helper()
	v, err := b.api.Snapshot(number)
	b.must(err)
	return v
}

func (b *bench) counters() instanceapi.Counters {
	b.t.Helper()
	v, err := b.api.Counters(number)
	b.must(err)
	return v
}
