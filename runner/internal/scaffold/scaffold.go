// Package scaffold knows what the directory of a new experiment holds: the
// files of a template, and the copy of schema, instruments and benchmarks that
// editors and the stock cue read.
//
//	p, err := scaffold.New("my-study", "minimal", "")
//	if err == nil { err = p.Write() }
//
// The same template gives the same bytes on every machine. Nothing that is
// there is overwritten. It knows no flags and prints nothing.
package scaffold

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"circumplex.example/experiments"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

//go:embed templates
var templates embed.FS

// Template is a kind of experiment to begin with.
type Template struct {
	Name, About string
}

// Templates lists the templates; the first is the default.
func Templates() []Template {
	return []Template{
		{"minimal", "two prompts, one simulated model: small, free, to learn with and to change"},
		{"paper", "the whole design of \"Do LLMs have consistent values?\" (ICLR 2025)"},
		{"local", "models on your own computer or server: Ollama, and whatever speaks the OpenAI format"},
	}
}

// Names lists the names of the templates.
func Names() []string {
	var out []string
	for _, t := range Templates() {
		out = append(out, t.Name)
	}
	return out
}

// File is one file to be made: its path below a directory, with slashes.
type File struct {
	Path string
	Data []byte
}

// Files returns the files of an experiment made from a template, sorted by
// path: its .cue files, README.md and .gitignore. A name that is not empty
// replaces the template's.
func Files(template, name string) ([]File, error) {
	if !slices.Contains(Names(), template) {
		return nil, fmt.Errorf("there is no template %q\n    mend: %s", template, diag.DidYouMean(template, Names()))
	}
	out, err := filesOf(templates, "templates/"+template)
	if err == nil && template == "paper" {
		var paper []File
		paper, err = filesOf(experiments.Paper, "paper")
		out = append(out, paper...)
	}
	if err != nil {
		return nil, err
	}
	ignore, err := templates.ReadFile("templates/common/gitignore")
	if err != nil {
		return nil, err
	}
	out = append(out, File{".gitignore", ignore}) // embedded under a name that git and go do not pass over
	if name != "" {
		if err := rename(out, name); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(out, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return out, nil
}

func filesOf(fsys fs.FS, dir string) ([]File, error) {
	entries, err := fs.ReadDir(fsys, dir)
	if err != nil {
		return nil, err
	}
	var out []File
	for _, e := range entries {
		b, err := fs.ReadFile(fsys, path.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		out = append(out, File{e.Name(), b})
	}
	return out, nil
}

var (
	goodName  = regexp.MustCompile(`^[a-z0-9][a-z0-9_-]*$`)
	nameField = regexp.MustCompile(`(?m)^(\tname: +)"([^"]+)"`)
)

// rename gives the experiment another name, also where a text says into which
// folder of results its tables go.
func rename(files []File, name string) error {
	if !goodName.MatchString(name) {
		return fmt.Errorf("--name %q: want lower-case letters, digits, _ and -, beginning with a letter or digit", name)
	}
	for _, f := range files {
		if f.Path != "experiment.cue" {
			continue
		}
		m := nameField.FindSubmatch(f.Data)
		if m == nil {
			return errors.New("the template's experiment has no name: this is a fault of the program, please report it")
		}
		old := string(m[2])
		for i := range files {
			s := nameField.ReplaceAllString(string(files[i].Data), `${1}"`+name+`"`)
			files[i].Data = []byte(strings.ReplaceAll(s, "results/"+old, "results/"+name))
		}
		return nil
	}
	return errors.New("the template has no experiment.cue: this is a fault of the program, please report it")
}

// Plan is what making an experiment comes to.
type Plan struct {
	// Dir is the experiment's directory, Root that of its cue.mod.
	Dir, Root string
	// Module says that Root has a cue.mod already, of which the experiment
	// becomes a part.
	Module bool
	// Files are those of the experiment, below Dir.
	Files []File
	// Copy are the module file and the copies, below Root.
	Copy []File
}

// New plans an experiment in a directory, which need not exist. Its error is a
// diag.List where something is there already that would be overwritten or would
// become a part of the experiment.
func New(dir, template, name string) (*Plan, error) {
	files, err := Files(template, name)
	if err != nil {
		return nil, err
	}
	p := &Plan{Files: files}
	if p.Dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	var own bool
	if p.Root, p.Module, own = schema.ModuleAt(p.Dir); !p.Module {
		p.Root = p.Dir
		p.Copy = []File{{"cue.mod/module.cue", []byte(schema.ModuleFile("experiment.example"))}}
	}
	if !own {
		if err := p.addCopy(); err != nil {
			return nil, err
		}
	}
	p.ownPackage()
	if problems := p.inTheWay(); problems.HasErrors() {
		return nil, problems.Sorted()
	}
	return p, nil
}

// addCopy plans the copies of which the module has none yet.
func (p *Plan) addCopy() error {
	copied, err := schema.Copy()
	if err != nil {
		return err
	}
	for _, f := range copied {
		rel := path.Join(schema.CopyDir, f.Path)
		if _, err := os.Stat(filepath.Join(p.Root, filepath.FromSlash(path.Dir(rel)))); err != nil {
			p.Copy = append(p.Copy, File{rel, f.Data})
		}
	}
	return nil
}

func (p *Plan) inTheWay() diag.List {
	var problems diag.List
	fail := func(file, what, mend string) {
		problems.Add(diag.Problem{Place: diag.Place{File: file}, What: what, Mend: mend})
	}
	if st, err := os.Stat(p.Dir); err == nil && !st.IsDir() {
		fail(p.Dir, "this is a file, an experiment is a directory", "give the name of a directory; it is made if it is not there")
		return problems
	}
	ours := map[string]bool{}
	check := func(below string, files []File) {
		for _, f := range files {
			ours[f.Path] = true
			name := filepath.Join(below, filepath.FromSlash(f.Path))
			if _, err := os.Lstat(name); err == nil {
				fail(name, "this file is there already, and is not overwritten", "give an empty directory, or move the file away")
			}
		}
	}
	check(p.Dir, p.Files)
	check(p.Root, p.Copy)
	entries, err := os.ReadDir(p.Dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		fail(p.Dir, "the directory cannot be read: "+err.Error(), "make it readable, or give another")
	}
	for _, e := range entries {
		if path.Ext(e.Name()) == ".cue" && !ours[e.Name()] {
			fail(filepath.Join(p.Dir, e.Name()), "this file would become a part of the experiment", "give an empty directory, or move the file away")
		}
	}
	return problems
}

// Write makes the files. One that has come into being since the plan is an
// error and left as it is.
func (p *Plan) Write() error {
	err := writeAll(p.Root, p.Copy)
	if err == nil {
		err = writeAll(p.Dir, p.Files)
	}
	if errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("no place for the experiment: %w\n    mend: make the directory writable, or name another", err)
	}
	return err
}

func writeAll(dir string, files []File) error {
	for _, f := range files {
		name := filepath.Join(dir, filepath.FromSlash(f.Path))
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			return err
		}
		w, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
		if err != nil {
			return err
		}
		_, err = w.Write(f.Data)
		if err = errors.Join(err, w.Close()); err != nil {
			return err
		}
	}
	return nil
}
