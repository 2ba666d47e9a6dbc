package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unicode/utf8"

	"cuelang.org/go/cue/build"

	"circumplex.example/schema/diag"
)

// readable reports files of the experiment that cannot be read, or are no text:
// CUE says nothing of the one and replaces what is no UTF-8 by U+FFFD, which would
// be sent to models.
func (l *loader) readable() bool {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		l.fail(diag.Problem{Place: diag.Place{File: l.dir}, What: "the directory cannot be read", Why: reason(err), Mend: "make it readable"})
		return false
	}
	ok := true
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".cue" && !e.IsDir() && !passesOver(e.Name()) {
			ok = l.isText(filepath.Join(l.dir, e.Name())) && ok
		}
	}
	if module := filepath.Join(l.root, "cue.mod", "module.cue"); ok {
		if data, err := os.ReadFile(module); err == nil && len(bytes.TrimSpace(data)) == 0 {
			l.fail(diag.Problem{Place: diag.Place{File: module}, What: "the file is empty, and should name the module",
				Mend: "write these two lines into it:\n" + ModuleFile("study.example")})
			return false
		}
		_, err := os.Stat(module)
		ok = err != nil || l.isText(module)
	}
	return ok
}

// importsAreText is readable for packages that the experiment imports from its own
// module.
func (l *loader) importsAreText(inst *build.Instance) bool {
	ok := true
	for _, dep := range inst.Dependencies() {
		for _, f := range dep.BuildFiles {
			if _, laid := l.layers[f.Filename]; laid {
				continue
			}
			if _, err := os.Stat(f.Filename); err == nil {
				ok = l.isText(f.Filename) && ok
			}
		}
	}
	return ok
}

// isText reports a file that cannot be read, or is not UTF-8.
func (l *loader) isText(name string) bool {
	data, err := os.ReadFile(name)
	if err != nil {
		p := diag.Problem{Place: diag.Place{File: name}, What: "the file cannot be read", Why: reason(err), Mend: "make it readable, or move it elsewhere"}
		if info, lerr := os.Lstat(name); lerr == nil && info.Mode()&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist) {
			p.Why, p.Mend = "it is a link to a file that is not there", "put that file back, or remove the link"
		}
		l.fail(p)
		return false
	}
	if utf8.Valid(data) {
		return true
	}
	at, line, col := 0, 1, 1
	for {
		r, n := utf8.DecodeRune(data[at:])
		if r == utf8.RuneError && n == 1 {
			break
		}
		at += n
		col += n
		if r == '\n' {
			line, col = line+1, 1
		}
	}
	l.fail(diag.Problem{Place: diag.Place{File: name, Line: line, Col: col}, What: fmt.Sprintf("the byte 0x%02x here is not UTF-8", data[at]),
		Why: "the file was saved in another encoding, such as Latin-1; models would be sent a replacement character", Mend: "save the file as UTF-8"})
	return false
}

// reason is what the operating system says, without the path.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err.Error()
	}
	return err.Error()
}
