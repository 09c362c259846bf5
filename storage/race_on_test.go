//go:build race

package storage_test

import "flag"

// stride is how many calls the walks through all faults go on at once: the race detector makes each take many times as long.
const stride = 4

// shorten lets the random walks be shorter for the same reason.
func shorten() {
	flag.Parse()
	if checks := flag.Lookup("rapid.checks"); checks.Value.String() == checks.DefValue {
		_ = checks.Value.Set("30")
	}
}
