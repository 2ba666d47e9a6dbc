//go:build !linux

package store

import "os"

// syncData waits until what was written to the file is on disk; on macOS, not only
// in the disk's cache.
func syncData(f *os.File) error { return f.Sync() }
