package schema

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/load"
	"cuelang.org/go/cue/parser"
)

// loadDir loads the package in l.dir. CUE makes an import path of the way from
// the module to a directory, and finds no import of a package whose path has a
// space or a letter outside ASCII in it. Such a directory is loaded by its
// files, which have no path. So is one with hidden files: Emacs leaves links that
// lead nowhere beside a file that is not saved, and CUE gives up at them.
func (l *loader) loadDir(layers map[string]load.Source) (*build.Instance, error) {
	rel, err := filepath.Rel(l.root, l.dir)
	entries, rerr := os.ReadDir(l.dir)
	if rerr != nil {
		return nil, rerr
	}
	hidden := slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.HasPrefix(e.Name(), ".") && filepath.Ext(e.Name()) == ".cue" })
	if !hidden && (err != nil || importable(filepath.ToSlash(rel))) {
		return load.Instances([]string{"."}, l.config(layers))[0], nil
	}
	var names []string
	var passedOver []*build.File
	for _, e := range entries {
		switch {
		case e.IsDir() || filepath.Ext(e.Name()) != ".cue":
		case passesOver(e.Name()) || !packaged(filepath.Join(l.dir, e.Name())):
			passedOver = append(passedOver, &build.File{Filename: filepath.Join(l.dir, e.Name())})
		default:
			names = append(names, "./"+e.Name())
		}
	}
	if len(names) == 0 {
		return nil, errNoPackage
	}
	inst := load.Instances(names, l.config(layers))[0]
	inst.IgnoredFiles = append(inst.IgnoredFiles, passedOver...)
	return inst, nil
}

var errNoPackage = errors.New("no file of this directory says which package it belongs to")

// packaged says whether a file names its package. What does not parse is left for
// CUE to complain of.
func packaged(name string) bool {
	f, err := parser.ParseFile(name, nil, parser.PackageClauseOnly)
	return err != nil || f.PackageName() != ""
}

// importable says whether a path below a module can stand in an import.
func importable(rel string) bool {
	return !strings.ContainsFunc(rel, func(r rune) bool {
		return r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune("-._~/", r)
	})
}

// passesOver says whether CUE leaves a file of this name out of a package.
func passesOver(name string) bool {
	base := strings.TrimSuffix(name, ".cue")
	return strings.HasPrefix(name, "_") || strings.HasPrefix(name, ".") ||
		strings.HasSuffix(base, "_test") || strings.HasSuffix(base, "_tool")
}
