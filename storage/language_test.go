package storage_test

import (
	"maps"
	"testing"

	"greenwatch/storage"
)

// testLanguages has chats that are told and one that is not choose, choose again, and move.
func testLanguages(t *testing.T, s *storage.Store) {
	const super, stranger = -1009, 404
	expect := func(want map[int64]string) {
		t.Helper()
		got, err := s.Languages(t.Context())
		must(t, err)
		if !maps.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
	}
	subscribe(t, s, ops, boss)
	expect(map[int64]string{})
	must(t, s.ChooseLanguage(t.Context(), ops.Chat, "en"))
	must(t, s.ChooseLanguage(t.Context(), ops.Chat, "ru"))
	must(t, s.ChooseLanguage(t.Context(), stranger, "en"))
	expect(map[int64]string{ops.Chat: "ru", stranger: "en"})

	must(t, s.MoveChat(t.Context(), ops.Chat, super))
	expect(map[int64]string{super: "ru", stranger: "en"})
	must(t, s.ChooseLanguage(t.Context(), super, "en"))
	must(t, s.MoveChat(t.Context(), ops.Chat, super))
	expect(map[int64]string{super: "en", stranger: "en"})

	must(t, s.ChooseLanguage(t.Context(), boss.Chat, "ru"))
	must(t, s.MoveChat(t.Context(), boss.Chat, super)) // which has its own
	expect(map[int64]string{super: "en", stranger: "en"})
}
