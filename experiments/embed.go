// Package experiments embeds the instruments and benchmarks that come with the
// program, so that an experiment outside this repository can import them.
package experiments

import "embed"

// Files holds instruments/ and benchmarks/.
//
//go:embed instruments/*.cue benchmarks/*.cue
var Files embed.FS
