package words

import (
	"embed"
	"fmt"
	"io/fs"
	"sync"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed active.*.json
var files embed.FS

// catalogue is the constant content of the message files, parsed once.
var catalogue = sync.OnceValue(func() *i18n.Bundle {
	bundle := i18n.NewBundle(language.English)
	names, err := fs.Glob(files, "active.*.json")
	for _, name := range names {
		if _, err = bundle.LoadMessageFileFS(files, name); err != nil {
			break
		}
	}
	if err != nil {
		panic(fmt.Sprintf("words: reading the embedded texts: %v", err))
	}
	return bundle
})

// vars are the values of a text. A string comes from anywhere and is cleaned and escaped; html is ours and goes in as
// it is; an int is written as a number. "Count" also chooses the plural.
type vars map[string]any

func (x vars) with(key string, value any) vars {
	y := vars{key: value}
	for k, old := range x {
		if k != key {
			y[k] = old
		}
	}
	return y
}

// say gives the text under a key; a missing one shows its key.
func (v Voice) say(key string, x vars) html {
	text, ok := v.look(key, x)
	if !ok {
		return escape(key)
	}
	return text
}

// maybe gives the text under a key, or nothing where there is none.
func (v Voice) maybe(key string, x vars) html {
	text, _ := v.look(key, x)
	return text
}

func (v Voice) look(key string, x vars) (html, bool) {
	printer := message.NewPrinter(language.Make(v.Language))
	data := make(map[string]any, len(x))
	for k, value := range x {
		switch value := value.(type) {
		case string:
			data[k] = string(escape(clean(value)))
		case int:
			data[k] = value // so that a template can ask whether it is 0
			if value != 0 {
				data[k] = printer.Sprint(value)
			}
		default:
			data[k] = value
		}
	}
	config := &i18n.LocalizeConfig{MessageID: key, TemplateData: data, PluralCount: x["Count"]}
	text, err := i18n.NewLocalizer(catalogue(), v.Language).Localize(config)
	return html(text), err == nil || text != ""
}

// toast is a text without markup, as buttons and the answers to presses need it.
func (v Voice) toast(key string, x vars) string {
	return cut(plain(v.say(key, x), false), MaxToast)
}
