package store

import (
	"errors"
	"fmt"
	"strings"

	sqlite "modernc.org/sqlite"

	"circumplex.example/runner/internal/completion"
)

// The kinds of error a caller may branch on; test with errors.Is. An error of
// one of these kinds is an *Error, which says what to type.
var (
	// ErrNotFound: nothing is stored under the key.
	ErrNotFound = errors.New("not in the store")
	// ErrCorrupt: what is stored was changed or cut off after it was written.
	ErrCorrupt = errors.New("store is damaged")
	// ErrFormat: the file is no store, or one of another format.
	ErrFormat = errors.New("store has another format")
	// ErrNetwork: the file would lie on a network file system.
	ErrNetwork = errors.New("store is on a network file system")
	// ErrUnusable: the file cannot be opened, read or written as it is.
	ErrUnusable = errors.New("store cannot be used")
	// ErrGone: the file was removed or replaced while it was open.
	ErrGone = errors.New("store was removed while in use")
	// ErrClosed: the store was closed.
	ErrClosed = errors.New("store is closed")
	// ErrReadOnly: the store was opened for reading only.
	ErrReadOnly = errors.New("store is open for reading only")
	// ErrInvalid: a completion cannot be stored as it is; the caller is wrong.
	ErrInvalid = errors.New("completion cannot be stored")
)

// Error is a problem with a store: where, what, why and how to mend it.
type Error struct {
	// Kind is one of the Err variables of this package.
	Kind error
	// Path is the store's file.
	Path string
	// Key is the completion concerned, zero if none is.
	Key completion.Key
	// What is wrong, why that is so, and what to type.
	What, Why, Mend string
	// Err is the error below, if any.
	Err error
}

// Error returns place and problem on the first line, why and mend indented
// below.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString(e.Path)
	b.WriteString(": ")
	if e.Key != (completion.Key{}) {
		fmt.Fprintf(&b, "completion %s: ", e.Key)
	}
	b.WriteString(e.What)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if e.Why != "" {
		b.WriteString("\n    why:  " + e.Why)
	}
	if e.Mend != "" {
		b.WriteString("\n    mend: " + e.Mend)
	}
	return b.String()
}

// Unwrap returns the kind and the error below.
func (e *Error) Unwrap() []error {
	if e.Err == nil {
		return []error{e.Kind}
	}
	return []error{e.Kind, e.Err}
}

// corrupt describes a damaged completion.
func (s *Store) corrupt(k completion.Key, what string) error {
	return &Error{
		Kind: ErrCorrupt, Path: s.path, Key: k, What: what,
		Why:  "it was changed after it was written; its answers cannot be trusted",
		Mend: fmt.Sprintf("runner cache gc --key %s, then  runner cache import BACKUP  or apply again (1 request)", k),
	}
}

// SQLite's primary result codes that are told apart.
const (
	codeError    = 1
	codeBusy     = 5
	codeLocked   = 6
	codeReadOnly = 8
	codeIOErr    = 10
	codeCorrupt  = 11
	codeFull     = 13
	codeCantOpen = 14
	codeNotADB   = 26
)

// code returns the primary result code of an SQLite error, 0 for another one.
func code(err error) int {
	var e *sqlite.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// explain turns an error of SQLite into one that says what to do.
func (s *Store) explain(doing string, err error) error {
	var known *Error
	if err == nil || errors.As(err, &known) || errors.Is(err, ErrClosed) {
		return err
	}
	e := &Error{Kind: ErrUnusable, Path: s.path, What: doing, Err: err}
	switch code(err) {
	case 0: // of the system
		return unusable(s.path, doing, err)
	case codeError, codeCorrupt, codeNotADB: // our statements are right: the schema is not
		e.Kind = ErrCorrupt
		e.Why = "the file was cut off or overwritten by something else"
		e.Mend = "put a backup in its place, or move it away and  runner cache import BACKUP"
	case codeFull:
		e.Why = "the disk is full; what was acknowledged before is safe"
		e.Mend = "make room and run the same command again; it makes only what is missing"
	case codeReadOnly, codeCantOpen:
		e.Why = "the store is written in its own directory, beside the file"
		e.Mend = "make file and directory writable, or move the store: --store DIR or RUNNER_STORE=DIR"
	case codeBusy, codeLocked:
		e.Why = "another program holds the file locked"
		e.Mend = "wait for it or end it, then run the same command again"
	case codeIOErr:
		e.Why = "the disk reported a failure; what was acknowledged before is safe"
		e.Mend = "check the disk, then  runner cache verify"
	}
	return e
}
