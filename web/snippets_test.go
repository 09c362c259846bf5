package web

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"greenwatch/monitor"
)

// requireSnippets makes an interpreter that is missing a failure, as in CI; elsewhere its snippet is skipped.
const requireSnippets = "GREENWATCH_REQUIRE_SNIPPETS"

// languages are the headings: what runs the code below, what else that needs, and the file's name.
var languages = map[string]struct {
	tools []string
	file  string
}{
	"curl": {[]string{"sh", "curl", "grep"}, "gate.sh"}, "Python": {[]string{"python3"}, "gate.py"},
	"JavaScript": {[]string{"node"}, "gate.js"}, "PHP": {[]string{"php"}, "gate.php"},
	"Go": {[]string{"go"}, "gate.go"}, "nginx": {[]string{"nginx"}, "locations.conf"}, "nginx in front": {[]string{"nginx"}, "locations.conf"},
}

// program is a snippet of a document, made ready to run.
type program struct {
	args []string
	env  []string
}

// snippet takes the first block of code below a heading of the third level, and makes a program of it.
func snippet(t *testing.T, document, heading string) program {
	t.Helper()
	l := languages[heading]
	for _, tool := range l.tools {
		find(t, tool)
	}
	file := filepath.Join(t.TempDir(), l.file)
	write(t, file, block(t, document, heading))
	if heading != "Go" {
		return program{args: []string{find(t, l.tools[0]), file}}
	}
	built := filepath.Join(t.TempDir(), "main.exe")
	build := exec.CommandContext(t.Context(), find(t, "go"), "build", "-o", built, file)
	build.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	if said, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, said)
	}
	return program{args: []string{built}}
}

func block(t *testing.T, document, heading string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "docs", document))
	if err != nil {
		t.Fatal(err)
	}
	_, below, found := strings.Cut(string(text), "\n### "+heading+"\n")
	_, fenced, opened := strings.Cut(below, "\n```")
	_, code, begun := strings.Cut(fenced, "\n")
	code, _, closed := strings.Cut(code, "```\n")
	if !found || !opened || !begun || !closed {
		t.Fatalf("docs/%s has no code below %q", document, heading)
	}
	return code
}

func find(t *testing.T, tool string) string {
	t.Helper()
	path, err := exec.LookPath(tool)
	if err != nil && os.Getenv(requireSnippets) != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	return path
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// run gives what the program prints.
func (p program) run(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	run := exec.CommandContext(t.Context(), p.args[0], append(p.args[1:len(p.args):len(p.args)], args...)...)
	run.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + os.Getenv("HOME")}, p.env...)
	run.Stdin = strings.NewReader(stdin)
	var errors strings.Builder
	run.Stderr = &errors
	said, err := run.Output()
	if err != nil || errors.Len() > 0 {
		t.Errorf("%v\n%s", err, errors.String())
	}
	return string(said)
}

// loopback serves a handler until the test ends.
func loopback(t *testing.T, h http.Handler) string {
	t.Helper()
	s := httptest.NewServer(h)
	t.Cleanup(s.Close)
	return s.URL
}

// nobody is an address at which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	var config net.ListenConfig
	l, err := config.Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = l.Close()
	return "http://" + l.Addr().String()
}

// says is somebody who stands in the gate's place.
func says(status int, body string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	})
}

func silent() http.Handler {
	return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
}

func TestGateSnippets(t *testing.T) {
	t.Parallel()
	b := newBoard()
	for id, g := range map[monitor.InstanceID]Gate{"1": open, "2": closed, "3": {Reason: `"open":true`}, "4": {Open: true, State: `{"open":false}`}} {
		b.set(id, g)
	}
	plain := loopback(t, New(Options{Gate: GateOptions{Gates: b}}))
	locked := loopback(t, New(Options{Gate: GateOptions{Gates: b, Token: token(gateToken)}}))
	tests := map[string]struct{ url, token, id, want string }{
		"open":           {plain, "", "1", "send"},
		"closed":         {plain, "", "2", "wait"},
		"closed, a trap": {plain, "", "3", "wait"},
		"open, a trap":   {plain, "", "4", "send"},
		"unknown":        {plain, "", "99", "send"},
		"right token":    {locked, gateToken, "2", "wait"},
		"wrong token":    {locked, "x", "2", "send"},
		"away":           {nobody(t), "", "2", "send"},
		"silent":         {loopback(t, silent()), "", "2", "send"},
		"a proxy's page": {loopback(t, says(503, "<html>503</html>")), "", "2", "send"},
		"null":           {loopback(t, says(503, "null")), "", "2", "send"},
		"another object": {loopback(t, says(503, `{"status":false}`)), "", "2", "send"},
	}
	for _, language := range []string{"curl", "Python", "JavaScript", "PHP", "Go"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			p := snippet(t, "gate.md", language)
			var silence sync.WaitGroup
			defer silence.Wait()
			for name, tt := range tests {
				ask := func() {
					asks := program{args: p.args, env: []string{"GATE_URL=" + tt.url, "GATE_TOKEN=" + tt.token}}
					if got := asks.run(t, "", tt.id); got != tt.want+"\n" {
						t.Errorf("%s: it says %q, want %q", name, got, tt.want)
					}
				}
				if name == "silent" { // two seconds beside the others
					silence.Go(ask)
				} else {
					ask()
				}
			}
		})
	}
}

// TestWhatIsWritten looks the answers of the gate, and the reasons of the webhook, up in the documents.
func TestWhatIsWritten(t *testing.T) {
	t.Parallel()
	withoutQueue, _, _ := strings.Cut(closedSaid, `,"queued"`) // nothing counts what waits yet
	withoutQueue += "}"
	wanted := map[string][]string{"gate.md": {openSaid, withoutQueue}}
	for reason, status := range statuses {
		wanted["webhook.md"] = append(wanted["webhook.md"], fmt.Sprintf("| `%s` | %d |", reason, status))
	}
	for document, texts := range wanted {
		page, err := os.ReadFile(filepath.Join("..", "docs", document))
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range texts {
			if !strings.Contains(string(page), text) {
				t.Errorf("docs/%s does not say %s", document, text)
			}
		}
	}
}
