package words

import (
	"strings"
	"testing"

	"greenwatch/monitor"
)

// Every finding has a word and a meaning, in every language, that fit in a line of a table.
func TestPlain(t *testing.T) {
	t.Parallel()
	findings := []monitor.Finding{
		{},
		{Answer: monitor.NoAnswer},
		{Answer: monitor.Throttled},
		{Answer: monitor.Unasked},
		{Answer: monitor.Answered, State: "somethingNew"},
		{Answer: monitor.Refused},
	}
	for word := range stateTopics {
		findings = append(findings, monitor.Finding{Answer: monitor.Answered, State: word})
	}
	for refusal := range refusalTopics {
		findings = append(findings, monitor.Finding{Answer: monitor.Refused, Refusal: refusal})
	}
	for _, tag := range Languages() {
		for _, f := range findings {
			word, meaning := Voice{Language: tag}.Plain(f)
			for _, text := range []string{word, meaning} {
				if text == "" || len16(text) > 64 || strings.ContainsAny(text, "\n<>") || strings.HasPrefix(text, "plain.") {
					t.Errorf("%s: %+v is told as %q", tag, f, text)
				}
			}
		}
	}
}

// A rehearsal says first that nothing has happened, then reads like the alert, and has nothing to press.
func TestRehearsal(t *testing.T) {
	t.Parallel()
	for tag, card := range wellFor(kazan, 41*days, at(3, 10)).becomes(state(monitor.NotAuthorized), at(3, 11)).card(kazan, at(3, 13)) {
		v := speak(at(3, 13))
		v.Language = tag
		m := v.Rehearsal(card)
		checkMessage(t, m)
		checkMessage(t, v.Bound())
		first, rest, _ := strings.Cut(m.HTML, "\n\n")
		if rest != card.HTML || m.Buttons != nil || strings.Contains(first, "Kazan") {
			t.Errorf("%s: %s", tag, m.HTML)
		}
	}
}
