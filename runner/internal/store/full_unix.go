//go:build unix

package store

import (
	"errors"
	"syscall"
)

// full reports whether there was no room.
func full(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }
