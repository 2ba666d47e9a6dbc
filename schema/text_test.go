package schema_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"circumplex.example/schema"
)

// sound has its prompts in a file of their own.
var sound = strings.Replace(outside, `prompt: basic: template: "Rate."`, "prompt: prompts", 1)

const prompts = "package study\n\nprompts: basic: template: \"Rate each description from 1 to 5.\"\n"

// What is no text, or cannot be read, is told at its place: CUE says nothing of it,
// or sends something else.
func TestFilesThatAreNoText(t *testing.T) {
	link := func(to, name string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			_ = os.Remove(filepath.Join(dir, name)) // some are not there
			if err := os.Symlink(to, filepath.Join(dir, name)); err != nil {
				t.Skip(err)
			}
		}
	}
	write := func(name, text string) func(*testing.T, string) {
		return func(t *testing.T, dir string) {
			t.Helper()
			if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(name)), []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	for _, c := range []struct {
		name   string
		damage func(*testing.T, string)
		want   string // "" for none
	}{
		{"nothing wrong", func(*testing.T, string) {}, ""},
		{"a lock that Emacs leaves beside an unsaved file", link("me@host.123:456", ".#prompts.cue"), ""},
		{"a hidden copy", write(".prompts.cue", "no CUE {"), ""},
		{"a link to nowhere", link("nowhere", "prompts.cue"), "prompts.cue: the file cannot be read\n    why:  it is a link to a file that is not there\n    mend: put that file back, or remove the link"},
		{"Latin-1", write("prompts.cue", strings.Replace(prompts, "each", "chaque \xe9l\xe9ment", 1)), "prompts.cue:3:40: the byte 0xe9 here is not UTF-8\n" +
			"    why:  the file was saved in another encoding, such as Latin-1; models would be sent a replacement character\n    mend: save the file as UTF-8"},
		{"an empty cue.mod/module.cue", write("cue.mod/module.cue", "\n"), "module.cue: the file is empty, and should name the module\n    mend: write these two lines into it:"},
		{"no package clause", write("notes.cue", "x: 1\n"), "notes.cue: warning: CUE passes over this file: it takes no part in the experiment\n" +
			"    why:  it does not say which package it belongs to\n    mend: add  package study  as its first line"},
		{"no package clause beside a hidden file", func(t *testing.T, dir string) {
			t.Helper()
			write("notes.cue", "x: 1\n")(t, dir)
			write(".x.cue", "")(t, dir)
		}, "notes.cue: warning: CUE passes over this file"},
		{"no package clause anywhere", func(t *testing.T, dir string) {
			t.Helper()
			write("study.cue", "x: 1\n")(t, dir)
			write("prompts.cue", "y: 1\n")(t, dir)
		}, "no file of this directory says which package it belongs to\n    mend: add  package study  as the first line of each"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.Mkdir(filepath.Join(dir, "cue.mod"), 0o755); err != nil {
				t.Fatal(err)
			}
			write("cue.mod/module.cue", schema.ModuleFile("study.example"))(t, dir)
			write("study.cue", sound)(t, dir)
			write("prompts.cue", prompts)(t, dir)
			c.damage(t, dir)
			exp, problems := schema.Load(dir)
			switch {
			case c.want == "" && (exp == nil || len(problems) > 0):
				t.Errorf("problems:\n%s", problems.String())
			case !strings.Contains(problems.String(), c.want):
				t.Errorf("got\n%s\nwant\n%s", problems.String(), c.want)
			}
		})
	}
}

func TestAFileThatCannotBeRead(t *testing.T) {
	if runtime.GOOS == "windows" || os.Getuid() == 0 {
		t.Skip("everything can be read here")
	}
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "study.cue"), []byte(sound), 0o000); err != nil {
		t.Fatal(err)
	}
	if _, problems := schema.Load(dir); !strings.Contains(problems.String(), "study.cue: the file cannot be read\n    why:  permission denied\n    mend: make it readable") {
		t.Errorf("got\n%s", problems.String())
	}
}
