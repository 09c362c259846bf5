package words

import (
	"testing"
	"time"
)

func TestLanguage(t *testing.T) {
	t.Parallel()
	for asked, want := range map[string]string{
		"ru": "ru", " RU ": "ru", "ru-RU": "ru", "ru_RU": "ru", "русский": "ru", "en": "en", "en-GB": "en", "ENGLISH": "en",
		"": "", "uk": "", "kk": "", "de": "", "und": "", "klingonish language": "", "\xff": "",
	} {
		if got, ok := Language(asked); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v", asked, got, ok)
		}
	}
	for do, want := range map[Do]string{"speak_ru": "ru", "speak_en": "en", "speak_RU": "", "speak_de": "", "speak_": "", Check: ""} {
		if got, ok := do.Speaks(); got != want && ok {
			t.Errorf("%s: got %q", do, got)
		}
	}
}

func russian() Voice {
	v := speak(at(3, 12))
	v.Language = "ru"
	return v
}

func TestRussianTimes(t *testing.T) {
	t.Parallel()
	v := russian()
	for _, c := range []struct {
		when           time.Time
		bare, on, from string
	}{
		{at(3, 11), "03:11", "в 03:11", "с 03:11"},
		{at(3, 11).Add(days), "пн 03:11", "в пн 03:11", "с пн 03:11"},
		{at(3, 11).Add(2 * days), "вт 03:11", "во вт 03:11", "со вт 03:11"},
		{at(3, 11).Add(3 * days), "ср 03:11", "в ср 03:11", "со ср 03:11"},
		{at(3, 11).Add(10 * days), "2 дек 03:11", "2 дек в 03:11", "со 2 дек 03:11"},
		{at(3, 11).Add(-20 * days), "2 ноя 03:11", "2 ноя в 03:11", "со 2 ноя 03:11"},
		{at(3, 11).Add(-400 * days), "18 окт 2025 03:11", "18 окт 2025 в 03:11", "с 18 окт 2025 03:11"},
	} {
		if got := v.clock(c.when); got != c.bare || on(got) != c.on || from(got) != c.from {
			t.Errorf("got %q, %q, %q; want %q, %q, %q", got, on(got), from(got), c.bare, c.on, c.from)
		}
	}
	if got := on("пн 03:11 UTC"); got != "в пн 03:11 UTC" {
		t.Errorf("got %q", got)
	}
}

// Durations stand where Russian asks "how long": in the accusative.
func TestRussianDurations(t *testing.T) {
	t.Parallel()
	v := russian()
	for want, d := range map[string]time.Duration{
		"0 секунд": 0, "1 секунду": time.Second, "22 секунды": 22 * time.Second, "1 минуту": time.Minute, "2 минуты": 2 * time.Minute,
		"5 минут": 5 * time.Minute, "11 минут": 11 * time.Minute, "21 минуту": 21 * time.Minute, "1 час": time.Hour, "2 ч 38 мин": 158 * time.Minute,
		"12 часов": 12 * time.Hour, "1 день 4 ч": 28 * time.Hour, "5 дней 1 ч": 121 * time.Hour, "41 день": 41 * days, "112 дней": 112 * days,
	} {
		if got := v.lasting(d); got != want {
			t.Errorf("%s: got %q, want %q", d, got, want)
		}
	}
	if got := v.brief(3060 * time.Millisecond); got != "3,1 с" {
		t.Errorf("got %q", got)
	}
	if got := plain(v.say("digest.title_stopped_long", vars{"Count": 8412, "Since": "03:11"}), false); got != "8\u00a0412 номеров не работают с 03:11" {
		t.Errorf("got %q", got)
	}
}
