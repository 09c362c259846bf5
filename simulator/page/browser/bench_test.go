// Package browser_test drives the demo in a browser that nobody sees. It is a module of its own, so that what it needs
// is nothing that greenwatch needs.
package browser_test

import (
	"bufio"
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// demo is a run of the real program, and how long it has run.
type demo struct {
	origin string
	began  time.Time
}

// program is the path of the real program, built once.
var program string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(func() int {
		folder, err := os.MkdirTemp("", "greenwatch-browser-")
		if err != nil {
			panic(err)
		}
		defer func() { _ = os.RemoveAll(folder) }()
		program = filepath.Join(folder, "greenwatch")
		c := exec.Command("go", "build", "-o", program, ".")
		c.Dir = filepath.Join("..", "..", "..")
		if out, err := c.CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "%v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// start runs the demo until the end of the test.
func start(t *testing.T) demo {
	t.Helper()
	c := exec.Command(program, "demo")
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	d := demo{began: time.Now()}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		rest, _ := io.ReadAll(out)
		if err := c.Wait(); err != nil || !strings.Contains(string(rest), "has ended") {
			t.Errorf("the demo ends with %v: %s", err, rest)
		}
	})
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if _, at, found := strings.Cut(lines.Text(), "Open  "); found {
			d.origin = at
			return d
		}
	}
	t.Fatal("the demo has not said where it is")
	return d
}

// visitor looks at the page in a browser.
type visitor struct {
	*testing.T
	ctx    context.Context
	origin string

	mu      sync.Mutex
	trouble []string
}

// visit opens the page. At the end of the test nothing may have gone wrong in it, and nothing may have been asked for
// elsewhere.
func visit(t *testing.T, d demo) *visitor {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(browser(t)))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, end := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(end)
	ctx, end = chromedp.NewContext(ctx)
	t.Cleanup(end)
	v := &visitor{T: t, ctx: ctx, origin: d.origin}
	v.must(chromedp.Listen(ctx, v.hear))
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{log.Enable, runtime.Enable} {
		_, err := chromedp.Call(ctx, enable, cdp.Empty{})
		v.must(err)
	}
	_, err := chromedp.Call(ctx, network.Enable, network.EnableParams{})
	v.must(err)
	v.look("light")
	v.size(1280, 800)
	v.must(chromedp.Do(ctx, chromedp.Navigate(d.origin)))
	t.Cleanup(func() {
		v.mu.Lock()
		defer v.mu.Unlock()
		for _, trouble := range v.trouble {
			t.Error(trouble)
		}
	})
	return v
}

func browser(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	if os.Getenv("GREENWATCH_REQUIRE_BROWSER") != "" {
		t.Fatal("there is no chromium")
	}
	t.Skip("there is no chromium")
	return ""
}

func (v *visitor) hear(event any) {
	v.mu.Lock()
	defer v.mu.Unlock()
	note := func(format string, a ...any) { v.trouble = append(v.trouble, fmt.Sprintf(format, a...)) }
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		note("an exception: %s %v", e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		for _, a := range e.Args {
			note("the page writes to the console: %s %s %s", e.Type, a.Value, a.Description)
		}
	case *log.EventEntryAdded:
		note("the browser complains: %s %s %s", e.Entry.Level, e.Entry.Text, e.Entry.URL)
	case *network.EventRequestWillBeSent:
		if !strings.HasPrefix(e.Request.URL, v.origin) {
			note("the page asks for %s", e.Request.URL)
		}
	}
}

func (v *visitor) must(err error) {
	v.Helper()
	if err != nil {
		v.Fatal(err)
	}
}

// size changes the window, in CSS pixels.
func (v *visitor) size(width, height int64) {
	v.Helper()
	v.must(chromedp.Do(v.ctx, chromedp.EmulateViewport(width, height)))
}

// look changes what the system prefers: "light" or "dark".
func (v *visitor) look(scheme string) {
	v.Helper()
	_, err := chromedp.Call(v.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
	})
	v.must(err)
}

// eval is the value of a JavaScript expression; T must fit it.
func eval[T any](v *visitor, expression string) T {
	v.Helper()
	out, err := chromedp.Run(v.ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		v.Fatalf("%s: %v", expression, err)
	}
	return out
}

// await waits until an expression is true, and says how long that took.
func (v *visitor) await(what, expression string, within time.Duration) time.Duration {
	v.Helper()
	begin := time.Now()
	for !eval[bool](v, "!!("+expression+")") {
		if time.Since(begin) > within {
			v.Fatalf("%s: not within %s; the chat is:\n%s", what, within, eval[string](v, `document.getElementById("log").innerText`))
		}
		time.Sleep(50 * time.Millisecond)
	}
	return time.Since(begin)
}

// key names the last button of the chat with this label.
func key(label string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("button.key")].findLast((key) => key.textContent === %q)`, label)
}

// enter presses an element by the keyboard.
func (v *visitor) enter(element string) {
	v.Helper()
	eval[bool](v, "("+element+".focus(), "+element+" === document.activeElement)")
	v.press("\r")
}

func (v *visitor) press(keys string) {
	v.Helper()
	v.must(chromedp.Do(v.ctx, chromedp.KeyEvent(keys)))
}

// click presses an element by the mouse.
func (v *visitor) click(selector string) {
	v.Helper()
	v.must(chromedp.Do(v.ctx, chromedp.Click(chromedp.CSS(selector))))
}
