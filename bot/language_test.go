package bot

import (
	"strings"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/simulator/botapi"
	"greenwatch/words"
)

var (
	english = []string{"In this chat I write English"}
	russian = []string{"В этом чате я пишу по-русски"}
	spoken  = []string{"Теперь пишу здесь по-русски"}
)

func TestLanguageConversations(t *testing.T) {
	t.Parallel()
	anonymous := botapi.AnonymousAdmin(alerts)
	inRoom(t, func(_ *testing.T, r *room) {
		for _, l := range []line{
			{"shown to everybody", guest, alerts, "/language", english},
			{"guest", guest, alerts, "/language ru", []string{"Only operators may do this.", "your id is 5003"}},
			{"nobody who can be known", anonymous, alerts, "/language ru", []string{"I cannot see who you are"}},
			{"unknown", opsA, alerts, "/language klingon", []string{"I do not know this language"}},
			{"stranger", stranger, stranger.ID, "/language ru", nil},
			{"operator, foreign", opsA, foreign, "/language ru", nil},
			{"unchanged", guest, alerts, "/language", english},
			{"operator", opsA, alerts, "/language ru", spoken},
			{"changed", guest, alerts, "/language", russian},
			{"every answer", guest, alerts, "/status", []string{"Все 3 номера authorized"}},
			{"every refusal", guest, alerts, "/reboot Kazan_01", []string{"Это могут только операторы.", "ваш id 5003"}},
			{"every question", opsA, alerts, "/reboot Kazan_01", []string{"Перезагрузить Kazan_01?"}},
			{"every number", guest, alerts, "/status nothing", []string{"Номера «nothing» у меня нет."}},
			{"help", opsA, alerts, "/help", []string{"/language – язык этого чата", "перезагрузить один"}},
			{"other chats are not changed", opsA, opsA.ID, "/status", standing},
			{"own chat", opsA, opsA.ID, "/language русский", spoken},
			{"own chat", opsA, opsA.ID, "/language EN", []string{"From now on I write English here"}},
			{"guest, in Russian", guest, alerts, "/language en", []string{"Это могут только операторы."}},
		} {
			r.talk(l, 0)
		}
	})
}

func TestLanguageButtons(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.telegram.Say(alerts, guest, "/language")
		r.pass(3 * time.Second)
		m := r.last(alerts)
		if len(m.Keyboard) != 1 || len(m.Keyboard[0]) != 2 || m.Keyboard[0][0].Text != "English" || m.Keyboard[0][1].Text != "Русский" {
			t.Fatalf("keyboard %+v", m.Keyboard)
		}
		ru := m.Keyboard[0][1].Data
		reads(t, r.tap(alerts, m.ID, ru, guest), "Only operators may do this.")
		reads(t, r.tap(alerts, m.ID, "speak_de", opsA), "I do not know this button")
		reads(t, r.last(alerts).Text, english...)
		if toast := r.tap(alerts, m.ID, ru, opsB); toast != "" {
			t.Errorf("toast %q", toast)
		}
		reads(t, r.last(alerts).Text, spoken...)
		reads(t, r.tap(alerts, m.ID, "reboot:7105000001", guest), "Это могут только операторы.")
		reads(t, r.tap(alerts, m.ID, "nonsense", guest), "Кнопка устарела.")
	})
}

// The choice is kept before it is spoken, and outlives the bot; where it cannot be kept, nothing changes.
func TestLanguageIsKept(t *testing.T) {
	t.Parallel()
	inRoom(t, func(_ *testing.T, r *room) {
		r.talk(line{"choose", opsA, alerts, "/language ru", spoken}, 0)
		r.cases.away.Store(true)
		r.talk(line{"not kept", opsA, alerts, "/language en", []string{"Не получилось: сбой у меня"}}, 0)
		r.talk(line{"not kept", opsA, alerts, "/language", russian}, 0)
		r.cases.away.Store(false)
		r.end()
		r.listen()
		before := len(r.telegram.Requests("setMyCommands"))
		r.start()
		r.pass(time.Second)
		if again := len(r.telegram.Requests("setMyCommands")) - before; again != 4 {
			r.t.Errorf("%d menus set at the start, want one for all, two by language and one of the chat", again)
		}
		r.talk(line{"after a restart", guest, alerts, "/language", russian}, 0)
		r.talk(line{"elsewhere", guest, basic, "/language", english}, 0)
	})
}

// What comes after the command waits until the language is kept.
func TestLanguageIsKeptBeforeTheNextUpdate(t *testing.T) {
	t.Parallel()
	inRoom(t, func(t *testing.T, r *room) {
		r.cases.slow.Store(true)
		r.telegram.Say(alerts, opsA, "/language ru")
		r.telegram.Say(alerts, guest, "/help")
		r.pass(time.Minute)
		var all strings.Builder
		for _, m := range r.bots(alerts) {
			all.WriteString(m.Text + "\n")
		}
		reads(t, all.String(), "Слежу за номерами GREEN-API")
	})
}

// Everybody chooses for a chat of their own that is told.
func TestLanguageOfOnesOwnChat(t *testing.T) {
	t.Parallel()
	inRoom(t, func(_ *testing.T, r *room) {
		r.end()
		r.options.Chats = append(r.options.Chats, monitor.Address{Chat: guest.ID})
		r.start()
		r.talk(line{"guest, private", guest, guest.ID, "/language ru", spoken}, 0)
	})
}

// Also where nothing but a message finds out that the group has moved.
func TestLanguageMovesUnheard(t *testing.T) {
	t.Parallel()
	const super = -1001000009006
	for name, tell := range map[string]func(r *room, to monitor.Address){
		"alert": func(r *room, to monitor.Address) {
			r.believe(blocked, kazan1)
			r.teller.Tell(r.t.Context(), to, r.due(to))
		},
		"our own trouble": func(r *room, to monitor.Address) {
			r.teller.Cry(r.t.Context(), to, monitor.Trouble{Fault: monitor.FaultFull, Since: time.Now()}, 0)
			reads(r.t, r.last(super).Text, "В моей базе данных кончилось место")
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inRoom(t, func(t *testing.T, r *room) {
				r.talk(line{"choose", opsA, basic, "/language ru", spoken}, 0)
				r.end()
				r.telegram.Migrate(basic, super)
				tell(r, monitor.Address{Chat: basic})
				if got := r.options.Voices.Of(super).Language; got != "ru" {
					t.Errorf("the new chat is spoken to in %q", got)
				}
				r.start()
			})
		})
	}
}

// A group that becomes a supergroup keeps its language, whoever finds out first, and its menu.
func TestLanguageMovesWithTheChat(t *testing.T) {
	t.Parallel()
	const super = -1001000009005
	inRoom(t, func(t *testing.T, r *room) {
		r.talk(line{"choose", opsA, basic, "/language ru", spoken}, 0)
		r.telegram.Migrate(basic, super)
		r.pass(3 * time.Second)
		if got := r.options.Voices.Of(super).Language; got != "ru" {
			t.Errorf("the new chat is spoken to in %q", got)
		}
		r.menu(super, guest, "Что я умею")
		r.end()
		r.options.Chats = append(r.options.Chats, monitor.Address{Chat: super})
		r.listen()
		r.start()
		if got := r.options.Voices.Of(super).Language; got != "ru" {
			t.Errorf("after a restart it is spoken to in %q", got)
		}
	})
}

func TestMenus(t *testing.T) {
	t.Parallel()
	inRoom(t, func(_ *testing.T, r *room) {
		ivan := botapi.Person{ID: 5009, FirstName: "Ivan", Language: "ru"}
		r.menu(alerts, guest, "What I can do")
		r.menu(alerts, ivan, "Что я умею")
		r.talk(line{"choose", opsA, alerts, "/language en", []string{"From now on I write English here"}}, 0)
		r.menu(alerts, ivan, "What I can do")
		r.menu(basic, ivan, "Что я умею")
		r.talk(line{"choose", opsA, alerts, "/language ru", spoken}, 0)
		r.menu(alerts, guest, "Что я умею")
		r.menu(basic, guest, "What I can do")
	})
}

// A stranger is answered in the language of their Telegram, if it is one of ours.
func TestStrangersAreAnsweredInTheirLanguage(t *testing.T) {
	t.Parallel()
	inRoom(t, func(_ *testing.T, r *room) {
		for language, want := range map[string]string{"ru": "Я ещё не знаю ни этого чата, ни вас", "en": "I do not know this chat", "de": "I do not know this chat", "": "I do not know this chat"} {
			who := botapi.Person{ID: 5100 + int64(len(language)) + int64(len(want)), FirstName: "Somebody", Language: language}
			r.telegram.Open(who)
			r.telegram.Say(who.ID, who, "/start")
			r.pass(3 * time.Second)
			reads(r.t, r.last(who.ID).Text, want)
		}
	})
}

// menu fails unless the last line of what a person finds in a chat's menu reads so.
func (r *room) menu(chat int64, who botapi.Person, want string) {
	r.t.Helper()
	r.pass(time.Second)
	menu := r.telegram.Menu(chat, who)
	if len(menu) != len((words.Voice{}).Menu()) || menu[len(menu)-1].Description != want {
		r.t.Errorf("the menu of %d for %d: %+v, want %q", chat, who.ID, menu, want)
	}
}

// listen reads the voices anew, as at a start.
func (r *room) listen() {
	r.t.Helper()
	voices, err := NewVoices(r.t.Context(), r.cases, words.Voice{})
	if err != nil {
		r.t.Fatal(err)
	}
	r.options.Voices, r.teller.Voices = voices, voices
}
