package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"testing"
	"testing/synctest"
	"time"

	"greenwatch/storage"
)

func TestDatabaseServerStartsLater(t *testing.T) {
	t.Parallel()
	away := fmt.Errorf("storage: opening: %w", storage.ErrAway)
	for name, c := range map[string]struct {
		up      time.Duration // from when on it answers
		answers error
		within  time.Duration
		want    error
	}{
		"at once":  {0, nil, 0, nil},
		"refuses":  {0, storage.ErrReadOnly, 0, storage.ErrReadOnly},
		"soon":     {20 * time.Second, nil, 25 * time.Second, nil},
		"too late": {2 * time.Minute, nil, openWithin + 2*openAgain, storage.ErrAway},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				began := time.Now()
				_, err := openStore(t.Context(), slog.New(slog.DiscardHandler), func(context.Context) (*storage.Store, error) {
					if time.Since(began) < c.up {
						return nil, away
					}
					return nil, c.answers
				})
				if took := time.Since(began); !errors.Is(err, c.want) || took > c.within {
					t.Errorf("after %s: %v, want %v", took, err, c.want)
				}
			})
		})
	}
}
