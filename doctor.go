package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"greenwatch/monitor"
	"greenwatch/telegram"
)

func doctorCommand() *cli.Command {
	return &cli.Command{
		Name: "doctor", Usage: "look at everything that greenwatch needs, and say what to do",
		Description: "A line for each thing as it is looked at. Nothing is changed and nobody is written to; greenwatch may be\n" +
			"running. Exit code 0: nothing fails, though there may be warnings; 1: something fails.",
		Action: alone(func(ctx context.Context, out io.Writer) error {
			d := &doctor{out: out, file: settingsFile()}
			d.examine(ctx, os.Environ())
			if d.failed > 0 {
				return cli.Exit("", 1)
			}
			return nil
		}),
	}
}

// lookTime is how long one thing is looked at.
const lookTime = 15 * time.Second

// doctor looks at one thing after another, whatever it finds.
type doctor struct {
	out    io.Writer
	file   string // where the settings are
	cfg    config
	path   string           // of the database; "" where it is no file
	known  []monitor.Chat   // what the database says of the chats
	client *telegram.Client // nil: there is no token to ask with
	failed int
	warned int
}

// mark is what a line begins with.
type mark string

const (
	fine    mark = "ok"
	warning mark = "warn"
	failing mark = "FAIL"
)

// tell writes a line, and under it what to do, if anything.
func (d *doctor) tell(m mark, what, text, remedy string) {
	switch m {
	case failing:
		d.failed++
	case warning:
		d.warned++
	}
	text = strings.ReplaceAll(text, "\n", "; ")
	_, _ = fmt.Fprintf(d.out, "%-4s  %-9s  %s\n", m, what, text)
	if remedy != "" && m != fine {
		_, _ = fmt.Fprintf(d.out, "%17s%s\n", "", "-> "+remedy)
	}
}

func (d *doctor) examine(ctx context.Context, environ []string) {
	d.settings(environ)
	for _, look := range []func(context.Context){
		d.database, d.disk, d.http, d.ways, d.families, d.bot, d.chats, d.operators, d.partner, d.instances, d.notifications, d.clocks,
	} {
		if ctx.Err() != nil {
			d.tell(failing, "doctor", "stopped before the end", "")
			return
		}
		look(ctx)
	}
	_, _ = fmt.Fprintf(d.out, "\n%s, %s.\n", failures(d.failed), plural(d.warned, "warning"))
}

func failures(n int) string {
	if n == 0 {
		return "Nothing fails"
	}
	return plural(n, "failure")
}

// settings reads what is set. What is wrong there leaves out what depends on it.
func (d *doctor) settings(environ []string) {
	const what = "settings"
	cfg, warnings, err := loadConfig(environ, d.file)
	d.cfg = cfg
	hideIn(d.out, cfg)
	for _, w := range warnings {
		d.tell(warning, what, w, "correct it in "+d.file+", or call greenwatch init")
	}
	if err != nil {
		for line := range strings.Lines(err.Error()) {
			d.tell(failing, what, strings.TrimSpace(line), "correct it in "+d.file+", or call greenwatch init")
		}
	} else {
		instances := plural(len(cfg.Credentials), "instance")
		if cfg.PartnerToken.Reveal() != "" {
			instances += " and a partner's list"
		}
		d.tell(fine, what, fmt.Sprintf("%s, %s, %s", instances, plural(len(cfg.Chats), "chat"), plural(len(cfg.Operators), "operator")), "")
	}
	info, err := os.Stat(d.file)
	if err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		d.tell(warning, what, "others on this machine can read "+d.file+", which holds tokens", "chmod 600 "+d.file)
	}
}

// within runs a look with its share of time.
func within(ctx context.Context, do func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	err := do(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("no answer within %s", lookTime)
	}
	return err
}
