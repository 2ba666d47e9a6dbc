package store

import (
	"errors"
	"os"
	"syscall"
)

// syncData waits until what was written to the file is on disk. Its times may be
// lost: writing those takes a commit of the file system's own log besides.
func syncData(f *os.File) error {
	for {
		err := syscall.Fdatasync(int(f.Fd()))
		if !errors.Is(err, syscall.EINTR) {
			return os.NewSyscallError("fdatasync", err)
		}
	}
}
