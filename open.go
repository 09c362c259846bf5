package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"greenwatch/storage"
)

const (
	openWithin = time.Minute
	openAgain  = 3 * time.Second
)

// openStore waits a minute for a database server that does not answer: it may have been started together with us. Every
// other trouble is an error at once.
func openStore(ctx context.Context, log *slog.Logger, open func(context.Context) (*storage.Store, error)) (*storage.Store, error) {
	giveUp := time.Now().Add(openWithin)
	for waiting := false; ; waiting = true {
		store, err := open(ctx)
		if !errors.Is(err, storage.ErrAway) || time.Now().After(giveUp) {
			return store, err
		}
		if !waiting {
			log.WarnContext(ctx, "the database server does not answer yet; waiting for a minute", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil, err
		case <-time.After(openAgain):
		}
	}
}
