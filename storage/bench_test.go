package storage_test

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"greenwatch/monitor"
	"greenwatch/storage"
	"greenwatch/storage/storagetest"
)

// One change of one case, on the disk when it returns.
func BenchmarkUpdate(b *testing.B) {
	bench(b, func(b *testing.B, s *storage.Store) {
		for b.Loop() {
			update(b, s, kazan, tell(monitor.Returned))
		}
	})
}

// A look at a case that has not changed.
func BenchmarkUpdateUnchanged(b *testing.B) {
	bench(b, func(b *testing.B, s *storage.Store) {
		for b.Loop() {
			update(b, s, kazan, func(c monitor.Case) (monitor.Case, monitor.Effects) { return c, monitor.Effects{} })
		}
	})
}

// Five hundred numbers that drop together, each told to two chats.
func BenchmarkUpdateAll500(b *testing.B) {
	changes := make([]storage.Change, 500)
	for n := range changes {
		changes[n] = storage.Change{Subject: monitor.Subject(fmt.Sprint("instance/", 7105000000+n)), Apply: tell(monitor.Returned)}
	}
	bench(b, func(b *testing.B, s *storage.Store) {
		for b.Loop() {
			if _, err := s.UpdateAll(b.Context(), changes); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// The relay's look once a second, while 500 notes wait.
func BenchmarkWaiting(b *testing.B) {
	bench(b, func(b *testing.B, s *storage.Store) {
		for n := range 500 {
			update(b, s, monitor.Subject(fmt.Sprint("instance/", 7106000000+n)), begin)
		}
		for b.Loop() {
			waiting(b, s, start)
		}
	})
}

// What runs by itself, with few notes told in the last months and with very many: the last number should not be much more
// than the first. https://www.sqlite.org/lang_with.html#rcex1
func BenchmarkHistory(b *testing.B) {
	for _, notes := range []int{1_200, 1_200_000} {
		b.Run(fmt.Sprint(notes), func(b *testing.B) {
			s := open(b, storage.Options{URL: history(b, notes)})
			now := start.Add(time.Hour)
			for name, look := range map[string]func() error{
				"untold":  func() error { _, err := s.Untold(b.Context(), now); return err },
				"day":     func() error { _, err := s.Day(b.Context(), start.Add(-time.Minute)); return err },
				"waiting": func() error { _, err := s.Waiting(b.Context(), now); return err },
				"due":     func() error { _, err := s.Due(b.Context(), ops, now); return err },
				"stale":   func() error { _, err := s.Stale(b.Context(), ops); return err },
				"actions": func() error { _, err := s.ActionsSince(b.Context(), start); return err },
				"sweep": func() error {
					now = now.Add(time.Hour)
					return s.EndSweep(b.Context(), monitor.Sweep{Started: now, Ended: now})
				},
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						must(b, look())
					}
				})
			}
		})
	}
}

// history is a file with notes, actions and cards of the last 90 days, and a few that wait.
func history(b *testing.B, notes int) string {
	path := filepath.Join(b.TempDir(), "greenwatch.db")
	s := open(b, storage.Options{URL: path})
	subscribe(b, s, ops, night)
	update(b, s, kazan, begin)
	must(b, s.Close())
	db := raw(b, path)
	const numbers = `with recursive all_numbers (n) as (select 1 union all select n + 1 from all_numbers where n < $1) `
	at := fmt.Sprintf(`(%d - n * %d)`, start.UnixMilli(), 90*24*time.Hour.Milliseconds()/int64(notes))
	do(b, db, `insert into cases (subject, body) values ('instance/7', '{}')`)
	for _, fill := range []string{
		`insert into notes (id, key, chat, topic, subject, incident, kind, body, at, state, not_before, tries, trying, maybe_sent, settled_at, message_id, reason) ` +
			numbers + `select n + 100, 'old/' || n, -1001, 0, 'instance/7', n / 2 + 1, 'opened', '{}', ` + at + `, 'told', 0, 1, 0, 0, ` + at + `, n, '' from all_numbers`,
		`insert into incidents (subject, number, opened_at, closed_at, version, body) ` +
			numbers + `select 'instance/7', n, ` + at + `, ` + at + `, 1, '{}' from all_numbers where n % 2 = 0`,
		`insert into actions (key, subject, state, at, body) ` + numbers + `select 'act/' || n, 'instance/7', 'ended', ` + at + `, '{}' from all_numbers where n % 10 = 0`,
		`insert into cards (id, chat, topic, message_id) ` + numbers + `select n + 100, -1001, 0, n from all_numbers where n % 20 = 0`,
	} {
		do(b, db, fill, notes)
	}
	return path
}

func bench(b *testing.B, run func(b *testing.B, s *storage.Store)) {
	for _, engine := range storagetest.Engines() {
		b.Run(engine.Name, func(b *testing.B) {
			s := open(b, storage.Options{URL: engine.URL(b)})
			subscribe(b, s, ops, night)
			update(b, s, kazan, begin)
			run(b, s)
		})
	}
}
