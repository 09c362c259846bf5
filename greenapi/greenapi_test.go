package greenapi_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"greenwatch/dial/dialtest"
	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
)

func TestMain(m *testing.M) {
	dialtest.Install()
	goleak.VerifyTestMain(m)
}

const id monitor.InstanceID = "7105000017"

const (
	token = "d75bTESTtestTESTtestTESTtestTESTtestTESTtestTEST45"
	host  = "7105.api.greenapi.test"
)

// inProcess answers requests without a network.
type inProcess func(*http.Request) (*http.Response, error)

func (f inProcess) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// answering gives every request the same answer.
func answering(status int, body string) inProcess {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

func credential() greenapi.Credential {
	return greenapi.Credential{ID: id, Token: secret.New(token), URL: "https://" + host}
}

func newClient(t testing.TB, o greenapi.Options) *greenapi.Client {
	t.Helper()
	if o.Credentials == nil {
		o.Credentials = []greenapi.Credential{credential()}
	}
	c, err := greenapi.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.CloseIdleConnections)
	return c
}
