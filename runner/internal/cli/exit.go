package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"circumplex.example/analysis/ingest"
	"circumplex.example/runner/internal/archive"
	"circumplex.example/runner/internal/provider"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/verify"
	"circumplex.example/schema/diag"
)

// Exit codes, as runner/DESIGN.md lists them. Where several hold, the order is
// store, credentials, cost, incomplete.
const (
	exitDone        = 0
	exitFailed      = 1
	exitChanges     = 2
	exitIncomplete  = 3
	exitInvalid     = 4
	exitCost        = 5
	exitCredentials = 6
	exitStore       = 7
	exitUsage       = 64
	exitInterrupted = 130
)

// exitError carries the exit code with what is to be said, if anything.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// quiet ends with a code and no message.
func quiet(code int) error { return &exitError{code: code} }

// finish prints an error and returns the exit code it stands for.
func (a *app) finish(err error) int {
	if err == nil {
		return exitDone
	}
	code := exitCode(err)
	var problems diag.List
	var ee *exitError
	switch {
	case errors.As(err, &problems):
		a.problems(problems)
	case errors.As(err, &ee) && ee.err == nil:
	default:
		if a.flags.json {
			a.printJSON(a.stdout, map[string]any{"ok": false, "error": err.Error(), "exit_code": code})
		}
		fmt.Fprintln(a.stderr, "runner:", atOnce(denied(err)))
	}
	return code
}

// denied says what to do where the system does not let a file be written.
func denied(err error) error {
	if !errors.Is(err, fs.ErrPermission) || strings.Contains(err.Error(), "mend:") {
		return err
	}
	return fmt.Errorf("%w\n    mend: make that directory and its files writable, or choose another place", err)
}

// atOnce says in place of Go's own words that a second interrupt ended it.
func atOnce(err error) error {
	var ee *exitError
	if !errors.Is(err, context.Canceled) || errors.As(err, &ee) {
		return err
	}
	return errors.New("stopped at once: what was stored stays, replies on their way are lost and may be charged\n    mend: the same command again makes what is missing")
}

func exitCode(err error) int {
	var ee *exitError
	var problems diag.List
	switch {
	case errors.As(err, &ee):
		return ee.code
	case errors.As(err, &problems), errors.Is(err, provider.ErrUnavailable):
		return exitInvalid
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	}
	for _, kind := range []error{store.ErrFormat, store.ErrNetwork, store.ErrUnusable, store.ErrCorrupt, store.ErrGone, ingest.ErrVersion,
		archive.ErrFormat, archive.ErrDamaged, verify.ErrFormat} {
		if errors.Is(err, kind) {
			return exitStore
		}
	}
	return exitFailed
}

// problems prints what is wrong with an experiment: places relative to the
// working directory, so that editors jump.
func (a *app) problems(list diag.List) {
	list = a.relative(list)
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"ok": !list.HasErrors(), "problems": list})
		return
	}
	fmt.Fprintln(a.stderr, list.String())
	if n := countErrors(list); n > 1 {
		fmt.Fprintf(a.stderr, "%d problems\n", n)
	}
}

// relative returns problems with their places relative to the working directory.
func (a *app) relative(list diag.List) diag.List {
	if wd, err := os.Getwd(); err == nil {
		return list.Relative(wd)
	}
	return list
}

func countErrors(list diag.List) int {
	n := 0
	for _, p := range list {
		if p.Severity == diag.Error {
			n++
		}
	}
	return n
}

func (a *app) printJSON(w io.Writer, v any) {
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		fmt.Fprintln(a.stderr, "runner: writing JSON:", err)
	}
}

func flagNames(c *cobra.Command) []string {
	var out []string
	c.Flags().VisitAll(func(f *pflag.Flag) { out = append(out, f.Name) })
	return out
}
