//go:build race

package words

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets the property tests make fewer tries under the race detector, where each takes ten times as long.
func TestMain(m *testing.M) {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		_ = checks.Value.Set("40")
	}
	os.Exit(m.Run())
}
