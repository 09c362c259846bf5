package page

import (
	"slices"
	"strings"
)

// Text is something the page says, in each of its languages.
type Text struct {
	EN string `json:"en"`
	RU string `json:"ru"`
}

// languages are the page's, by their BCP 47 tags.
var languages = []string{"en", "ru"}

func (p *page) speaks(language string) bool { return slices.Contains(languages, language) }

// word is a Text that no language translates.
func word(w string) Text { return Text{EN: w, RU: w} }

// at puts the time of day into a Text.
func (t Text) at(clock string) Text {
	return Text{EN: strings.ReplaceAll(t.EN, "{time}", clock), RU: strings.ReplaceAll(t.RU, "{time}", clock)}
}
