// Package schema is the contract between an author of experiments and the
// runner. The CUE files beside this one define it; this package embeds them and
// loads experiments, with every problem at the author's own line.
//
//	exp, problems := schema.Load("./experiments/quickstart")
//	if problems.HasErrors() { ... }
//
// It knows CUE and files. It does not expand designs, render prompts or talk
// to models.
package schema

import "embed"

// Module is the import path under which experiments find the schema.
const Module = "circumplex.example"

//go:embed *.cue
var files embed.FS
