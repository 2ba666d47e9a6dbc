package scaffold_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/cuecontext"
	"cuelang.org/go/cue/load"
	"github.com/google/go-cmp/cmp"

	"circumplex.example/runner/internal/scaffold"
	"circumplex.example/schema"
)

// made makes an experiment from a template in an empty directory.
func made(t *testing.T, dir, template, name string) *scaffold.Plan {
	t.Helper()
	p, err := scaffold.New(dir, template, name)
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Write(); err != nil {
		t.Fatal(err)
	}
	return p
}

// Every template is sound, for the runner without a warning and for the stock
// cue without registry, and its files are in the standard form.
func TestTemplatesAreSound(t *testing.T) {
	for _, tm := range scaffold.Templates() {
		t.Run(tm.Name, func(t *testing.T) {
			dir := filepath.Join(t.TempDir(), "new", "study")
			p := made(t, dir, tm.Name, "")
			exp, problems := schema.Load(dir)
			for _, x := range problems {
				if !strings.Contains(x.What, "can no longer be called") {
					t.Error(x)
				}
			}
			if exp == nil || exp.Root != dir {
				t.Fatalf("the experiment is %+v", exp)
			}
			inst := load.Instances([]string{"."}, &load.Config{Dir: dir, Env: []string{"CUE_REGISTRY=none"}})[0]
			if inst.Err != nil {
				t.Fatal(inst.Err)
			}
			if err := cuecontext.New().BuildInstance(inst).Validate(cue.Concrete(true), cue.Final()); err != nil {
				t.Error(err)
			}
			for _, f := range p.Files {
				if filepath.Ext(f.Path) != ".cue" || tm.Name == "paper" {
					continue // the paper's files are held to it where they lie
				}
				if got, err := schema.Format(f.Path, f.Data); err != nil || !bytes.Equal(got, f.Data) {
					t.Errorf("%s is not in the standard form: %v", f.Path, err)
				}
			}
		})
	}
}

// The same template gives the same bytes wherever it is made.
func TestSameFilesEverywhere(t *testing.T) {
	files := func(dir string) map[string]string {
		made(t, dir, "minimal", "")
		out := map[string]string{}
		err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			b, err := os.ReadFile(p)
			rel, _ := filepath.Rel(dir, p)
			out[filepath.ToSlash(rel)] = string(b)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	a, b := files(filepath.Join(t.TempDir(), "a")), files(filepath.Join(t.TempDir(), "some", "where", "else"))
	if diff := cmp.Diff(a, b); diff != "" || len(a) < 12 {
		t.Errorf("%d files: %s", len(a), diff)
	}
}

// A name stands in the experiment, and where texts say where results go.
func TestName(t *testing.T) {
	for _, tm := range scaffold.Names() {
		dir := filepath.Join(t.TempDir(), "x")
		made(t, dir, tm, "jobs-2")
		exp, problems := schema.Load(dir)
		if problems.HasErrors() || exp.Name != "jobs-2" {
			t.Errorf("%s: %v, %+v", tm, problems, exp)
		}
		readme, err := os.ReadFile(filepath.Join(dir, "README.md"))
		if err != nil || bytes.Contains(readme, []byte("results/"+tm)) {
			t.Errorf("%s: the README names the old folder: %v", tm, err)
		}
	}
	want := `--name "Two words": want lower-case letters, digits, _ and -, beginning with a letter or digit`
	if _, err := scaffold.New(t.TempDir(), "minimal", "Two words"); err == nil || err.Error() != want {
		t.Errorf("got %v, want %s", err, want)
	}
}

// A file that comes into being between the plan and the writing is left as it
// is, and said.
func TestWriteOverwritesNothing(t *testing.T) {
	dir := t.TempDir()
	p, err := scaffold.New(dir, "minimal", "")
	if err != nil {
		t.Fatal(err)
	}
	late := filepath.Join(dir, "models.cue")
	if err := os.WriteFile(late, []byte("mine"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := p.Write(); err == nil || !strings.Contains(err.Error(), "models.cue") {
		t.Errorf("got %v", err)
	}
	if b, err := os.ReadFile(late); err != nil || string(b) != "mine" {
		t.Errorf("%q, %v", b, err)
	}
}

// A copy of another version of the schema changes nothing of what the runner
// reads, also where it has files that this one has not; Update makes it this
// program's and leaves questionnaires alone.
func TestStaleCopy(t *testing.T) {
	dir := t.TempDir()
	made(t, dir, "minimal", "")
	at := func(p string) string { return filepath.Join(dir, filepath.FromSlash(schema.CopyDir+"/"+p)) }
	write := func(p, text string) {
		if err := os.WriteFile(at(p), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("schema/model.cue", "package schema\n\n#Model: {provider!: \"oracle\"}\n")
	write("schema/old.cue", "package schema\n\n#Experiment: {name!: 5}\n")
	ten, err := os.ReadFile(at("experiments/instruments/ten.cue"))
	if err != nil {
		t.Fatal(err)
	}
	mine := strings.Replace(string(ten), "washing-up", "dishes", 1)
	write("experiments/instruments/ten.cue", mine)
	if err := os.Remove(at("experiments/benchmarks/theory_circles.cue")); err != nil {
		t.Fatal(err)
	}

	want := "this copy of the schema is not the one of this program: model.cue, old.cue"
	if _, problems := schema.Load(dir); len(problems) == 0 || problems[0].What != want || problems[0].Mend != "runner init --update "+dir {
		t.Errorf("got %v", problems)
	}
	u, err := scaffold.Update(dir)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(u, &scaffold.Updated{Root: dir, Changed: []string{"schema/model.cue"}, Removed: []string{"schema/old.cue"},
		Added: []string{"experiments/benchmarks/theory_circles.cue"}, Left: []string{"experiments/instruments/ten.cue"}}); diff != "" {
		t.Error(diff)
	}
	if exp, problems := schema.Load(dir); exp == nil || len(problems) > 0 {
		t.Errorf("after the update: %v", problems)
	}
	if b, err := os.ReadFile(at("experiments/instruments/ten.cue")); err != nil || string(b) != mine {
		t.Errorf("the questionnaire was changed: %v", err)
	}
}

// Below a directory with a cue.mod the experiment becomes a part of it, and
// copies that lie there already are left.
func TestInAModuleThatIsThere(t *testing.T) {
	lab := t.TempDir()
	made(t, filepath.Join(lab), "minimal", "")
	p := made(t, filepath.Join(lab, "second"), "local", "")
	if !p.Module || p.Root != lab || len(p.Copy) != 0 {
		t.Errorf("%v %s, %d copies", p.Module, p.Root, len(p.Copy))
	}
	exp, problems := schema.Load(filepath.Join(lab, "second"))
	if len(problems) > 0 || exp.Root != lab {
		t.Errorf("%v", problems)
	}
}

// An experiment below another one is its own: neither a change of the one above
// nor a name that no import path can have reaches into it.
func TestBelowAnotherExperiment(t *testing.T) {
	lab := t.TempDir()
	made(t, lab, "minimal", "")
	for _, below := range []string{"second", "second/third", "vierter Versuch, größer"} {
		dir := filepath.Join(lab, filepath.FromSlash(below))
		made(t, dir, "minimal", "")
		file := filepath.Join(dir, "experiment.cue")
		src, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		changed := strings.Replace(string(src), "n: 40", "n: 3", 1)
		if err := os.WriteFile(file, []byte(changed), 0o644); err != nil {
			t.Fatal(err)
		}
		exp, problems := schema.Load(dir)
		if len(problems) > 0 || exp.N != 3 || exp.Root != lab {
			t.Errorf("%s: %v", below, problems)
		}
	}
}

// What init writes is in the form that fmt --check wants.
func TestTemplatesAreInStandardForm(t *testing.T) {
	for _, template := range scaffold.Names() {
		files, err := scaffold.Files(template, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if filepath.Ext(f.Path) != ".cue" {
				continue
			}
			if want, err := schema.Format(f.Path, f.Data); err != nil || string(want) != string(f.Data) {
				t.Errorf("%s of %s is not as runner fmt writes it: %v", f.Path, template, err)
			}
		}
	}
}
