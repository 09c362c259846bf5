package main

import (
	"errors"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"greenwatch/simulator/botapi"
	"greenwatch/simulator/instanceapi"
	"greenwatch/storage"
)

// TestScripts runs the commands as people call them, beside simulated services: testdata/script/*.txtar. Beside
// testscript's own commands there are:
//
//	exits CODE COMMAND ARGS...   runs a command that ends with CODE
//	state ID STATE               makes an instance answer that from now on
//	hold FILE, release           opens a database as a greenwatch that runs on it, and closes it
func TestScripts(t *testing.T) {
	t.Parallel()
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	if runtime.GOOS == "windows" {
		t.Skip("needs symbolic links")
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup:               func(e *testscript.Env) error { return setUpScript(e, program) },
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"exits": exits,
			"state": func(ts *testscript.TestScript, _ bool, args []string) {
				green := ts.Value(greenKey{}).(*instanceapi.Server)
				ts.Check(green.Set(args[0], instanceapi.State(args[1])))
			},
			"hold": func(ts *testscript.TestScript, _ bool, args []string) {
				s, err := storage.Open(t.Context(), storage.Options{URL: ts.MkAbs(args[0])})
				ts.Check(err)
				ts.Value(heldKey{}).(*held).store = s
			},
			"release": func(ts *testscript.TestScript, _ bool, _ []string) { ts.Value(heldKey{}).(*held).release() },
		},
	})
}

// greenKey and heldKey are where a script's Env keeps things.
type (
	greenKey struct{}
	heldKey  struct{}
)

type held struct{ store *storage.Store }

func (h *held) release() {
	if h.store != nil {
		_ = h.store.Close()
	}
	h.store = nil
}

// setUpScript gives a script the program, its services, and $BOT_TOKEN, $SHOP and $SUPPORT to name in settings.
func setUpScript(e *testscript.Env, program string) error {
	bin := filepath.Join(e.WorkDir, ".bin")
	if err := os.Mkdir(bin, 0o755); err != nil {
		return err
	}
	if err := os.Symlink(program, filepath.Join(bin, "greenwatch")); err != nil {
		return err
	}
	api, green := botapi.New(botapi.Options{Token: botToken, Username: "watch_bot"}), instanceapi.New(instanceapi.Options{PartnerToken: partnerToken})
	api.AddChat(botapi.Chat{ID: opsGroup, Kind: botapi.Supergroup, Title: "Ops", Members: []botapi.Person{operator}})
	api.Open(operator)
	for _, id := range []string{"7105000001", "7105000002"} {
		if err := green.Add(instanceapi.Instance{ID: id, Token: instanceapi.Secret(apiToken(id))}); err != nil {
			return err
		}
	}
	telegram, instances := httptest.NewServer(api), httptest.NewServer(green)
	h := &held{}
	e.Values[greenKey{}], e.Values[heldKey{}] = green, h
	e.Defer(telegram.Close)
	e.Defer(instances.Close)
	e.Defer(h.release)
	e.Setenv("PATH", bin+string(filepath.ListSeparator)+e.Getenv("PATH"))
	for name, value := range map[string]string{
		beGreenwatch: "1", "TZ": "", "HTTP_ADDR": "off", "TELEGRAM_API_URL": telegram.URL, "GREEN_API_URL": instances.URL, "GREEN": instances.URL,
		"BOT_TOKEN": botToken, "PARTNER": partnerToken, "SHOP": "7105000001:" + apiToken("7105000001") + "=Shop", "SUPPORT": "7105000002:" + apiToken("7105000002"),
	} {
		e.Setenv(name, value)
	}
	return nil
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	code := 0
	if ended, ok := errors.AsType[*exec.ExitError](err); ok {
		code = ended.ExitCode()
	} else {
		ts.Check(err)
	}
	if neg || code != want {
		ts.Fatalf("exit code %d, want %d", code, want)
	}
}
