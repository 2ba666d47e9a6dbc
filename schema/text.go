package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"cuelang.org/go/cue/build"

	"circumplex.example/schema/diag"
)

// readable reports files of the experiment that cannot be read, or are no text:
// CUE says nothing of the one and replaces what is no UTF-8 by U+FFFD, which would
// be sent to models.
func (l *loader) readable() bool {
	entries, err := os.ReadDir(l.dir)
	if err != nil {
		l.fail(diag.Problem{Place: diag.Place{File: l.dir}, What: "the directory cannot be read", Why: rootCause(err), Mend: "make it readable"})
		return false
	}
	ok := true
	for _, e := range entries {
		if filepath.Ext(e.Name()) == ".cue" && !e.IsDir() && !passesOver(e.Name()) {
			_, is := l.text(filepath.Join(l.dir, e.Name()))
			ok = ok && is
		}
	}
	module := filepath.Join(l.root, "cue.mod", "module.cue")
	if _, laid := l.layers[module]; !ok || laid {
		return ok
	}
	data, ok := l.text(module)
	if ok && len(bytes.TrimSpace(data)) == 0 {
		l.fail(diag.Problem{Place: diag.Place{File: module}, What: "the file is empty, and should name the module",
			Mend: "write these two lines into it:\n" + ModuleFile("study.example")})
		return false
	}
	return ok
}

// importsAreText is readable for packages that the experiment imports from its own
// module.
func (l *loader) importsAreText(inst *build.Instance) bool {
	ok := true
	for _, dep := range inst.Dependencies() {
		for _, f := range dep.BuildFiles {
			if _, laid := l.layers[f.Filename]; !laid {
				_, is := l.text(f.Filename)
				ok = ok && is
			}
		}
	}
	return ok
}

// text reads a file, and reports one that cannot be read or is not UTF-8.
func (l *loader) text(name string) ([]byte, bool) {
	data, err := os.ReadFile(name)
	if err != nil {
		p := diag.Problem{Place: diag.Place{File: name}, What: "the file cannot be read", Why: rootCause(err), Mend: "make it readable, or move it elsewhere"}
		if info, lerr := os.Lstat(name); lerr == nil && info.Mode()&fs.ModeSymlink != 0 && errors.Is(err, fs.ErrNotExist) {
			p.Why, p.Mend = "it is a link to a file that is not there", "put that file back, or remove the link"
		}
		l.fail(p)
		return nil, false
	}
	if at := diag.InvalidUTF8(data); at < len(data) {
		l.fail(diag.Problem{Place: diag.Place{File: name, Line: 1 + bytes.Count(data[:at], []byte("\n")), Col: at - bytes.LastIndexByte(data[:at], '\n')},
			What: fmt.Sprintf("the byte 0x%02x here is not UTF-8", data[at]),
			Why:  "the file was saved in another encoding, such as Latin-1; models would be sent a replacement character", Mend: "save the file as UTF-8"})
		return nil, false
	}
	return data, true
}
