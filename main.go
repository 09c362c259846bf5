// Greenwatch watches GREEN-API instances, tells people in Telegram when one stops working, and lets them put it right
// from the chat.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"runtime/debug"
	"strings"
	"syscall"

	"greenwatch/outside"
	"greenwatch/secret"
)

const usage = `greenwatch watches GREEN-API instances and alerts in Telegram.

  greenwatch           watch; settings come from the environment and from .env (see .env.example)
  greenwatch demo      try it: no account, no file, no network
  greenwatch version   print the version
  greenwatch -h        print this

`

func main() { os.Exit(run(os.Args[1:])) }

// run is the exit code of one call of the program.
func run(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := command(ctx, args); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// command carries out one call of the program.
func command(ctx context.Context, args []string) error {
	switch name := append(args, "")[0]; {
	case len(args) > 1:
		return fmt.Errorf("too many arguments\n\n%s", usage)
	case name == "":
		return watch(ctx)
	case name == "demo":
		return demo(ctx, os.Stdout)
	case name == "version" || name == "-version" || name == "--version":
		fmt.Println("greenwatch", version())
		return nil
	case name == "-h" || name == "-help" || name == "--help" || name == "help":
		fmt.Print(usage)
		return nil
	default:
		return fmt.Errorf("there is no command %q\n\n%s", name, usage)
	}
}

// watch is the program as it runs in earnest.
func watch(ctx context.Context) error {
	cfg, warnings, err := loadConfig(os.Environ(), ".env")
	if err != nil {
		return fmt.Errorf("greenwatch cannot start; these settings are missing or wrong:\n%w%s", err, notes(warnings))
	}
	log := newLog(os.Stderr, cfg)
	for _, w := range warnings {
		log.WarnContext(ctx, w) //nolint:sloglint // the warnings are the constant messages of the configuration
	}
	a, err := newApp(ctx, cfg, log, transports{})
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

// newLog masks every token that should slip through.
func newLog(w io.Writer, cfg config) *slog.Logger {
	secrets := []secret.Text{cfg.BotToken}
	for _, c := range cfg.Credentials {
		secrets = append(secrets, c.Token)
	}
	for _, address := range append(cfg.Fallbacks[:len(cfg.Fallbacks):len(cfg.Fallbacks)], cfg.Heartbeat) {
		secrets = append(secrets, outside.Secrets(address)...)
	}
	masked := secret.NewWriter(w, secrets...)
	options := &slog.HandlerOptions{Level: cfg.LogLevel}
	if cfg.LogJSON {
		return slog.New(slog.NewJSONHandler(masked, options))
	}
	return slog.New(slog.NewTextHandler(masked, options))
}

// version is what the build says of itself.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}
