package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/urfave/cli/v3"

	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/words"
)

func checkCommand() *cli.Command {
	return &cli.Command{
		Name: "check", Usage: "ask every instance once and print the states, the worst first",
		Description: "Of the settings only GREEN_API_* and CHECK_TIMEOUT are read. Exit code 0: all are authorized; 1: some are\n" +
			"not; 2: none is known to be bad, and some or all could not be asked.",
		Flags: []cli.Flag{&cli.BoolFlag{Name: "json", Usage: "print one array of objects"}},
		Action: func(ctx context.Context, c *cli.Command) error {
			return alone(func(ctx context.Context, out io.Writer) error { return check(ctx, out, c.Bool("json")) })(ctx, c)
		},
	}
}

// checkedAtOnce is how many instances are asked at a time; each is asked once, as GREEN-API allows one question a second.
const checkedAtOnce = 64

// checked is an instance and what it has just answered. Its fields are those of `greenwatch check --json`, which scripts
// read: none is renamed or taken away.
type checked struct {
	ID      monitor.InstanceID `json:"id"`
	Name    string             `json:"name"`    // "" where it has none
	Tags    []string           `json:"tags"`    // never null
	State   string             `json:"state"`   // the API's own word, or ours where it said none
	Verdict monitor.Verdict    `json:"verdict"` // good, settling, bad, odd, refused, blind (429 too), or unseen if it was not asked
	Meaning string             `json:"meaning"` // in plain English
	Detail  string             `json:"detail"`  // "" where there is none
	At      time.Time          `json:"asked_at"`
	Took    int64              `json:"took_ms"`

	limited bool // 429 came both times
}

func check(ctx context.Context, out io.Writer, asJSON bool) error {
	cfg, err := loadPart(os.Environ(), settingsFile(), "GREEN_API_INSTANCES", "GREEN_API_URL", "CHECK_TIMEOUT",
		"GREEN_API_PARTNER_TOKEN", "GREEN_API_PARTNER_URL")
	if err != nil {
		return cli.Exit(err.Error(), 2)
	}
	hideIn(out, cfg)
	unlisted := joinPartner(ctx, &cfg)
	hideIn(out, cfg) // with the partner's
	all, err := checkAll(ctx, cfg)
	if err != nil {
		return cli.Exit(err.Error(), 2)
	}
	if asJSON {
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		encoder.SetIndent("", "  ")
		err = encoder.Encode(all)
	} else {
		_, err = io.WriteString(out, table(all))
	}
	if err != nil {
		return cli.Exit(err.Error(), 2)
	}
	code := checkCode(all)
	switch {
	case unlisted != nil:
		return cli.Exit("the partner's list: "+unlisted.Error(), cmp.Or(code, 2))
	case code != 0:
		return cli.Exit("", code)
	default:
		return nil
	}
}

// checkAll asks every instance once and gives the worst first.
func checkAll(ctx context.Context, cfg config) ([]checked, error) {
	client, err := newGreenAPI(cfg, nil, nil)
	if err != nil {
		return nil, err
	}
	defer client.CloseIdleConnections()
	instances := cfg.Fleet.Instances()
	all := make([]checked, len(instances))
	slots := make(chan struct{}, checkedAtOnce)
	var asking sync.WaitGroup
	for n, i := range instances {
		slots <- struct{}{}
		asking.Go(func() {
			defer func() { <-slots }()
			r := patiently(ctx, client, i.ID)
			word, meaning := words.Voice{}.Plain(r.Finding)
			all[n] = checked{
				ID: i.ID, Name: i.Name, Tags: append([]string{}, i.Tags...), State: word, Verdict: r.Verdict(), Meaning: meaning,
				Detail: r.Detail, At: r.At.UTC(), Took: time.Since(r.At).Milliseconds(),
				limited: r.Answer == monitor.Throttled,
			}
		})
	}
	asking.Wait()
	slices.SortStableFunc(all, func(a, b checked) int { // those alike stay in the order of their ids
		return cmp.Compare(slices.Index(worstFirst, a.Verdict), slices.Index(worstFirst, b.Verdict))
	})
	return all, nil
}

// patiently asks once more where somebody else, such as a greenwatch that is running, has asked the instance within the
// same second: https://green-api.com/en/docs/api/ratelimiter/.
func patiently(ctx context.Context, client *greenapi.Client, id monitor.InstanceID) monitor.Reading {
	r := client.State(ctx, id)
	if r.Answer != monitor.Throttled {
		return r
	}
	select {
	case <-ctx.Done():
		return r
	case <-time.After(1200 * time.Millisecond):
		return client.State(ctx, id)
	}
}

// worstFirst is the order of the table.
var worstFirst = []monitor.Verdict{monitor.Bad, monitor.Odd, monitor.Denied, monitor.Settling, monitor.Blind, monitor.Unseen, monitor.Good}

// checkCode is the exit code: 1 is what is known to be bad, 2 what is not known.
func checkCode(all []checked) int {
	code := 0
	for _, c := range all {
		switch c.Verdict {
		case monitor.Good:
		case monitor.Blind, monitor.Unseen:
			code = cmp.Or(code, 2)
		default:
			return 1
		}
	}
	return code
}

// table sets the columns side by side, at least two spaces apart.
func table(all []checked) string {
	rows := [][]string{{"ID", "NAME", "STATE", "MEANING", "TOOK"}}
	for _, c := range all {
		meaning := c.Meaning
		if c.Detail != "" {
			meaning += " (" + c.Detail + ")"
		}
		rows = append(rows, []string{string(c.ID), cmp.Or(c.Name, "-"), c.State, meaning, fmt.Sprintf("%d ms", c.Took)})
	}
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for n, cell := range row {
			widths[n] = max(widths[n], utf8.RuneCountInString(cell))
		}
	}
	var text strings.Builder
	for _, row := range rows {
		for n, cell := range row {
			if n < len(row)-1 {
				cell += strings.Repeat(" ", widths[n]-utf8.RuneCountInString(cell)+2)
			}
			text.WriteString(cell)
		}
		text.WriteString("\n")
	}
	return text.String()
}
