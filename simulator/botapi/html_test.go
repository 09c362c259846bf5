package botapi_test

import (
	"fmt"
	"strings"
	"testing"
)

func TestHTML(t *testing.T) {
	t.Parallel()
	for _, tc := range []struct {
		in, text string
		entities string // type:offset+length, in UTF-16
		html     string // "" is in
	}{
		{"plain", "plain", "", ""},
		{"<b>a</b><strong>b</strong>", "ab", "bold:0+1 bold:1+1", ""},
		{"<i>a</i><em>b</em><u>c</u><ins>d</ins>", "abcd", "italic:0+1 italic:1+1 underline:2+1 underline:3+1", ""},
		{"<s>a</s><strike>b</strike><del>c</del>", "abc", "strikethrough:0+1 strikethrough:1+1 strikethrough:2+1", ""},
		{"<tg-spoiler>a</tg-spoiler>", "a", "spoiler:0+1", ""},
		{`<span class="tg-spoiler">a</span>`, "a", "spoiler:0+1", "<tg-spoiler>a</tg-spoiler>"},
		{`<a href="https://x.example/?a=1&amp;copy=2">link</a>`, "link", "text_link:0+4", ""},
		{`<a href="https://x.example/?a=1&copy=2">l</a>`, "l", "text_link:0+1", `<a href="https://x.example/?a=1&amp;copy=2">l</a>`},
		{`<a href="javascript:alert(1)">x</a> <a href="http://localhost/">y</a>`, "x y", "", "x y"},
		{`<a href='https://x.example/">'>x</a>`, "x", "text_link:0+1", `<a href="https://x.example/&#34;&gt;">x</a>`},
		{"😀<b>😀x</b>", "😀😀x", "bold:2+3", ""},
		{"<code>a &lt; b</code>", "a < b", "code:0+5", ""},
		{"<pre>x</pre>", "x", "pre:0+1", ""},
		{`<pre><code class="language-go">x</code></pre>`, "x", "pre:0+1", ""},
		{"<blockquote>a <b>b</b></blockquote>", "a b", "blockquote:0+3 bold:2+1", ""},
		{"<blockquote expandable>a</blockquote>", "a", "expandable_blockquote:0+1", ""},
		{`<tg-time unix="1647531900" format="wDT">then</tg-time>`, "then", "date_time:0+4", ""},
		{`<tg-emoji emoji-id="5368324170671202286">👍</tg-emoji>`, "👍", "custom_emoji:0+2", ""},
		{"<B>a</b>", "a", "bold:0+1", "<b>a</b>"},
		{"<b><i>a</i>b</b>", "ab", "bold:0+2 italic:0+1", ""},
		{"&lt;&gt;&amp;&quot;&#65;&#x42;", `<>&"AB`, "", "&lt;&gt;&amp;&#34;AB"},
		{"a & b &nbsp; &#0;", "a & b &nbsp; &#0;", "", "a &amp; b &amp;nbsp; &amp;#0;"},
		{"a > b", "a > b", "", "a &gt; b"},
		{"<b></b>a", "a", "", ""},
		{"<b>a \n</b>\n", "a", "bold:0+1", "<b>a \n</b>"},
	} {
		b := newBench(t)
		var m gotText
		b.ok("sendMessage", params{"chat_id": 501, "text": tc.in, "parse_mode": "HTML"}, &m)
		var entities []string
		for _, e := range m.Entities {
			entities = append(entities, fmt.Sprintf("%s:%d+%d", e.Type, e.Offset, e.Length))
		}
		if tc.html == "" {
			tc.html = tc.in
		}
		if got := strings.Join(entities, " "); m.Text != tc.text || got != tc.entities || b.seen(501).HTML != tc.html {
			t.Errorf("%s: got %q, %q, %q", tc.in, m.Text, got, b.seen(501).HTML)
		}
	}
}

func TestHTMLDetails(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var m gotText
	b.ok("sendMessage", params{"chat_id": 501, "parse_mode": "HTML", "text": `<pre><code class="language-go">x</code></pre>` +
		`<a href="https://x.example/">l</a><tg-time unix="5" format="r">t</tg-time>`}, &m)
	if len(m.Entities) != 3 || m.Entities[0].Language != "go" || m.Entities[1].URL != "https://x.example/" || m.Entities[2].UnixTime != 5 {
		t.Errorf("got %+v", m.Entities)
	}
}

func TestUnparsableHTML(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for in, want := range map[string]string{
		"<b>a":                     `Can't find end tag corresponding to start tag "b"`,
		"a</b>":                    "Unexpected end tag at byte offset 1",
		"<b><i>a</b></i>":          `Unmatched end tag at byte offset 7, expected "</i>", found "</b>"`,
		"a < b":                    "Unclosed start tag at byte offset 2",
		"<div>a</div>":             `Unsupported start tag "div" at byte offset 0`,
		"my <instance>":            `Unsupported start tag "instance" at byte offset 3`,
		"<br>":                     `Unsupported start tag "br"`,
		"<span>a</span>":           `must have class "tg-spoiler"`,
		"<a href>x</a>":            "Expected equal sign",
		`<a href="x>x</a>`:         "Unclosed start tag",
		"<code><b>a</b></code>":    `can't be inside of tag "code"`,
		"<pre><i>a</i></pre>":      `can't be inside of tag "pre"`,
		"<tg-time>a</tg-time>":     "tg-time",
		"<tg-emoji>a</tg-emoji>":   "tg-emoji",
		"<blockquote><blockquote>": "can't be nested",
	} {
		b.refused("sendMessage", params{"chat_id": 501, "text": in, "parse_mode": "HTML"}, 400, "Bad Request: can't parse entities: ")
		b.refused("sendMessage", params{"chat_id": 501, "text": in, "parse_mode": "HTML"}, 400, want)
	}
	if len(b.sim.Transcript(501)) != 0 {
		t.Error("something was sent all the same")
	}
}
