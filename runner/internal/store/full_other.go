//go:build !unix

package store

// full reports whether there was no room. Elsewhere the system's own words say so.
func full(error) bool { return false }
