package main

import (
	"context"
	_ "embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/urfave/cli/v3"
)

//go:embed deploy/greenwatch.service
var serviceUnit string

const (
	unitName      = "greenwatch.service"
	unitProgram   = "/usr/bin/greenwatch" // as the unit has it, for packages
	ownProgram    = "/usr/local/bin/greenwatch"
	ownUnit       = "/etc/systemd/system/" + unitName
	ownSettings   = "/etc/greenwatch/" + settingsName
	systemdIsHere = "/run/systemd/system" // sd_booted(3)
)

// unitsOfPackages are where a package has put the unit, old and new.
var unitsOfPackages = []string{"/usr/lib/systemd/system/" + unitName, "/lib/systemd/system/" + unitName}

func installServiceCommand() *cli.Command {
	return &cli.Command{
		Name: "install-service", Usage: "let systemd run this program, from now on and after each start of the machine",
		Description: "Copies this program to " + ownProgram + ", writes " + ownUnit + ", copies .env of this\n" +
			"folder to " + ownSettings + " where there is none yet, and starts the service. It may be run again.",
		Flags: []cli.Flag{
			&cli.BoolFlag{Name: "dry-run", Usage: "only say what would be done"},
			&cli.StringFlag{Name: "root", Hidden: true, Usage: "install below this folder"},
		},
		Action: func(ctx context.Context, c *cli.Command) error {
			i := installation{root: c.String("root"), dry: c.Bool("dry-run")}
			return alone(func(ctx context.Context, out io.Writer) error {
				i.out = out
				if err := i.install(ctx); err != nil {
					return fmt.Errorf("greenwatch install-service: %w", err)
				}
				return nil
			})(ctx, c)
		},
	}
}

// installation puts the program, its unit and its settings where systemd finds them.
type installation struct {
	root string // everything is put below it; empty: in earnest
	dry  bool
	out  io.Writer
}

func (i installation) install(ctx context.Context) error {
	if err := i.possible(); err != nil {
		return err
	}
	path, program, err := i.program()
	if err != nil {
		return err
	}
	unit := strings.Replace(serviceUnit, "ExecStart="+unitProgram, "ExecStart="+path, 1)
	newUnit, err := i.put(ownUnit, []byte(unit), 0o644)
	if err != nil {
		return err
	}
	configured, err := i.settings()
	if err != nil {
		return err
	}
	return i.start(ctx, program || newUnit, configured)
}

// possible says what is missing here.
func (i installation) possible() error {
	for _, unit := range unitsOfPackages {
		if _, err := os.Stat(i.at(unit)); err == nil {
			return fmt.Errorf("a package has put %s there; write %s and run: systemctl enable --now greenwatch", unit, ownSettings)
		}
	}
	if i.root != "" {
		return nil
	}
	if _, err := os.Stat(systemdIsHere); runtime.GOOS != "linux" || err != nil {
		return errors.New("systemd does not run here; docs/install.md has other ways")
	}
	if os.Geteuid() != 0 && !i.dry {
		return errors.New("only root may install a service: put sudo in front, or add --dry-run to see what would be done")
	}
	return nil
}

func (i installation) at(path string) string { return filepath.Join(i.root, path) }

// program is where this program is run from as a service, and whether that is new. It stays where only root puts programs,
// and is copied from anywhere else: a home folder is hidden from the service.
func (i installation) program() (path string, put bool, err error) {
	running, err := os.Executable()
	if err == nil {
		running, err = filepath.EvalSymlinks(running)
	}
	if err != nil {
		return "", false, fmt.Errorf("looking for this program: %w", err)
	}
	if running == unitProgram {
		i.say("use", running)
		return running, false, nil
	}
	if running == i.at(ownProgram) {
		i.say("use", ownProgram)
		return ownProgram, false, nil
	}
	binary, err := os.ReadFile(running)
	if err != nil {
		return "", false, fmt.Errorf("reading this program: %w", err)
	}
	put, err = i.put(ownProgram, binary, 0o755)
	return ownProgram, put, err
}

// settings are there afterwards, or false. What is there is never overwritten.
func (i installation) settings() (bool, error) {
	if _, err := os.Stat(i.at(ownSettings)); err == nil {
		i.say("keep", ownSettings)
		return true, nil
	}
	text, err := os.ReadFile(".env")
	if errors.Is(err, os.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reading the settings: %w", err)
	}
	_, err = i.put(ownSettings, text, 0o600)
	return err == nil, err
}

// start lets systemd take up what has changed. A service that runs is started again only where it has.
func (i installation) start(ctx context.Context, changed, configured bool) error {
	if changed {
		if err := i.systemctl(ctx, "daemon-reload"); err != nil {
			return err
		}
	}
	if !configured {
		if err := i.systemctl(ctx, "enable", unitName); err != nil {
			return err
		}
		i.say("", "There is no .env in this folder, and no "+ownSettings+": write the latter (.env.example shows how),")
		i.say("", "readable for root alone, and run: systemctl start greenwatch")
		return nil
	}
	if changed {
		if err := i.systemctl(ctx, "try-restart", unitName); err != nil {
			return err
		}
	}
	if err := i.systemctl(ctx, "enable", "--now", unitName); err != nil {
		return fmt.Errorf("%w\nwhy: journalctl -u greenwatch -n 20", err)
	}
	if !i.dry {
		i.say("", "greenwatch runs. What it says: journalctl -fu greenwatch; its settings: "+ownSettings)
	}
	return nil
}

func (i installation) systemctl(ctx context.Context, args ...string) error {
	i.say("run", "systemctl "+strings.Join(args, " "))
	if i.dry {
		return nil
	}
	if out, err := exec.CommandContext(ctx, "systemctl", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("systemctl %s: %w\n%s", strings.Join(args, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

// say tells of a step, which may be empty.
func (i installation) say(step, what string) {
	if step != "" {
		what = fmt.Sprintf("%-5s %s", step, what)
	}
	if i.dry && step != "" {
		what = "would " + what
	}
	_, _ = fmt.Fprintln(i.out, what) // who cannot read it any more has it installed all the same
}

// put makes a file as it should be, at once and whole; false: it was so before.
func (i installation) put(path string, content []byte, mode os.FileMode) (bool, error) {
	at := i.at(path)
	if old, err := os.ReadFile(at); err == nil && string(old) == string(content) {
		i.say("keep", path)
		return false, nil
	}
	i.say("write", path)
	if i.dry {
		return true, nil
	}
	return true, replaceFile(at, content, mode)
}

// replaceFile lets nobody see half a file, nor one with the wrong rights; a program that runs from it goes on.
func replaceFile(path string, content []byte, mode os.FileMode) error {
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return err
	}
	next, err := os.CreateTemp(folder, "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return err
	}
	_, err = next.Write(content)
	err = errors.Join(err, next.Chmod(mode), next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(next.Name()))
	}
	return nil
}
