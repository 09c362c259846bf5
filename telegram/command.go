package telegram

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// command finds a command for the bot called username at the start of text, and what follows it. Telegram marks a
// command as an entity; one in quoted code is not marked, and is none.
func command(text string, entities []wireEntity, username string) (name, args string) {
	for _, e := range entities {
		if e.Type != "bot_command" || e.Offset != 0 {
			continue
		}
		end := byteOffset(text, e.Length)
		word, found := strings.CutPrefix(text[:end], "/")
		next, _ := utf8.DecodeRuneInString(text[end:])
		if !found || end < len(text) && !unicode.IsSpace(next) {
			return "", ""
		}
		name, bot, addressed := strings.Cut(word, "@")
		if addressed && !strings.EqualFold(bot, username) {
			return "", ""
		}
		return strings.ToLower(name), strings.TrimSpace(text[end:])
	}
	return "", ""
}

// byteOffset is the place in s that is units UTF-16 units from the start, or the end of s.
func byteOffset(s string, units int) int {
	for i, r := range s {
		if units <= 0 {
			return i
		}
		units--
		if r > 0xFFFF {
			units-- // two units outside the basic plane
		}
	}
	return len(s)
}
