package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// asked calls the program with these arguments and settings, and gives its exit code and what it says.
func asked(t *testing.T, p *exec.Cmd, args ...string) (int, string) {
	t.Helper()
	p.Args = append(p.Args, args...)
	out, err := p.CombinedOutput()
	if p.ProcessState == nil {
		t.Fatal(err)
	}
	return p.ProcessState.ExitCode(), string(out)
}

// listening is the address at which /healthz answers with this status.
func listening(t *testing.T, status int) string {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/healthz":
			w.WriteHeader(status)
		case "/readyz":
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = w.Write([]byte(`{"chats":"nobody can be told: chat -100"}`))
		default:
			t.Errorf("asked for %s", r.URL.Path)
		}
	}))
	t.Cleanup(s.Close)
	return s.Listener.Addr().String()
}

// Only HTTP_ADDR is heeded: the token is refused by every other command.
func TestHealth(t *testing.T) {
	t.Parallel()
	alive, ill := listening(t, http.StatusOK), listening(t, http.StatusInternalServerError)
	_, port, _ := strings.Cut(alive, ":")
	for name, c := range map[string]struct {
		setting string
		code    int
		says    string
	}{
		"alive":          {"HTTP_ADDR=" + alive, 0, "is alive, but: nobody can be told: chat -100"},
		"all interfaces": {"HTTP_ADDR=:" + port, 0, "is alive"},
		"ill":            {"HTTP_ADDR=" + ill, 1, "500"},
		"nobody":         {"HTTP_ADDR=127.0.0.1:1", 1, "connection refused"},
		"off":            {"HTTP_ADDR=off", 2, "cannot be asked"},
		"wrong":          {"HTTP_ADDR=8080", 1, "HTTP_ADDR: is not an address"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			code, says := asked(t, program(t, "TELEGRAM_BOT_TOKEN=wrong", c.setting), "health")
			if code != c.code || !strings.Contains(says, c.says) {
				t.Errorf("exit code %d, want %d, and %q:\n%s", code, c.code, c.says, says)
			}
		})
	}
}

// The settings come from where the service has them, and else from .env.
func TestHealthReadsTheSettings(t *testing.T) {
	t.Parallel()
	alive := listening(t, http.StatusOK)
	for _, name := range []string{".env", settingsName} {
		p := program(t)
		for i, setting := range p.Env {
			if strings.HasPrefix(setting, "HTTP_ADDR=") {
				p.Env[i] = "UNUSED="
			}
		}
		if name == settingsName {
			p.Env = append(p.Env, "CREDENTIALS_DIRECTORY="+p.Dir)
		}
		write(t, filepath.Join(p.Dir, name), []byte("HTTP_ADDR="+alive+"\n"))
		if code, says := asked(t, p, "health"); code != 0 {
			t.Errorf("%s: exit code %d:\n%s", name, code, says)
		}
	}
}
