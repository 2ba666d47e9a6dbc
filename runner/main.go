// Command runner applies declarative experiments on how language models answer
// psychological questionnaires. See runner help, or README.md.
package main

import (
	"os"

	"circumplex.example/runner/internal/cli"
)

func main() { os.Exit(cli.Main(os.Args[1:], os.Stdout, os.Stderr)) }
