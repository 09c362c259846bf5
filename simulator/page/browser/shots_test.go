package browser_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

var shots = flag.String("screenshots", "", "make the README's pictures in this folder")

func arrowDown(v *visitor) error { return chromedp.Do(v.ctx, chromedp.KeyEvent(kb.ArrowDown)) }
func arrowLeft(v *visitor) error { return chromedp.Do(v.ctx, chromedp.KeyEvent(kb.ArrowLeft)) }

// shoot makes a picture when nothing moves any more.
func (v *visitor) shoot(name string) {
	v.Helper()
	eval[bool](v, `(document.activeElement.blur(), true)`)
	time.Sleep(2500 * time.Millisecond)
	picture, err := chromedp.Run(v.ctx, chromedp.CaptureScreenshot())
	v.must(err)
	v.must(os.WriteFile(filepath.Join(*shots, name+".png"), picture, 0o644))
}

// TestScreenshots makes the pictures of the README.
func TestScreenshots(t *testing.T) {
	if *shots == "" {
		t.Skip("only with -screenshots")
	}
	for name, language := range map[string]string{"chat-en": "en", "chat-ru": "ru"} {
		t.Run(name, func(t *testing.T) {
			v := visit(t, start(t))
			v.await("the page", `document.querySelector(".message")`, 5*time.Second)
			if language != "en" {
				v.click("#languages [value=" + language + "]")
			}
			const asks = `[...document.querySelectorAll("button.key")].at(-2)`
			v.await("the first alert", asks+`?.dataset.data.startsWith("reboot:")`, 15*time.Second)
			v.enter(asks)
			v.await("the question", asks+`?.dataset.data.startsWith("confirm:")`, 5*time.Second)
			v.shoot(name)
		})
	}
	t.Run("night-dark, phone-390", func(t *testing.T) {
		v := visit(t, start(t))
		v.look("dark")
		v.await("the page", `document.querySelector(".message")`, 5*time.Second)
		v.size(1280, 800)
		v.enter(`document.getElementById("play")`)
		v.await("the phone rings", `/The phone rings/.test(document.getElementById("caption-text").textContent)`, 30*time.Second)
		v.must(chromedp.Do(v.ctx, chromedp.EmulateViewport(390, 844, chromedp.EmulateScale(2))))
		v.shoot("phone-390")
		v.size(1280, 800)
		v.await("the campaign", `/WhatsApp restricts/.test(document.getElementById("caption-text").textContent)`, 2*time.Minute)
		v.await("its card", key("Reboot…"), 10*time.Second)
		v.shoot("night-dark")
	})
}
