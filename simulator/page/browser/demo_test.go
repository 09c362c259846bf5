package browser_test

import (
	"fmt"
	"testing"
	"time"
)

// paced is how long the bot may take where much was said before: a group takes 20 messages a minute.
const paced = time.Minute

// TestDemo is a visitor's way through the demo.
func TestDemo(t *testing.T) {
	d := start(t)
	v := visit(t, d)
	for _, step := range []struct {
		name string
		do   func(*visitor)
	}{
		{"check now", checkNow},
		{"reboot", reboot},
		{"runbook", runbook},
		{"gate and time", clock},
		{"command", command},
		{"colours and widths", looks},
		{"keyboard", keyboard},
		{"language", language},
		{"faults", faults},
		{"story", story},
	} {
		begin := time.Now()
		step.do(v)
		t.Logf("%s: %s", step.name, time.Since(begin).Round(time.Millisecond))
	}
}

func checkNow(v *visitor) {
	v.await("the first alert", key("Reboot"), 15*time.Second)
	eval[bool](v, key("Check now")+`.setAttribute("id", "check") ?? true`)
	v.click("#check")
	v.await("the answer to Check now", `document.getElementById("alert").open && document.getElementById("alert-text").textContent.includes("notAuthorized")`, 5*time.Second)
	v.await("its gate is closed", row("Kazan 07")+`.querySelector(".gate .pill").textContent === "closed"`, 3*time.Second)
	v.readable("with an alert")
	v.press("\r")
	v.await("the answer is closed", `!document.getElementById("alert").open && document.activeElement.textContent === "Check now"`, 2*time.Second)
}

// row names the row of a number.
func row(name string) string {
	return fmt.Sprintf(`[...document.querySelectorAll("#instances .row")].find((row) => row.querySelector(".pick").textContent === %q)`, name)
}

// set makes something of a number by its row.
func (v *visitor) set(name, to string) {
	v.Helper()
	eval[bool](v, fmt.Sprintf(`((row) => {
		row.querySelector("select").value = %q;
		row.querySelector(".make button").click();
		return true;
	})(%s)`, to, row(name)))
}

// runbook lets a number hang in its start, and says nothing to anybody.
func runbook(v *visitor) {
	v.set("Berlin support", "starting")
	v.await("its gate is delayed", row("Berlin support")+`.querySelector(".gate .pill").textContent === "delayed"`, 5*time.Second)
	v.await("it is rebooted by itself", `/1 reboot/.test(`+row("Berlin support")+`.querySelector(".facts").textContent)`, 15*time.Second)
	v.await("its gate is open", row("Berlin support")+`.querySelector(".gate .pill").textContent === "probation"`, 15*time.Second)
	if eval[bool](v, `/Berlin support/.test(document.getElementById("log").textContent)`) {
		v.Errorf("it is told")
	}
}

// clock lets a day pass for a number that is out, until its messages are about to be lost.
func clock(v *visitor) {
	v.set("Kazan 08", "notAuthorized")
	v.await("the alert", `/Kazan 08: logged out/.test(document.getElementById("log").textContent)`, 10*time.Second)
	v.enter(row("Kazan 08") + `.querySelector(".pick")`)
	v.await("its panel", `document.activeElement.id === "number" && document.activeElement.selectedOptions[0].textContent === "Kazan 08"`, 2*time.Second)
	v.await("its gate", `/^503/.test(document.getElementById("gate-asked").textContent.split("→ ")[1]) && document.getElementById("gate-word").textContent === "closed"`, 3*time.Second)
	v.enter(`document.querySelector("#messages button:nth-child(2)")`)
	v.await("what waits", `JSON.parse(document.getElementById("gate-answer").textContent).queued === 12`, 15*time.Second)
	v.readable("with a gate")
	v.enter(`document.querySelector("#time button:last-child")`)
	v.await("the time that is left", `document.getElementById("gate-loss").textContent === "loss in 2 h"`, 5*time.Second)
	v.await("the warning", `/Kazan 08: [^]*2 hours/.test([...document.querySelectorAll(".theirs .text")].at(-1).textContent)`, paced)
	v.enter(`document.getElementById("held")`)
	v.await("the switch", `document.getElementById("held").getAttribute("aria-checked") === "true"`, 2*time.Second)
	eval[bool](v, `(document.querySelector("#fleet [value=restore]").click(), true)`)
	v.await("all is well", `document.getElementById("count").textContent === "70 authorized" && document.getElementById("held").getAttribute("aria-checked") === "false"`, 5*time.Second)
	v.await("its gate is open", row("Kazan 08")+`.querySelector(".gate .pill").textContent === "open"`, 5*time.Second)
}

func reboot(v *visitor) {
	v.enter(key("Reboot"))
	v.await("the question", key("Yes, reboot"), 5*time.Second)
	v.enter(key("Yes, reboot"))
	v.await("the recovery", `/Kazan 07: works again/.test(document.getElementById("log").textContent)`, 45*time.Second)
	v.await("the control room", `document.getElementById("count").textContent === "70 authorized"`, 5*time.Second)
}

func command(v *visitor) {
	v.enter(`document.getElementById("text")`)
	v.press("/st")
	v.await("a suggestion", `document.querySelectorAll("#suggestions:not([hidden]) li").length === 1`, 2*time.Second)
	v.must(arrowDown(v))
	v.await("it is chosen", `document.querySelector("#suggestions [aria-selected=true] b").textContent === "/status"`, 2*time.Second)
	v.press("\r")
	v.await("what the operator wrote", `[...document.querySelectorAll(".mine .text")].at(-1)?.textContent.startsWith("/status")`, 5*time.Second)
	v.await("the answer", `[...document.querySelectorAll(".theirs .text")].at(-1)?.textContent.includes("70")`, paced)
	v.await("the newest message is on the screen", `(() => {
		const log = document.getElementById("log");
		return log.scrollHeight - log.scrollTop - log.clientHeight < 3;
	})()`, 2*time.Second)
	eval[bool](v, `([...document.querySelectorAll("button.quote")].at(-1).click(), true)`)
	v.await("the quoted message has the focus", `document.activeElement.matches(".message.found")`, 2*time.Second)
	v.await("who listens is told", `document.getElementById("heard").textContent.startsWith("greenwatch")`, time.Second)
}

// looks tries both colours at both widths, by the switch and by the system.
func looks(v *visitor) {
	for _, scheme := range []string{"light", "dark"} {
		v.click("#theme")
		v.await(scheme, `document.documentElement.dataset.theme === "`+scheme+`"`, time.Second)
		v.size(1280, 800)
		v.readable(scheme + ", 1280 px")
		v.size(390, 844)
		for _, tab := range []string{"chat", "room"} {
			v.click("#tab-" + tab)
			v.readable(scheme + ", 390 px, " + tab)
		}
		v.size(860, 700)
		v.readable(scheme + ", 860 px")
	}
	v.click("#theme")
	v.look("dark")
	v.await("dark as the system", `getComputedStyle(document.body).backgroundColor === "rgb(13, 18, 16)"`, time.Second)
	v.look("light")
	v.size(1280, 800)
}

func keyboard(v *visitor) {
	v.named()
	v.reachable()
	v.size(390, 844)
	eval[bool](v, `(document.getElementById("tab-room").click(), document.getElementById("tab-room").focus(), true)`)
	v.must(arrowLeft(v))
	v.await("the other tab", `document.activeElement.id === "tab-chat" && document.getElementById("chat").checkVisibility() && !document.getElementById("room").checkVisibility()`, time.Second)
	v.reachable()
	v.size(1280, 800)
}

func language(v *visitor) {
	v.click("#languages [value=ru]")
	v.await("the page in Russian", `document.documentElement.lang === "ru" && document.getElementById("numbers").textContent === "Номера"`, 2*time.Second)
	v.await("the chat in Russian", `/[а-я]{3}/.test([...document.querySelectorAll(".theirs .text")].at(-1).textContent)`, paced)
	v.readable("Russian, 1280 px")
	v.size(390, 844)
	for _, tab := range []string{"chat", "room"} {
		v.click("#tab-" + tab)
		v.readable("Russian, 390 px, " + tab)
	}
	v.size(1280, 800)
	v.click("#languages [value=en]")
	v.await("the page in English", `document.documentElement.lang === "en"`, 2*time.Second)
}

func faults(v *visitor) {
	eval[bool](v, `(() => {
		const scope = document.getElementById("scope");
		scope.value = "pool/7105";
		return scope.dispatchEvent(new Event("change"));
	})()`)
	eval[bool](v, `([...document.querySelectorAll("#green button")].find((one) => one.textContent.includes("502")).click(), true)`)
	v.await("two numbers out of sight", `/2 out of sight/.test(document.getElementById("count").textContent)`, 3*time.Second)
	v.await("the switch", `document.querySelectorAll("#green [aria-checked=true]").length === 1`, time.Second)
	v.readable("with a fault")
	v.click("#broken button")
	v.await("all in sight", `!/out of sight/.test(document.getElementById("count").textContent)`, 3*time.Second)
}

func story(v *visitor) {
	v.click("#play")
	v.await("the first caption", `/A night at the ops desk/.test(document.getElementById("caption-text").textContent)`, 3*time.Second)
	v.readable("in the story")
	v.await("its number is out", `/notAuthorized/.test(document.getElementById("count").textContent)`, 8*time.Second)
	v.click("#stop")
	v.await("it is stopped", `/Stopped/.test(document.getElementById("caption-text").textContent)`, 3*time.Second)
	v.await("all is well", `document.getElementById("count").textContent === "70 authorized"`, 3*time.Second)
}
