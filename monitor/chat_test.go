package monitor_test

import (
	"testing"
	"time"

	"greenwatch/monitor"
)

// One message that a chat refuses, nobody knows why, is no reason to say that nobody can be told; one that lasts is.
func TestUntellable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 22, 3, 12, 0, 0, time.UTC)
	dead := monitor.Chat{Dead: now}
	refuses := func(since time.Duration) monitor.Chat {
		return monitor.Chat{Refused: monitor.RefusedNotes{Waiting: 1, Since: now.Add(-since)}}
	}
	for name, c := range map[string]struct {
		chats  []monitor.Chat
		some   int
		nobody bool
	}{
		"none":                  {nil, 0, false},
		"all is well":           {[]monitor.Chat{{}}, 0, false},
		"dead":                  {[]monitor.Chat{dead}, 1, true},
		"one of two is dead":    {[]monitor.Chat{dead, {}}, 1, false},
		"just refused":          {[]monitor.Chat{refuses(time.Second)}, 1, false},
		"refused for long":      {[]monitor.Chat{refuses(monitor.LateAfter)}, 1, true},
		"dead, and for long":    {[]monitor.Chat{dead, refuses(time.Hour)}, 2, true},
		"dead, and just so":     {[]monitor.Chat{dead, refuses(time.Second)}, 2, false},
		"long, and one is well": {[]monitor.Chat{refuses(time.Hour), {}}, 1, false},
	} {
		some, nobody := monitor.Untellable(c.chats, now)
		if len(some) != c.some || nobody != c.nobody {
			t.Errorf("%s: %d refuse, nobody %t; want %d, %t", name, len(some), nobody, c.some, c.nobody)
		}
	}
}
