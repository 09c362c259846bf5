package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"greenwatch/secret"
	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
)

// Both services quote what they were asked, tokens and all, in every part of their answers. Nothing of it is emitted:
// neither in what is stored, nor on a page; the search for secrets looks there too.
func TestServersThatQuoteTheToken(t *testing.T) {
	t.Parallel()
	for name, effect := range map[string]botapi.Effect{
		"a page":           botapi.Echo(http.StatusBadGateway, "text/html"),
		"no media type":    botapi.Echo(http.StatusBadGateway, ""),
		"a refusal":        botapi.Echo(http.StatusBadRequest, "application/json"),
		"Telegram's own":   botapi.Echo(http.StatusInternalServerError, "application/json"),
		"a redirect":       botapi.Echo(http.StatusFound, "text/html"),
		"a wrong redirect": botapi.Refuse(http.StatusBadGateway, "/bot"+strings.ReplaceAll(botToken, ":", "%3A")+"/%zz"),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inHouse(t, 2, func(t *testing.T, h *house) {
				h.pass(2 * time.Minute)
				broken := h.telegram.Inject(botapi.Fault{Effect: effect})
				for i, status := range []int{400, 401} {
					id := fmt.Sprint(7105000001 + i)
					if err := h.green.Break(instanceapi.InstanceScope(id), instanceapi.Fault{Kind: instanceapi.Echo, Status: status}); err != nil {
						t.Fatal(err)
					}
				}
				h.pass(5 * time.Minute)
				h.emitPages()
				if page := h.logged.String(); !strings.Contains(page, "telegram: getUpdates") {
					t.Error("nothing was said about Telegram's trouble")
				}
				broken.Off()
				h.green.Mend(instanceapi.InstanceScope(first))
				h.pass(5 * time.Minute)
			})
		})
	}
}

// An answer that is longer than it says makes net/http quote it, with whatever server sent it quotes, in the standard
// log. In no command does that show a token, or the password of the proxy in between.
func TestTheStandardLogShowsNoSecret(t *testing.T) {
	t.Parallel()
	w := newWard(t)
	w.telegram.Inject(botapi.Fault{Effect: botapi.Unsolicited()})
	if err := w.green.Break(instanceapi.WholeAPI, instanceapi.Fault{Kind: instanceapi.Unsolicited}); err != nil {
		t.Fatal(err)
	}
	const password = "proxy-password-0123"
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer conn.Close()
		_, _ = fmt.Fprintf(conn, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\nCannot GET %s as %v", r.URL, r.Header)
		_, _ = io.Copy(io.Discard, conn) // until the client has gone
	}))
	t.Cleanup(proxy.Close)
	for _, command := range []string{"", "doctor", "check"} {
		for _, way := range []string{"", strings.Replace(proxy.URL, "http://", "http://proxy-user:"+password+"@", 1)} {
			t.Run(command+" "+fmt.Sprint(way != ""), func(t *testing.T) {
				t.Parallel()
				settings := []string{"CHECK_SCHEDULE=@every 5s", "TELEGRAM_PROXY=" + way, "HTTP_ADDR=off", "DATABASE_URL=" + filepath.Join(t.TempDir(), "house.db")}
				for _, name := range []string{"TELEGRAM_BOT_TOKEN", "TELEGRAM_API_URL", "GREEN_API_URL", "TELEGRAM_OPERATORS", "TELEGRAM_CHATS", "GREEN_API_INSTANCES"} {
					settings = append(settings, name+"="+w.settings[name])
				}
				p := program(t, settings...)
				if command != "" {
					p.Args = append(p.Args, command)
				}
				time.AfterFunc(8*time.Second, func() { _ = p.Process.Signal(os.Interrupt) })
				out, _ := p.CombinedOutput() // it finds much to complain of
				for n, hidden := range []string{botToken[10:], apiToken("7105000001"), apiToken("7105000002"), password, "cHJveHktdXNlcjpwcm94eS1wYXNzd29yZC0wMTIz"} {
					if strings.Contains(string(out), hidden) {
						t.Errorf("secret %d is in:\n%s", n, out)
					}
				}
			})
		}
	}
}

// Whatever is set and secret is in the mask, in every form in which it may be quoted.
func TestTheMaskKnowsEverySecret(t *testing.T) {
	t.Parallel()
	cfg, _, err := loadConfig(environWith(
		"TELEGRAM_PROXY=socks5://somebody:proxy%21password@h:1 http://a:second-password@h",
		"DATABASE_URL=postgres://u:data%26base-pass@h/d?sslpassword=key-password-1",
		"HEARTBEAT_URL=https://hc.example/4a5b6c7d-heart-key", "FALLBACK_URLS=ntfy://:fall-back-pass1@ntfy.sh/topic",
		"WEBHOOK_TOKEN="+hookToken, "GATE_TOKEN="+gateToken,
	), noDotenv(t))
	if err != nil {
		t.Fatal(err)
	}
	var masked strings.Builder
	out := newMask(&masked, cfg)
	for _, s := range []string{
		"proxy!password", "proxy%21password", "second-password", "c29tZWJvZHk6cHJveHkhcGFzc3dvcmQ=", "data&base-pass", "data%26base-pass", `data\u0026base-pass`,
		"key-password-1", "4a5b6c7d-heart-key", "fall-back-pass1", hookToken, gateToken,
		strings.ReplaceAll(testBotToken, ":", "%3A"), strings.ReplaceAll(testBotToken, ":", "%253a"), strings.SplitN(testBotToken, ":", 2)[1],
	} {
		masked.Reset()
		if _, err := fmt.Fprintf(out, "<%s>", s); err != nil || masked.String() != "<"+secret.Mask+">" {
			t.Errorf("%s: %q, %v", s, masked.String(), err)
		}
	}
}
