package main

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"

	"greenwatch/greenapi"
	"greenwatch/monitor"
)

// phones asks which phone is linked to an instance. The number itself goes no further: what is kept of it cannot be turned
// back without the bot's token, though all numbers could be tried with it.
type phones struct {
	green *greenapi.Client
	key   []byte
	name  string // of the key
}

func newPhones(cfg config, green *greenapi.Client) phones {
	key := sha256.Sum256([]byte("greenwatch: phones: " + cfg.BotToken.Reveal()))
	name := sha256.Sum256(key[:])
	return phones{green: green, key: key[:], name: hex.EncodeToString(name[:3])}
}

// Phone gives the phone that is linked; the zero one if GREEN-API does not say.
func (p phones) Phone(ctx context.Context, id monitor.InstanceID) (monitor.Phone, error) {
	said, err := p.green.Phone(ctx, id)
	digits := said.Reveal()
	if err != nil || digits == "" {
		return monitor.Phone{}, err
	}
	sum := hmac.New(sha256.New, p.key)
	_, _ = sum.Write([]byte(digits)) // never fails
	return monitor.Phone{
		Masked: "+" + digits[:min(4, len(digits)-4)] + "…" + digits[len(digits)-2:],
		Sum:    hex.EncodeToString(sum.Sum(nil)[:12]), Key: p.name,
	}, nil
}
