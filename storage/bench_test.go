package storage_test

import (
	"fmt"
	"testing"

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
