//go:build race

package monitor

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets the walks be shorter under the race detector: the rules are pure, and each try takes ten times as long.
func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		_ = checks.Value.Set("8")
	}
	os.Exit(m.Run())
}
