// Greenwatch watches GREEN-API instances, tells people in Telegram when one stops working, and lets them put it right
// from the chat.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	stdlog "log"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/urfave/cli/v3"

	"greenwatch/secret"
)

func main() { os.Exit(run(os.Args[1:])) }

// run is the exit code of one call of the program: 0, what an [cli.ExitCoder] says, or 1.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	known := secret.NewKnown() // as soon as a command has read its settings
	out, trouble := known.Writer(os.Stdout), known.Writer(os.Stderr)
	stdlog.SetOutput(libraries{trouble})
	err := greenwatch(out, trouble).Run(ctx, append([]string{"greenwatch"}, args...))
	if err == nil {
		return 0
	}
	if text := err.Error(); text != "" {
		_, _ = fmt.Fprintln(trouble, text)
	}
	if code, ok := errors.AsType[cli.ExitCoder](err); ok {
		return code.ExitCode()
	}
	return 1
}

// greenwatch is everything the program can be called for.
func greenwatch(out, trouble io.Writer) *cli.Command {
	return &cli.Command{
		Name:  "greenwatch",
		Usage: "watches GREEN-API instances and alerts in Telegram",
		Description: "Without a command it watches. Settings come from the environment and from .env in this folder;\n" +
			".env.example explains each of them.",
		Version: version(),
		Writer:  out, ErrWriter: trouble,
		HideHelpCommand:                 true,
		EnableShellCompletion:           true,
		ExitErrHandler:                  func(context.Context, *cli.Command, error) {}, // run reports
		OnUsageError:                    func(_ context.Context, _ *cli.Command, err error, _ bool) error { return err },
		Action:                          alone(watch),
		ConfigureShellCompletionCommand: completion,
		Commands: []*cli.Command{
			demoCommand(),
			initCommand(),
			doctorCommand(),
			checkCommand(),
			backupCommand(),
			restoreCommand(),
			versionCommand(),
			healthCommand(),
			installServiceCommand(),
		},
	}
}

// alone is the action of a command that takes no arguments.
func alone(do func(ctx context.Context, out io.Writer) error) cli.ActionFunc {
	return func(ctx context.Context, c *cli.Command) error {
		if c.Args().Present() {
			what := "takes no arguments"
			if len(c.Commands) > 0 {
				what = "has no such command"
			}
			return fmt.Errorf("%s %s: %s; see %[1]s -h", c.FullName(), c.Args().First(), what)
		}
		return do(ctx, c.Root().Writer)
	}
}

func demoCommand() *cli.Command {
	return &cli.Command{Name: "demo", Usage: "try it: no account, no file, no network", Action: alone(demo)}
}

func versionCommand() *cli.Command {
	return &cli.Command{Name: "version", Usage: "print the version, and what it was made from", Action: alone(func(_ context.Context, out io.Writer) error {
		_, err := fmt.Fprintln(out, edition())
		return err
	})}
}

// watch is the program as it runs in earnest.
func watch(ctx context.Context, out io.Writer) error {
	cfg, warnings, err := loadConfig(os.Environ(), settingsFile())
	if err != nil {
		return fmt.Errorf("greenwatch cannot start; these settings are missing or wrong:\n%w%s", err, notes(warnings))
	}
	hideIn(out, cfg) // its own errors
	masked := newMask(os.Stderr, cfg)
	log := newLog(masked, cfg)
	stdlog.SetOutput(libraries{inLog{log}})
	stdlog.SetFlags(0)
	for _, w := range warnings {
		log.WarnContext(ctx, w) //nolint:sloglint // the warnings are the constant messages of the configuration
	}
	watchdog, err := systemd()
	if err != nil {
		return fmt.Errorf("greenwatch cannot start: %w", err)
	}
	a, err := newApp(ctx, cfg, log, transports{supervisor: watchdog, hide: masked.Hide})
	if err != nil {
		return fmt.Errorf("greenwatch cannot start: %w", err)
	}
	log.InfoContext(ctx, "watching", "instances", len(cfg.Credentials), "chats", len(cfg.Chats), "version", version())
	err = a.run(ctx)
	log.InfoContext(ctx, "ended")
	return err
}

func notes(warnings []string) string {
	var all strings.Builder
	for _, w := range warnings {
		all.WriteString("\nnote: " + w)
	}
	return all.String()
}
