package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/urfave/cli/v3"

	"greenwatch/fleet"
	"greenwatch/greenapi"
	"greenwatch/monitor"
	"greenwatch/setup"
)

func initCommand() *cli.Command {
	return &cli.Command{
		Name: "init", Usage: "set up, step by step; each answer is tried live",
		Description: "Asks for the bot's token and the instances, finds out by a link who is told and who may press the\n" +
			"buttons, sends a test alert and writes .env in this folder. It can be ended and gone on with.\n" +
			"Exit code 0: it came to the end; 1: it did not, and what was answered is kept.",
		Action: func(ctx context.Context, c *cli.Command) error {
			return alone(func(ctx context.Context, out io.Writer) error { return initialize(ctx, c.Root().Reader, out) })(ctx, c)
		},
	}
}

// initialize leads the dialogue about .env in this folder.
func initialize(ctx context.Context, in io.Reader, out io.Writer) error {
	if cfg, err := loadPart(os.Environ(), ".env"); err == nil {
		hideIn(out, cfg)
	}
	o := initOptions(os.Environ(), ".env")
	o.In, o.Out, o.Zone = in, out, machineZone()
	if _, err := o.Load("", ""); err != nil { // the address of all instances
		return fmt.Errorf("greenwatch init cannot ask any instance:\n%w", err)
	}
	err := setup.Run(ctx, o)
	if errors.Is(err, setup.ErrStopped) {
		text := "\nStopped."
		if _, err := os.Stat(o.File); err == nil {
			text += " What was answered is kept in " + o.File + "; greenwatch init goes on from there."
		}
		return cli.Exit(text, 1)
	}
	return err
}

// initOptions hands the dialogue what it may not import.
func initOptions(environ []string, file string) setup.Options {
	set := environmentOf(environ)
	return setup.Options{
		File: file, Environ: set, Parse: parseDotenv,
		Load: func(entries, list string) ([]setup.Instance, error) {
			return listed(fleet.Sources{Entries: entries, File: list, URL: greenURL(set, file)})
		},
		State: askOnce,
	}
}

// environmentOf is those of the settings that environ has.
func environmentOf(environ []string) map[string]string {
	ours := newConfigCheck().wants
	values := map[string]string{}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if name == "LANGUAGE" && locales.MatchString(value) {
			continue // meant for other programs
		}
		if _, ok := ours[name]; ok {
			values[name] = value
		}
	}
	return values
}

// greenURL is GREEN_API_URL as it stands now.
func greenURL(environ map[string]string, file string) string {
	if set := environ["GREEN_API_URL"]; set != "" {
		return set
	}
	const usual = "https://api.green-api.com"
	values, err := mergeEnvironment(nil, file)
	if err != nil || values["GREEN_API_URL"] == "" {
		return usual
	}
	return values["GREEN_API_URL"]
}

func listed(s fleet.Sources) ([]setup.Instance, error) {
	f, credentials, err := fleet.Load(s)
	if err != nil {
		return nil, err
	}
	all := make([]setup.Instance, 0, len(credentials))
	for _, c := range credentials {
		i, _ := f.Instance(c.ID)
		all = append(all, setup.Instance{Instance: i, Token: c.Token, URL: c.URL})
	}
	return all, nil
}

// askOnce asks an instance that is not in the settings yet.
func askOnce(ctx context.Context, i setup.Instance) monitor.Reading {
	client, err := greenapi.New(greenapi.Options{
		Credentials: []greenapi.Credential{{ID: i.ID, Token: i.Token, URL: i.URL}},
		Timeout:     10 * time.Second, UserAgent: "greenwatch/" + version(),
	})
	if err != nil { // what the list lets pass passes here too
		return monitor.Reading{Instance: i.ID, Finding: monitor.Finding{Answer: monitor.NoAnswer}, Detail: err.Error()}
	}
	defer client.CloseIdleConnections()
	return client.State(ctx, i.ID)
}

// machineZone is the name of this machine's time zone, or "" where it has none or UTC.
func machineZone() string {
	name := os.Getenv("TZ")
	if link, err := filepath.EvalSymlinks("/etc/localtime"); name == "" && err == nil {
		_, name, _ = strings.Cut(filepath.ToSlash(link), "/zoneinfo/")
	}
	zone, err := time.LoadLocation(name)
	if err != nil || strings.EqualFold(name, "local") || !strings.Contains(name, "/") || strings.HasPrefix(name, "Etc/") {
		return "" // also what is another name of UTC
	}
	return zone.String()
}
