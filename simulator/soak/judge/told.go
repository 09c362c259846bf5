package judge

import (
	"encoding/json"
	"html"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"greenwatch/simulator/botapi"
)

// text is what a chat was shown at some time: a message as it was sent, or as it was edited.
type text struct {
	at     time.Time
	chat   int64
	id     int
	edit   bool
	file   bool // what names all of a digest
	silent bool
	marked bool // as a possible repeat
	lines  []string
}

// Repeat is in every message that may be one: greenwatch's own words.
const Repeat = "May be a repeat"

// texts are everything the program has told a chat, in order: no answers to people, and no questions back. What counts is
// what the calls did, also where the program was answered otherwise.
func (j *Judge) texts(chat int64, requests []botapi.Request) []text {
	var out []text
	asked := make(map[int]bool) // messages that are no telling
	for _, r := range requests {
		to, _ := strconv.ParseInt(r.Params["chat_id"], 10, 64)
		if to != chat && (to == 0 || to != j.Was[chat]) || len(r.Made) == 0 {
			continue
		}
		t := text{
			at: r.At, chat: chat, id: resultID(r.Made), edit: r.Is("editMessageText"), lines: plain(r.Params["text"]),
			silent: r.Params["disable_notification"] == "true",
		}
		switch {
		case t.edit:
		case r.Is("sendDocument"), r.Is("editMessageMedia"): // the file that names what a digest cannot
			t.edit, t.file = true, true
			for _, f := range r.Files {
				t.lines = append([]string{""}, strings.Split(string(f.Bytes), "\n")...)
			}
		case r.Is("sendMessage"):
			asked[t.id] = j.answers(to, r)
		default:
			continue
		}
		if !asked[t.id] {
			out = append(out, t)
		}
	}
	for n := range out {
		out[n].marked = strings.Contains(strings.Join(out[n].lines, "\n"), Repeat)
	}
	slices.SortStableFunc(out, func(a, b text) int { return a.at.Compare(b.at) })
	return out
}

// answers reports whether a message was an answer to somebody, or a question back.
func (j *Judge) answers(chat int64, r botapi.Request) bool {
	var to struct {
		ID int `json:"message_id"`
	}
	_ = json.Unmarshal([]byte(r.Params["reply_parameters"]), &to)
	return j.replies(chat, to.ID) || strings.Contains(r.Params["reply_markup"], `"confirm:`)
}

func (j *Judge) replies(chat int64, to int) bool {
	m, found := j.Telegram.Message(chat, to)
	return found && !m.Bot
}

func resultID(result json.RawMessage) int {
	var m struct {
		ID int `json:"message_id"`
	}
	_ = json.Unmarshal(result, &m)
	return m.ID
}

var tag = regexp.MustCompile(`<[^>]*>`)

func plain(markup string) []string {
	return strings.Split(html.UnescapeString(tag.ReplaceAllString(markup, "")), "\n")
}

// Instance is one that may be named in a text. No id and no name may be a part of another's.
type Instance struct{ ID, Name string }

func (i Instance) in(line string) bool {
	return strings.Contains(line, i.ID) || strings.Contains(line, i.Name)
}

// mention is a place where a text names an instance: the first two lines of its card, or its part of a line in a list,
// with the heading above that.
type mention struct{ title, text, heading string }

// mentions are all places where the text names the instance.
func (t text) mentions(i Instance) []mention {
	var out []mention
	for n, line := range t.lines {
		switch {
		case n == 0 && strings.Contains(line, i.Name+":"):
			return []mention{{title: line, text: strings.Join(t.lines[:min(2, len(t.lines))], "\n")}}
		case i.in(line):
			out = append(out, mention{text: i.part(line), heading: heading(t.lines[:n])})
		}
	}
	return out
}

// part is what a line tells of the instance, where it tells of several: "Kazan_01 (blocked), Kazan_02 (notAuthorized)".
func (i Instance) part(line string) string {
	if _, after, found := strings.Cut(line, i.Name+" ("); found {
		word, _, _ := strings.Cut(after, ")")
		return i.Name + " (" + word + ")"
	}
	return line
}

// says reports whether the text names the instance with the word: on its card, under a heading of a digest, or behind its
// name in a list.
func (t text) says(i Instance, word string) bool {
	return slices.ContainsFunc(t.mentions(i), func(m mention) bool { return strings.Contains(m.text+" "+m.heading, word) })
}

// back reports whether the text says that the instance works again, or now. What was over before may stand beside what
// lasts.
func (t text) back(i Instance) bool {
	all := t.mentions(i)
	return slices.ContainsFunc(all, mention.back) && !slices.ContainsFunc(all, mention.out)
}

func (m mention) out() bool { return !m.back() && hasAny(m.now()+" "+m.heading, troubleWords...) }

func (m mention) back() bool {
	if m.title != "" {
		return hasAny(m.title, "works again", "works now", "authorized")
	}
	now := m.now()
	return !hasAny(now, troubleWords...) && hasAny(now+" "+m.heading, "work again", "work now", "authorized")
}

// over reports whether the text says that it works again, and not only now.
func (t text) over(i Instance) bool {
	return t.back(i) && !slices.ContainsFunc(t.mentions(i), func(m mention) bool { return hasAny(m.title+m.heading, "works now", "work now") })
}

// now is what a line tells of the present: of a way of several states the last, without how often it was out by then.
func (m mention) now() string {
	who, way, found := strings.Cut(m.text, " · ")
	if !found {
		return m.text
	}
	way, _, _ = strings.Cut(way, ";")
	steps := strings.Split(way, ", ")
	return who + " · " + steps[len(steps)-1]
}

// heading is the last line that begins with a mark.
func heading(lines []string) string {
	for _, line := range slices.Backward(lines) {
		for _, mark := range []string{"🔴", "🟡", "🟠", "⚪", "🟢"} {
			if strings.HasPrefix(line, mark) {
				return line
			}
		}
	}
	return ""
}

func hasAny(line string, words ...string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(line, w) })
}
