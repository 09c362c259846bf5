//go:build linux || darwin

package storage

import (
	"errors"
	"io"
	"os"
	"runtime"
	"syscall"
)

// lockAt is a byte that SQLite neither reads, writes nor locks: in the page of its own locks, behind these.
// https://www.sqlite.org/fileformat2.html#the_lock_byte_page
const lockAt = 0x40000000 + 1024

// taken reports whether another open file has the lock, and takes it where none has, until f is closed. It belongs to f, not
// to the process, so that it lasts whatever SQLite opens and closes. Where the file system knows no such locks, it is
// free.
func taken(f *os.File) bool {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: lockAt, Len: 1}
	set := 37 // F_OFD_SETLK
	if runtime.GOOS == "darwin" {
		set = 90
	}
	err := syscall.FcntlFlock(f.Fd(), set, &lock)
	return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES)
}
