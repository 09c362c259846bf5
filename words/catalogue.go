package words

import (
	"embed"
	"fmt"
	"sync"
	text "text/template"

	"github.com/nicksnyder/go-i18n/v2/i18n"
	"github.com/nicksnyder/go-i18n/v2/i18n/template"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

//go:embed active.*.json
var files embed.FS

// speakers say the constant content of the message files, parsed once, each in its language.
var speakers = sync.OnceValue(func() map[string]*i18n.Localizer {
	bundle, all := i18n.NewBundle(language.English), make(map[string]*i18n.Localizer)
	for _, tag := range Languages() {
		if _, err := bundle.LoadMessageFileFS(files, "active."+tag+".json"); err != nil {
			panic(fmt.Sprintf("words: reading the embedded texts: %v", err))
		}
	}
	for _, tag := range Languages() {
		all[tag] = i18n.NewLocalizer(bundle, tag)
	}
	return all
})

// cached reads the templates of the message files, which may put what Russian needs before a time.
type cached struct{ template.TextParser }

// Cacheable says that a template is read once: the functions are always the same ones.
func (cached) Cacheable() bool { return true }

var templates = &cached{template.TextParser{Funcs: text.FuncMap{"on": on, "from": from}}}

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
	data := make(map[string]any, len(x))
	for k, value := range x {
		switch value := value.(type) {
		case string:
			data[k] = string(escape(clean(value)))
		case int:
			data[k] = value // so that a template can ask whether it is 0
			if value != 0 {
				data[k] = v.printer().Sprint(value)
			}
		default:
			data[k] = value
		}
	}
	speaker, known := speakers()[v.Language]
	if !known {
		speaker = speakers()[Languages()[0]]
	}
	said, err := speaker.Localize(&i18n.LocalizeConfig{
		MessageID: key, TemplateData: data, PluralCount: x["Count"], TemplateParser: templates,
	})
	return html(said), err == nil || said != ""
}

// printer writes numbers as the language does.
func (v Voice) printer() *message.Printer { return message.NewPrinter(language.Make(v.Language)) }

// toast is a text without markup, as buttons and the answers to presses need it.
func (v Voice) toast(key string, x vars) string {
	return cut(plain(v.say(key, x), false), MaxToast)
}
