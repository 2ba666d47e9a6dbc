package store

import "os"

// WithSync replaces the sync of the log, for tests of another package.
func WithSync(o Options, sync func(*os.File) error) Options {
	o.sync = sync
	return o
}

// SyncData is the sync that is used otherwise.
var SyncData = syncData
