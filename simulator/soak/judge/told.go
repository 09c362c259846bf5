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
		t := text{at: r.At, chat: chat, id: resultID(r.Made), edit: r.Is("editMessageText"), lines: plain(r.Params["text"])}
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

// says reports whether the text names the instance with the word: on its card, under a heading of a digest, or behind its
// name in a list.
func (t text) says(i Instance, word string) bool {
	return t.names(i, func(card, line string) bool { return strings.Contains(card+line, word) })
}

// way is all that a line tells of an instance's states but the last.
var way = regexp.MustCompile(` · .*, `)

// back reports whether the text says that the instance works again. Of a way of several states the last counts.
func (t text) back(i Instance) bool {
	return t.names(i, func(card, line string) bool {
		title, _, _ := strings.Cut(card, "\n")
		return hasAny(title+way.ReplaceAllString(line, " · "), "work again", "works again", "works now", "authorized")
	})
}

// names looks at each place where the text names the instance: at the first two lines of its card, or at its line in a
// list with the heading above it.
func (t text) names(i Instance, fits func(card, line string) bool) bool {
	for n, line := range t.lines {
		switch {
		case n == 0 && strings.Contains(line, i.Name+":"):
			return fits(strings.Join(t.lines[:min(2, len(t.lines))], "\n"), "")
		case i.in(line) && fits("", line+" "+heading(t.lines[:n])):
			return true
		}
	}
	return false
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
