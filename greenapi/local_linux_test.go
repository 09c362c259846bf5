package greenapi_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"syscall"
	"testing"
	"time"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/secret"
)

const withoutFiles = "GREENAPI_TEST_WITHOUT_FILES"

// A process that may open no more files asks nobody, and says so: by address and by name, which the resolver must look up.
func TestNoFilesLeft(t *testing.T) {
	t.Parallel()
	if os.Getenv(withoutFiles) == "" {
		alone := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestNoFilesLeft$", "-test.v")
		alone.Env = append(os.Environ(), withoutFiles+"=1")
		if out, err := alone.CombinedOutput(); err != nil {
			t.Errorf("%v:\n%s", err, out)
		}
		return
	}
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	client, err := greenapi.New(greenapi.Options{Timeout: 5 * time.Second, Credentials: []greenapi.Credential{
		{ID: "7105000001", Token: secret.New("tok1ffffffff"), URL: server.URL},
		{ID: "7105000002", Token: secret.New("tok2ffffffff"), URL: "http://greenwatch.invalid"},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r := client.State(t.Context(), "7105000001"); r.Answer != monitor.Refused {
		t.Fatalf("with files left: %+v", r)
	}
	client.CloseIdleConnections()
	server.CloseClientConnections()
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	var open []*os.File
	limit.Cur = 64
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	exhaust := func() { // again before each call: the server's end of a connection closes when it likes
		for f, err := os.Open(os.DevNull); err == nil; f, err = os.Open(os.DevNull) {
			open = append(open, f)
		}
	}
	for _, id := range []monitor.InstanceID{"7105000001", "7105000002"} {
		exhaust()
		if r := client.State(t.Context(), id); r.Answer != monitor.Unasked {
			t.Errorf("%s without files: %+v", id, r)
		}
		exhaust()
		if o := client.Reboot(t.Context(), id); o.Kind != monitor.OutcomeRefused {
			t.Errorf("%s: a reboot without files: %+v", id, o)
		}
	}
	for _, f := range open {
		_ = f.Close()
	}
	if r := client.State(t.Context(), "7105000001"); r.Answer != monitor.Refused {
		t.Errorf("with files again: %+v", r)
	}
	if r := client.State(t.Context(), "7105000002"); r.Answer != monitor.NoAnswer {
		t.Errorf("a host that does not exist: %+v", r)
	}
}
