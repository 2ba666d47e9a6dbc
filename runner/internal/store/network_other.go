//go:build !linux && !darwin && !windows

package store

// detectNetwork cannot tell here.
func detectNetwork(string) (string, error) { return "", nil }
