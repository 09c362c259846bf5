package browser_test

import (
	"slices"
	"strings"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/chromedp"
)

// contrast lists texts that are hard to read: https://www.w3.org/TR/WCAG22/#contrast-minimum. It lays the colours of an
// element's ancestors over each other as the browser does.
const contrast = `(() => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
  const ground = (node) => {
    if (!node) return [255, 255, 255, 1];
    const own = rgba(getComputedStyle(node).backgroundColor);
    return own[3] === 1 ? own : over(own, ground(node.parentElement));
  };
  const light = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const bad = new Set();
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let text = walk.nextNode(); text; text = walk.nextNode()) {
    const node = text.parentElement;
    if (!text.data.trim() || !node.checkVisibility({ visibilityProperty: true }) || node.closest(":disabled, [aria-hidden=true], .hidden, option, noscript")) continue;
    const under = ground(node);
    const [a, b] = [light(over(rgba(getComputedStyle(node).color), under)), light(under)];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) bad.add(node.tagName + "." + node.className + ": " + text.data.trim().slice(0, 30) + " has " + ratio.toFixed(2));
  }
  return [...bad];
})()`

// cut lists what is wider than its place: the page itself, and labels of buttons.
const cut = `(() => {
  const bad = [];
  if (document.scrollingElement.scrollWidth > innerWidth) bad.push("the page is " + document.scrollingElement.scrollWidth + " px wide");
  for (const node of document.querySelectorAll("button, h1, h2, .pill, .bubble, .card, .person, .caption p")) {
    if (!node.checkVisibility() || node.closest(".hidden, .caption.idle")) continue;
    const { left, right } = node.getBoundingClientRect();
    const wide = !node.matches(".bubble") && node.scrollWidth > node.clientWidth + 1; // the tail of a bubble stands out
    if (wide || left < -1 || right > innerWidth + 1) bad.push(node.tagName + "." + node.className + ": " + node.textContent.slice(0, 40));
  }
  return bad;
})()`

// readable checks what is on the screen in one look, at one size.
func (v *visitor) readable(where string) {
	v.Helper()
	for _, check := range []string{contrast, cut} {
		for _, bad := range eval[[]string](v, check) {
			v.Errorf("%s: %s", where, bad)
		}
	}
}

// named checks that everything that can be used has a name for those who listen.
func (v *visitor) named() {
	v.Helper()
	tree, err := chromedp.Call(v.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	v.must(err)
	used := []string{"button", "link", "textbox", "combobox", "switch", "tab", "radio", "progressbar", "image", "region"}
	n := 0
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil || node.Name == nil {
			continue
		}
		role := strings.Trim(string(node.Role.Value), `"`)
		if !slices.Contains(used, role) {
			continue
		}
		n++
		if name := strings.Trim(string(node.Name.Value), `"`); strings.TrimSpace(name) == "" {
			v.Errorf("a %s has no name", role)
		}
	}
	if n < 40 {
		v.Errorf("only %d things to use", n)
	}
}

// usable lists what the keyboard must reach: one of a group of radio buttons, and of the tabs.
const usable = `[...document.querySelectorAll("a[href], button:enabled:not([role=tab][aria-selected=false]), select, input:not([type=radio]), :checked")]
  .filter((node) => node.checkVisibility() && !node.matches("option"))`

// reachable presses the tabulator through the whole page.
func (v *visitor) reachable() {
	v.Helper()
	eval[bool](v, `(document.activeElement.blur(), `+usable+`.forEach((node) => { delete node.dataset.reached; }), true)`)
	total := eval[int](v, usable+".length")
	for range total + 6 {
		v.press("\t")
		if !eval[bool](v, `(() => {
			const node = document.activeElement;
			if (node === document.body) return true;
			node.dataset.reached = "yes";
			const shown = node.matches("input[type=radio]") ? node.parentElement : node;
			return getComputedStyle(shown).outlineStyle !== "none" || node.matches(".skip");
		})()`) {
			v.Errorf("the focus is not seen on %s", eval[string](v, "document.activeElement.outerHTML.slice(0, 120)"))
		}
	}
	for _, missed := range eval[[]string](v, usable+`.filter((node) => !node.dataset.reached).map((node) => node.outerHTML.slice(0, 120))`) {
		v.Errorf("the keyboard does not reach %s", missed)
	}
}
