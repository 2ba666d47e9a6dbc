// Package experiments embeds the instruments and benchmarks that come with the
// program, so that an experiment outside this repository can import them, and
// the paper's experiment, so that it can be copied.
package experiments

import "embed"

// Files holds instruments/ and benchmarks/.
//
//go:embed instruments/*.cue benchmarks/*.cue
var Files embed.FS

// Paper holds paper/, the experiment of the paper.
//
//go:embed paper/*.cue
var Paper embed.FS
