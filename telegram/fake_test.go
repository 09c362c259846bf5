package telegram

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"testing"
	"time"

	"greenwatch/secret"
)

const (
	testKey   = "AAEhBOweik6ad9r_QXMENQjcrGbqCr4K-bc"
	testToken = "987654321:" + testKey
)

// call is a request as the fake saw it.
type call struct {
	method string
	at     time.Time
	form   url.Values
	files  map[string]string // part name to content
	ctx    context.Context
}

// reply is what the fake answers: a body with a status and a type, or an error of the connection.
type reply struct {
	status int
	kind   string
	body   string
	err    error
	hang   bool // until the caller gives up

	location string // of a redirect
}

func ok(result string) reply {
	return reply{status: 200, body: `{"ok":true,"result":` + result + `}`}
}

func refuse(code int, description, parameters string) reply {
	if parameters != "" {
		parameters = `,"parameters":` + parameters
	}
	return reply{status: code, body: fmt.Sprintf(`{"ok":false,"error_code":%d,"description":%q%s}`, code, description, parameters)}
}

// fake is a Bot API in the process, whose answers each test writes itself.
type fake struct {
	mu     sync.Mutex
	calls  []call
	answer func(call) reply
}

func (f *fake) RoundTrip(r *http.Request) (*http.Response, error) {
	defer func() { _ = r.Body.Close() }()
	c := call{method: path.Base(r.URL.Path), at: time.Now(), files: map[string]string{}, ctx: r.Context()}
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		if err := r.ParseMultipartForm(1 << 20); err != nil {
			return nil, err
		}
		for name, parts := range r.MultipartForm.File {
			file, err := parts[0].Open()
			if err != nil {
				return nil, err
			}
			content, _ := io.ReadAll(file)
			c.files[name] = parts[0].Filename + ":" + string(content)
		}
	} else if err := r.ParseForm(); err != nil {
		return nil, err
	}
	c.form = r.PostForm
	f.mu.Lock()
	f.calls = append(f.calls, c)
	f.mu.Unlock()

	a := f.answer(c)
	if a.hang {
		<-r.Context().Done()
		return nil, r.Context().Err()
	}
	if a.err != nil {
		return nil, a.err
	}
	if a.kind == "" {
		a.kind = "application/json"
	}
	return &http.Response{
		StatusCode: a.status, Header: http.Header{"Content-Type": {a.kind}, "Location": {a.location}}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r,
	}, nil
}

// of gives the calls of one method.
func (f *fake) of(method string) []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	var found []call
	for _, c := range f.calls {
		if c.method == method {
			found = append(found, c)
		}
	}
	return found
}

// replies answers one after another, and the last for ever.
func replies(list ...reply) func(call) reply {
	var mu sync.Mutex
	return func(call) reply {
		mu.Lock()
		defer mu.Unlock()
		next := list[0]
		if len(list) > 1 {
			list = list[1:]
		}
		return next
	}
}

func newFake(t *testing.T, answer func(call) reply) (*Client, *fake) {
	t.Helper()
	return newFakeWith(t, Options{}, answer)
}

func newFakeWith(t *testing.T, o Options, answer func(call) reply) (*Client, *fake) {
	t.Helper()
	f := &fake{answer: answer}
	o.Token, o.HTTP = secret.New(testToken), f
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c, f
}
