package words

import (
	"fmt"
	"strings"
)

// on puts Russian's "at" to a time of [Voice.clock]: "в 03:11", "во вт 03:11", "15 ноя в 03:11".
func on(clock any) string {
	s := fmt.Sprint(clock)
	first, _, _ := strings.Cut(s, " ")
	colon := strings.Index(s, ":")
	switch {
	case first == "вт":
		return "во " + s
	case colon > 3 && isNumber(first): // a date
		return s[:colon-2] + "в " + s[colon-2:]
	default:
		return "в " + s
	}
}

// from puts Russian's "since" to a time of [Voice.clock]: "с 03:11", "со вт 03:11", "со 2 мар 03:11".
func from(clock any) string {
	s := fmt.Sprint(clock)
	switch first, _, _ := strings.Cut(s, " "); first {
	case "вт", "ср", "2":
		return "со " + s
	default:
		return "с " + s
	}
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }
