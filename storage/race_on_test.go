//go:build race

package storage_test

// stride is how many calls the walks through all faults go on at once: the race detector makes each take many times as long.
const stride = 4
