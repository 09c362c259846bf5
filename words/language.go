package words

import (
	"strings"

	"golang.org/x/text/language"
)

// Languages are those that greenwatch speaks, as BCP 47 tags. The first is English, which holds where none is named.
func Languages() []string { return []string{"en", "ru"} }

// Language is the one of [Languages] that a text means: a tag such as "ru-RU", or a language's own name. false: none.
func Language(asked string) (string, bool) {
	asked = strings.TrimSpace(asked)
	base := ""
	if tag, err := language.Parse(asked); err == nil {
		if found, sure := tag.Base(); sure == language.Exact {
			base = found.String()
		}
	}
	for _, tag := range Languages() {
		if tag == base || strings.EqualFold(asked, (Voice{Language: tag}).toast("language.name", nil)) {
			return tag, true
		}
	}
	return "", false
}

// doSpeak begins what a button for a language does.
const doSpeak = "speak_"

// Speaks is the language that a button is for; false: it is for something else.
func (d Do) Speaks() (string, bool) {
	tag, speaks := strings.CutPrefix(string(d), doSpeak)
	if !speaks {
		return "", false
	}
	known, ok := Language(tag)
	return known, ok && known == tag
}

// Tongue answers /language: which language the chat has, and a button for each.
func (v Voice) Tongue() Message {
	row := make([]Button, 0, len(Languages()))
	for _, tag := range Languages() {
		row = append(row, Button{Label: (Voice{Language: tag}).toast("language.name", nil), Do: Do(doSpeak + tag)})
	}
	return Message{
		HTML:    string(lines(headline(green, v.say("language.now", nil)), v.say("language.line", nil))),
		Buttons: [][]Button{row},
	}
}

// Spoken says, in the language that was chosen, that it is the chat's from now on.
func (v Voice) Spoken() Message {
	return Message{HTML: string(headline(green, v.say("language.set", nil)))}
}

// NoSuchLanguage says which languages there are.
func (v Voice) NoSuchLanguage() Message {
	return Message{HTML: string(lines(headline(white, v.say("language.unknown", nil)), v.say("language.unknown_line", nil)))}
}
