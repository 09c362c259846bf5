package monitor_test

import (
	"errors"
	"testing"

	"greenwatch/monitor"
)

func TestTooManyGone(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		gone, of int
		want     bool
	}{{0, 0, false}, {1, 1, false}, {1, 2, false}, {2, 2, true}, {2, 19, true}, {2, 20, false}, {30, 300, false}, {31, 300, true}} {
		if got := monitor.TooManyGone(tt.gone, tt.of); got != tt.want {
			t.Errorf("%d of %d: %t", tt.gone, tt.of, got)
		}
	}
}

// listed is a case that has taken version a of ten numbers.
func listed() monitor.Case {
	c, _ := monitor.Case{Subject: monitor.Self}.List(version("a"), monitor.Scene{})
	return c
}

func version(v string) monitor.ListNews { return monitor.ListNews{Version: v, Of: 10, Total: 10} }

func gone(v string, n int) monitor.ListNews {
	news := version(v)
	news.Gone.Count = n
	return news
}

func wrong(v string) monitor.ListNews {
	news := version(v)
	news.Wrong = 1
	return news
}

// A list's life, version by version: what is told of each, and which one is watched then.
func TestLists(t *testing.T) {
	t.Parallel()
	type step struct {
		news   monitor.ListNews
		answer monitor.ListAnswer // before it, to the version that was asked about
		told   monitor.AlertKind
		taken  string
	}
	start := func(n monitor.ListNews) monitor.ListNews {
		n.Start = true
		return n
	}
	const changed, refused, asked = monitor.ListChanged, monitor.ListRefused, monitor.ListAsked
	for name, steps := range map[string][]step{
		"the same":                    {{news: version("a"), taken: "a"}},
		"another order":               {{news: version("b"), taken: "b"}, {news: gone("a", 1), told: changed, taken: "a"}},
		"one gone":                    {{news: gone("b", 1), told: changed, taken: "b"}, {news: gone("b", 1), taken: "b"}},
		"wrong, told once, put right": {{news: wrong("b"), told: refused, taken: "a"}, {news: wrong("b"), taken: "a"}, {news: wrong("c"), told: refused, taken: "a"}, {news: version("a"), told: changed, taken: "a"}, {news: version("a"), taken: "a"}},
		"too many gone":               {{news: gone("b", 2), told: asked, taken: "a"}, {news: gone("b", 2), taken: "a"}, {news: gone("b", 2), answer: monitor.DropGone, told: changed, taken: "b"}},
		"kept":                        {{news: gone("b", 2), told: asked, taken: "a"}, {news: gone("b", 2), answer: monitor.KeepGone, taken: "a"}, {news: version("a"), taken: "a"}, {news: gone("b", 2), taken: "a"}, {news: gone("c", 3), told: asked, taken: "a"}},
		"yes, but another one by now": {{news: gone("b", 2), told: asked, taken: "a"}, {news: gone("c", 5), answer: monitor.DropGone, told: asked, taken: "a"}, {news: gone("b", 2), told: asked, taken: "a"}},
		"yes, but wrong by now":       {{news: gone("b", 2), told: asked, taken: "a"}, {news: wrong("c"), answer: monitor.DropGone, told: refused, taken: "a"}, {news: gone("b", 2), told: asked, taken: "a"}},
		"yes, but as before by now":   {{news: gone("b", 2), told: asked, taken: "a"}, {news: version("a"), answer: monitor.DropGone, taken: "a"}, {news: gone("b", 2), told: asked, taken: "a"}},
		"wrong, then too many gone":   {{news: wrong("b"), told: refused, taken: "a"}, {news: gone("c", 2), told: asked, taken: "a"}, {news: wrong("b"), told: refused, taken: "a"}},
		"gone at a start":             {{news: start(gone("b", 9)), told: changed, taken: "b"}, {news: start(gone("b", 9)), taken: "b"}},
	} {
		c := listed()
		keys := make(map[string]bool)
		for n, s := range steps {
			if s.answer != "" {
				var err error
				if c, err = c.AnswerList(c.Listing.Asked, s.answer); err != nil {
					t.Fatalf("%s, step %d: %v", name, n, err)
				}
			}
			var effects monitor.Effects
			c, effects = c.List(s.news, monitor.Scene{})
			told := monitor.AlertKind("")
			for _, a := range effects.Alerts {
				told = a.Kind
				if keys[a.Key] || a.List == nil || a.Silent == (s.news.Start && s.news.Gone.Count == 9) {
					t.Errorf("%s, step %d: told %+v", name, n, a)
				}
				keys[a.Key] = true
			}
			if told != s.told || c.Listing.Taken != s.taken {
				t.Errorf("%s, step %d: told %q and took %q, want %q and %q", name, n, told, c.Listing.Taken, s.told, s.taken)
			}
		}
	}
}

func TestTheFirstAnswerCounts(t *testing.T) {
	t.Parallel()
	c := listed()
	if _, err := c.AnswerList("", monitor.DropGone); !errors.Is(err, monitor.ErrListChanged) {
		t.Errorf("where nothing was asked: %v", err)
	}
	c, _ = c.List(gone("b", 4), monitor.Scene{})
	if q := c.Listing.Question; q.Gone != 4 || q.Of != 10 {
		t.Errorf("asked %+v", q)
	}
	if _, err := c.AnswerList("a", monitor.DropGone); !errors.Is(err, monitor.ErrListChanged) {
		t.Errorf("to another version: %v", err)
	}
	c, err := c.AnswerList("b", monitor.KeepGone)
	if err != nil {
		t.Error(err)
	}
	if again, err := c.AnswerList("b", monitor.DropGone); !errors.Is(err, monitor.ErrListAnswered) || again.Listing.Answer != monitor.KeepGone {
		t.Errorf("a second answer: %v", err)
	}
}
