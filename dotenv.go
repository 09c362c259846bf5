package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"strings"

	"github.com/joho/godotenv"
)

// mergeEnvironment gives environ on top of what the .env file says, if there is one, without white space around values.
func mergeEnvironment(environ []string, dotenvPath string) (map[string]string, error) {
	values := map[string]string{}
	data, err := os.ReadFile(dotenvPath)
	switch {
	case err == nil:
		if values, err = parseDotenv(strings.TrimPrefix(string(data), "\ufeff")); err != nil {
			return nil, fmt.Errorf("%s: %w", dotenvPath, err)
		}
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("reading the .env file: %w", err)
	}
	for _, pair := range environ {
		name, value, _ := strings.Cut(pair, "=")
		if name == "LANGUAGE" && values[name] != "" && locales.MatchString(value) {
			continue // meant for other programs
		}
		values[name] = value
	}
	for name, value := range values {
		values[name] = strings.TrimSpace(value)
	}
	return values, nil
}

// parseDotenv names the line of the first mistake. The library's errors are of no use for that: they have no line, and
// quote the rest of the file with every secret in it.
func parseDotenv(text string) (map[string]string, error) {
	values, ok := dotenvValues(text)
	if ok {
		return values, nil
	}
	good, lines, end := 0, 0, 0
	for line := range strings.Lines(text) {
		lines, end = lines+1, end+len(line)
		if _, ok := dotenvValues(text[:end]); ok {
			good = lines
		}
	}
	return nil, fmt.Errorf("line %d cannot be read; want NAME=value, as in CHECK_TIMEOUT=30s, "+
		"or a comment behind a '#', and quotation marks closed", good+1)
}

var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.]*$`)

// dotenvValues reads a file; false: it is malformed. The library lets some malformed names pass.
func dotenvValues(text string) (map[string]string, bool) {
	values, err := godotenv.Unmarshal(text + "\n")
	if err != nil {
		return nil, false
	}
	for name := range values {
		if !variableName.MatchString(name) {
			return nil, false
		}
	}
	return values, true
}
