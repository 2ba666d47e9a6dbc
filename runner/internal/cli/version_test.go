package cli

import (
	"runtime/debug"
	"testing"
)

// The commit is told as the toolchain recorded it, and nothing where it did not.
func TestBuiltFrom(t *testing.T) {
	full := []debug.BuildSetting{{Key: "CGO_ENABLED", Value: "0"}, {Key: "vcs.revision", Value: "a01e8f8d5c0f4a7b9e21"},
		{Key: "vcs.time", Value: "2026-11-28T10:11:12Z"}, {Key: "vcs.modified", Value: "true"}}
	for want, settings := range map[string][]debug.BuildSetting{
		"":                                    full[:1],
		"; commit a01e8f8d5c0f of 2026-11-28": full[:3],
		"; commit a01e8f8d5c0f of 2026-11-28, with changes": full,
		"; commit a01e8f8d5c0f":                             full[:2],
	} {
		if got := builtFrom(settings).String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
