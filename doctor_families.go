package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"

	"greenwatch/dial"
	"greenwatch/telegram"
)

// mostServers is how many of GREEN-API's hosts are looked at.
const mostServers = 5

// families looks whether each server answers over both families of addresses. It needs one of them, but the other one costs
// a second now and then, or an answer.
func (d *doctor) families(ctx context.Context) {
	var telegrams, greens []string
	if len(d.cfg.Proxies) == 0 || slices.Contains(d.cfg.Proxies, telegram.Proxy{}) {
		telegrams = append(telegrams, d.cfg.TelegramURL)
	}
	for _, c := range d.cfg.Credentials {
		if !slices.Contains(greens, c.URL) && len(greens) < mostServers {
			greens = append(greens, c.URL)
		}
	}
	for _, server := range telegrams {
		d.family(ctx, "telegram", server)
	}
	for _, server := range greens {
		d.family(ctx, "instance", server)
	}
}

func (d *doctor) family(ctx context.Context, what, server string) {
	var found []dial.Finding
	err := within(ctx, func(ctx context.Context) (err error) {
		found, err = dial.Probe(ctx, server)
		return err
	})
	u, wrong := url.Parse(server)
	if err != nil || wrong != nil || len(found) != 2 || (found[0].Err == nil) == (found[1].Err == nil) {
		return // the same for both: other lines say it
	}
	bad, good := found[0], found[1]
	if bad.Err == nil {
		bad, good = good, bad
	}
	why := bad.Err.Error()
	if errors.Is(bad.Err, context.DeadlineExceeded) {
		why = "no answer"
	}
	d.tell(warning, what, fmt.Sprintf("%s: %s fails (%s), %s works", u.Hostname(), bad.Family, why, good.Family),
		fmt.Sprintf("greenwatch goes by %s; put %s of this machine right, or switch it off", good.Family, bad.Family))
}
