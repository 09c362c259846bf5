package greenapi

import (
	"errors"
	"os"
	"syscall"
)

const exhausted = "this process can open no more connections"

// unasked reports whether the call failed on this machine, for want of what every connection needs: that is our own
// trouble, and no news of the instance. The resolver keeps no such cause in its errors, so a try shows it.
func (a answer) unasked() bool {
	return a.neverSent() && (wanting(a.err) || wanting(openOne()))
}

func wanting(err error) bool {
	for _, scarce := range []error{syscall.EMFILE, syscall.ENFILE, syscall.ENOBUFS, syscall.ENOMEM, syscall.EADDRNOTAVAIL} {
		if errors.Is(err, scarce) {
			return true
		}
	}
	return false
}

func openOne() error {
	f, err := os.Open(os.DevNull)
	if err != nil {
		return err
	}
	return f.Close()
}
