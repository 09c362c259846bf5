//go:build !race

package storage_test

const stride = 1

func shorten() {}
