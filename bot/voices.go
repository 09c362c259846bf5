package bot

import (
	"context"
	"errors"
	"maps"
	"sync"
	"time"

	"greenwatch/words"
)

// Languages keeps which language a chat has chosen.
type Languages interface {
	Languages(ctx context.Context) (map[int64]string, error)
	ChooseLanguage(ctx context.Context, chat int64, language string) error
}

// Voices are how each chat is spoken to: in the language that it has chosen, or else in that of the settings. They are
// kept in memory, so that no message waits for the database.
type Voices struct {
	store Languages
	own   words.Voice

	mu     sync.RWMutex
	chosen map[int64]string
}

// NewVoices reads what the chats have chosen. own is the voice of the settings.
func NewVoices(ctx context.Context, store Languages, own words.Voice) (*Voices, error) {
	if store == nil {
		return nil, errors.New("bot: nobody keeps the languages")
	}
	chosen, err := store.Languages(ctx)
	if err != nil {
		return nil, err
	}
	maps.DeleteFunc(chosen, func(_ int64, tag string) bool {
		known, ok := words.Language(tag)
		return !ok || known != tag
	})
	return &Voices{store: store, own: own, chosen: chosen}, nil
}

// Own is the voice of the settings, for whoever is in no chat.
func (v *Voices) Own() words.Voice { return v.in(v.own.Language) }

// Of is the voice for a chat.
func (v *Voices) Of(chat int64) words.Voice {
	v.mu.RLock()
	defer v.mu.RUnlock()
	if tag, has := v.chosen[chat]; has {
		return v.in(tag)
	}
	return v.Own()
}

func (v *Voices) in(tag string) words.Voice {
	voice := v.own
	voice.Language, voice.Now = tag, time.Now()
	return voice
}

// choose gives a chat a language: it is kept first, and spoken then.
func (v *Voices) choose(ctx context.Context, chat int64, tag string) error {
	if err := v.store.ChooseLanguage(ctx, chat, tag); err != nil {
		return err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.chosen[chat] = tag
	return nil
}

// moved lets the chat that from has become keep its language; the store does so too where it moves the chat.
func (v *Voices) moved(from, to int64) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if tag, has := v.chosen[from]; has && v.chosen[to] == "" {
		v.chosen[to] = tag
	}
	delete(v.chosen, from)
}

// choices are the chats that have chosen.
func (v *Voices) choices() map[int64]string {
	v.mu.RLock()
	defer v.mu.RUnlock()
	return maps.Clone(v.chosen)
}
