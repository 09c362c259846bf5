package setup

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// envFile is the .env file. Each change reads it anew, touches nothing but the lines of its variable, and puts the whole
// in place at once, readable by its owner alone.
type envFile struct {
	path  string
	parse func(text string) (map[string]string, error)
}

// values gives what the file says; there are none where it is missing.
func (f envFile) values() (map[string]string, error) {
	text, err := f.read()
	if err != nil {
		return nil, err
	}
	values, err := f.parse(text)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", f.path, err)
	}
	return values, nil
}

func (f envFile) exists() bool {
	info, err := os.Stat(f.path)
	return err == nil && info.Size() > 0
}

func (f envFile) read() (string, error) {
	data, err := os.ReadFile(f.path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("setup: reading %s: %w", f.path, err)
	}
	return strings.TrimPrefix(string(data), "\ufeff"), nil
}

// set writes a variable. It makes sure that the variable then reads as value, and every other one as before.
func (f envFile) set(name, value string) error {
	text, err := f.read()
	if err != nil {
		return err
	}
	want, err := f.parse(text)
	if err != nil {
		return fmt.Errorf("%s: %w", f.path, err)
	}
	text = replaceAssignment(text, name, name+"="+quoted(value))
	got, err := f.parse(text)
	want[name] = value
	if err != nil || !same(want, got) {
		return fmt.Errorf("setup: %s cannot be written to %s: put it in by hand", name, f.path)
	}
	return f.write(text)
}

func same(want, got map[string]string) bool {
	for name, value := range want {
		if got[name] != value {
			return false
		}
	}
	return len(got) == len(want)
}

// write is on the disk, and has replaced the file, when it returns without an error.
func (f envFile) write(text string) error {
	path := f.path
	if file, err := filepath.EvalSymlinks(path); err == nil {
		path = file
	}
	next, err := os.CreateTemp(filepath.Dir(path), ".env-*") // for its owner alone: 0600
	if err != nil {
		return fmt.Errorf("setup: writing %s: %w", f.path, err)
	}
	_, err = next.WriteString(text)
	err = errors.Join(err, next.Sync(), next.Close())
	if err == nil {
		err = os.Rename(next.Name(), path)
	}
	if err != nil {
		return fmt.Errorf("setup: writing %s: %w", f.path, errors.Join(err, os.Remove(next.Name())))
	}
	return nil
}

// plainValue is what means itself in every reader of such files, without quotation marks.
var plainValue = regexp.MustCompile(`^[\pL\pN_@:/.,+=-]*$`)

// quoted is a value as it stands behind the '='. In single quotation marks everything means itself.
func quoted(value string) string {
	switch {
	case plainValue.MatchString(value):
		return value
	case !strings.Contains(value, "'"):
		return "'" + value + "'"
	default:
		return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, `$`, `\$`).Replace(value) + `"`
	}
}

// replaceAssignment puts line into the place of the last assignment of name, the one that counts, or at the end.
func replaceAssignment(text, name, line string) string {
	starts := regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?`+regexp.QuoteMeta(name)+`[ \t]*[=:]`).FindAllStringIndex(text, -1)
	for n := len(starts) - 1; n >= 0; n-- {
		start, value := starts[n][0], starts[n][1]
		if !within(text, start) {
			return text[:start] + line + text[value+valueLength(text[value:]):]
		}
	}
	if text != "" && !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	return text + line + "\n"
}

// assignment is the beginning of any.
var assignment = regexp.MustCompile(`(?m)^[ \t]*(?:export[ \t]+)?[A-Za-z_][A-Za-z0-9_.]*[ \t]*[=:]`)

// within reports whether the line at start is a part of a value of several lines.
func within(text string, start int) bool {
	at := 0
	for at < start {
		next := assignment.FindStringIndex(text[at:])
		if next == nil || at+next[0] >= start {
			return false
		}
		at += next[1]
		at += valueLength(text[at:])
	}
	return at > start
}

// valueLength is how much of text belongs to a value that begins there: up to its closing quotation mark, or to the end
// of the line.
func valueLength(text string) int {
	rest := strings.TrimLeft(text, " \t")
	skipped := len(text) - len(rest)
	if rest != "" && (rest[0] == '"' || rest[0] == '\'') {
		for i := 1; i < len(rest); i++ {
			if rest[i] == rest[0] && rest[i-1] != '\\' {
				return skipped + i + 1
			}
		}
	}
	if end := strings.IndexAny(text, "\r\n"); end >= 0 {
		return end
	}
	return len(text)
}
