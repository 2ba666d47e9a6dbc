package archive

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

func open(t testing.TB, dir string) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), filepath.Join(dir, "store.db"), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// samples are completions of every kind: batches, conversations, bodies that
// are no text, empty and absent ones, every list.
func samples(t testing.TB) []*completion.Completion {
	t.Helper()
	origins := storetest.Origins(2)
	own, err := completion.NewOrigin("openai", "", "m", []completion.Parameter{{Name: "stop", Value: []string{"<b>", "&"}}, {Name: "logprobs", Value: true}}, "pool-2", []string{"model=a"})
	if err != nil {
		t.Fatal(err)
	}
	a, b, c := storetest.Completion(origins[0], 1), storetest.Completion(own, 2), storetest.Completion(origins[1], 3)
	a.Body, a.Sent = []byte("\xff\x00\xfe"), []byte{}
	a.Mends, a.Header = []string{"removed top_k", "<&>"}, []string{"X-Request-Id: 1", "Retry-After: 2"}
	b.Text, b.Status, b.Usage, b.Body = "", completion.Empty, completion.UnknownUsage(), nil
	c.Request.Lineage = []completion.Key{a.Request.Key(), b.Request.Key()}
	c.Text = "line\nwith \x1b[31m control, \u2028 and <script>"
	all := []*completion.Completion{a, b, c}
	all = append(all, storetest.Conversation(origins[0], 7, 5)...)
	return append(all, storetest.Conversation(origins[1], 8, 3)...)
}

func put(t testing.TB, s *store.Store, cs ...*completion.Completion) {
	t.Helper()
	if _, err := s.Submit(context.Background(), store.Batch{Put: cs}); err != nil {
		t.Fatal(err)
	}
}

// export writes an archive with at most so many rows a part.
func export(t testing.TB, s *store.Store, dir string, rows int) *Manifest {
	t.Helper()
	mishaps, err := Mishaps(context.Background(), s)
	if err != nil {
		t.Fatal(err)
	}
	w, err := Create(dir, About{ProgramVersion: "test"}, mishaps)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Abort()
	w.maxRows = rows
	if err := s.Sorted(context.Background(), nil, w.Add); err != nil {
		t.Fatal(err)
	}
	m, err := w.Close()
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func to(s *store.Store) Target { return func(bool) (*store.Store, error) { return s, nil } }

func load(t testing.TB, dir string, s *store.Store) (*Report, error) {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		return nil, err
	}
	return Import(context.Background(), r, to(s), func(int) {})
}

// files are the bytes of a directory.
func files(t testing.TB, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]string{}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		out[e.Name()] = string(b)
	}
	return out
}

// A store goes through an archive whole, and comes out as the same bytes
// whatever the order in which it was filled, also after an import.
func TestRoundTripIsWholeAndDeterministic(t *testing.T) {
	dir := t.TempDir()
	first, again, copied := open(t, filepath.Join(dir, "a")), open(t, filepath.Join(dir, "b")), open(t, filepath.Join(dir, "c"))
	all := samples(t)
	put(t, first, all...)
	put(t, again, all[3:]...)
	put(t, again, all[:3]...)
	m := export(t, first, filepath.Join(dir, "one"), 3)
	export(t, again, filepath.Join(dir, "two"), 3)
	if len(m.Parts) < 3 || m.Completions != len(all) || m.Simulated != 0 {
		t.Errorf("manifest %+v", m)
	}
	if one, two := files(t, filepath.Join(dir, "one")), files(t, filepath.Join(dir, "two")); !maps.Equal(one, two) {
		t.Error("two stores of the same completions give different archives")
	}
	rep, err := load(t, filepath.Join(dir, "one"), copied)
	if err != nil || rep.Added != len(all) || rep.Read != len(all) || rep.Conflicts != 0 {
		t.Fatalf("%+v, %v", rep, err)
	}
	for _, c := range all {
		got, gerr := copied.Get(t.Context(), c.Request.Key())
		if gerr != nil {
			t.Fatal(gerr)
		}
		want, _ := store.EntryDigest(c)
		if d, err := store.EntryDigest(got); err != nil || d != want || (got.Sent == nil) != (c.Sent == nil) || !bytes.Equal(got.Body, c.Body) {
			t.Errorf("%s came back changed: %v", c.Request.Key(), err)
		}
	}
	if rep, err = load(t, filepath.Join(dir, "one"), copied); err != nil || rep.Same != len(all) || rep.Added != 0 {
		t.Errorf("imported again: %+v, %v", rep, err)
	}
	export(t, copied, filepath.Join(dir, "three"), 3)
	if !maps.Equal(files(t, filepath.Join(dir, "one")), files(t, filepath.Join(dir, "three"))) {
		t.Error("an imported store gives another archive")
	}
}

// An interrupted import goes on where it was.
func TestImportIsResumable(t *testing.T) {
	dir := t.TempDir()
	from, into := open(t, filepath.Join(dir, "a")), open(t, filepath.Join(dir, "b"))
	all := samples(t)
	put(t, from, all...)
	export(t, from, filepath.Join(dir, "out"), 3)
	r, err := Open(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	if _, err := Import(ctx, r, to(into), func(int) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v, want canceled", err)
	}
	rep, err := load(t, filepath.Join(dir, "out"), into)
	if err != nil || rep.Same == 0 || rep.Added == 0 || rep.Same+rep.Added != len(all) {
		t.Errorf("%+v, %v", rep, err)
	}
}

// What is stored stays; another reply under its key is reported, and so are
// the turns that go on from it.
func TestConflictsAreReportedAndNothingOverwritten(t *testing.T) {
	dir := t.TempDir()
	from, into := open(t, filepath.Join(dir, "a")), open(t, filepath.Join(dir, "b"))
	turns := storetest.Conversation(storetest.Origins(1)[0], 1, 3)
	other := *turns[0]
	other.Text = "quite another reply"
	late := storetest.Completion(storetest.Origins(1)[0], 4)
	later := *late
	later.Latency++
	put(t, from, append(turns, late)...)
	put(t, into, &other, &later)
	export(t, from, filepath.Join(dir, "out"), 100)
	rep, err := load(t, filepath.Join(dir, "out"), into)
	if err != nil || rep.Conflicts != 4 || rep.Added != 0 || rep.Read != 4 || len(rep.Keys) != 4 {
		t.Fatalf("%+v, %v, want 4 conflicts", rep, err)
	}
	if got, err := into.Get(t.Context(), other.Request.Key()); err != nil || got.Text != other.Text {
		t.Errorf("the stored reply became %v, %v", got, err)
	}
}

// A backup is a store; it is imported like an archive.
func TestCopyOfAStore(t *testing.T) {
	dir := t.TempDir()
	from, into := open(t, filepath.Join(dir, "a")), open(t, filepath.Join(dir, "b"))
	all := samples(t)
	put(t, from, all...)
	rep, err := Copy(t.Context(), from, to(into), func(int) {})
	if err != nil || rep.Added != len(all) {
		t.Errorf("%+v, %v", rep, err)
	}
}

// The errors that came before replies come along, since tables show them: once,
// and without a sum that was paid.
func TestErrorsBeforeRepliesComeAlong(t *testing.T) {
	dir := t.TempDir()
	from, into, third := open(t, filepath.Join(dir, "a")), open(t, filepath.Join(dir, "b")), open(t, filepath.Join(dir, "c"))
	c := storetest.Completion(storetest.Origins(1)[0], 1)
	k := c.Request.Key()
	try := store.Try{At: c.StartedAt, Experiment: "x", Origin: c.Request.Origin, Key: k, Tries: 1, Usage: c.Usage, Micros: 500, Outcome: store.Mishap + "rate_limit"}
	if _, err := from.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}, Tries: []store.Try{try}}); err != nil {
		t.Fatal(err)
	}
	export(t, from, filepath.Join(dir, "out"), 9)
	for range 2 {
		if _, err := load(t, filepath.Join(dir, "out"), into); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := Copy(t.Context(), into, to(third), func(int) {}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []*store.Store{into, third} {
		m, err := Mishaps(t.Context(), s)
		if err != nil || m[k] != "rate_limit" {
			t.Errorf("%v, %v", m, err)
		}
		if sp, err := s.Spent(t.Context(), "", c.StartedAt); err != nil || sp.Lines != 1 || sp.Tries != 0 || sp.Micros != 0 || sp.Unpriced != 0 {
			t.Errorf("%+v, %v", sp, err)
		}
	}
}

// Simulated replies go to a store of their own.
func TestSimulatedRepliesAreKeptApart(t *testing.T) {
	dir := t.TempDir()
	from := open(t, filepath.Join(dir, "a"))
	o, err := completion.NewOrigin("simulated", "respondent-1", "m", nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	sim := storetest.Completion(o, 1)
	sim.Simulated = true
	put(t, from, sim, storetest.Completion(storetest.Origins(1)[0], 1))
	if m := export(t, from, filepath.Join(dir, "out"), 9); m.Simulated != 1 || m.Completions != 2 {
		t.Errorf("%+v", m)
	}
	r, err := Open(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	into := map[bool]*store.Store{false: open(t, filepath.Join(dir, "real")), true: open(t, filepath.Join(dir, "sim"))}
	if _, err := Import(t.Context(), r, func(simulated bool) (*store.Store, error) { return into[simulated], nil }, func(int) {}); err != nil {
		t.Fatal(err)
	}
	for simulated, s := range into {
		st, err := s.Stats(t.Context())
		if err != nil || st.Completions != 1 || (st.Origins[0].Origin.Provider == "simulated") != simulated {
			t.Errorf("simulated %v: %+v, %v", simulated, st, err)
		}
	}
}

// What may be a secret is not published.
func TestSecretsAreRefused(t *testing.T) {
	withUser, err := completion.NewOrigin("openai", "https://me:pass@llm.example/v1", "m", nil, "", nil)
	if err != nil {
		t.Fatal(err)
	}
	cookie := storetest.Completion(storetest.Origins(1)[0], 1)
	cookie.Header = []string{"Set-Cookie: session=1"}
	for want, c := range map[string]*completion.Completion{
		`has a header "Set-Cookie", which may be a secret`: cookie,
		"names an endpoint with a user in its address":     storetest.Completion(withUser, 1),
	} {
		w, err := Create(t.TempDir(), About{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Add(c, completion.Digest{}); !errors.Is(err, ErrSecret) || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
		w.Abort()
	}
}

// A directory of something else is left alone; an unfinished export is told
// from a whole one and can be made again.
func TestWhereAnArchiveMayGo(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "thesis.txt"), []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Create(dir, About{}, nil); !errors.Is(err, ErrFormat) || !strings.Contains(err.Error(), "is not empty and holds no archive") {
		t.Errorf("%v", err)
	}
	half := filepath.Join(t.TempDir(), "half")
	w, err := Create(half, About{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	w.Abort()
	if _, err := Open(half); !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), "the export was cut short") {
		t.Errorf("%v", err)
	}
	s := open(t, t.TempDir())
	put(t, s, samples(t)...)
	export(t, s, half, 2)
	many := len(files(t, half))
	export(t, s, half, 100)
	if n := len(files(t, half)); n != 3 || many < 5 {
		t.Errorf("%d files, want the parts of before gone", n)
	}
}

// Every change of an archive is found before anything of its part is stored.
func TestTamperingIsFound(t *testing.T) {
	dir := t.TempDir()
	s := open(t, filepath.Join(dir, "a"))
	put(t, s, samples(t)...)
	export(t, s, filepath.Join(dir, "out"), 100)
	r, err := Open(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range schema.Columns {
		if c.Name == "error_class" {
			continue // of the ledger, not of the entry: the part's digest guards it
		}
		t.Run(c.Name, func(t *testing.T) {
			cols := partColumns(t, r)
			row := changeOne(cols, c.Name)
			threads, origins := map[completion.Key]*completion.Thread{}, map[string]*completion.Origin{}
			for n := range cols.long.Values {
				got, cerr := cols.completion(n, origins, threads)
				if cerr != nil {
					if n != row {
						t.Errorf("row %d is found, not %d: %v", n, row, cerr)
					}
					return
				}
				threads[got.Request.Key()] = got.Request.Thread.Append(completion.Assistant, got.Text)
			}
			t.Error("the change is not found")
		})
	}
	part := filepath.Join(dir, "out", "part-00001.parquet")
	b, err := os.ReadFile(part)
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)/2] ^= 1
	if err := os.WriteFile(part, b, 0o600); err != nil {
		t.Fatal(err)
	}
	want := part + ": does not have the digest that manifest.json says\n    why:  it was changed or cut off after it was written\n    mend: copy the archive again"
	if _, err := Open(filepath.Join(dir, "out")); err == nil || err.Error() != want {
		t.Errorf("%v", err)
	}
}

func partColumns(t *testing.T, r *Reader) *columns {
	t.Helper()
	tab, err := openPart(filepath.Join(r.dir, r.Parts[0].File))
	if err != nil {
		t.Fatal(err)
	}
	defer tab.Close()
	cols, err := readColumns(tab)
	if err != nil {
		t.Fatal(err)
	}
	return cols
}

// changeOne changes one cell, where the column has a value if it can.
func changeOne(c *columns, name string) (row int) {
	if s, ok := c.text[name]; ok {
		for row < len(s.Codes)-1 && s.Codes[row] < 0 {
			row++
		}
		text := s.At(row) + "x"
		if strings.HasSuffix(text, "]x") {
			text = strings.TrimSuffix(text, "]x") + `,"x"]`
		}
		s.Dict = append(slices.Clone(s.Dict), text)
		s.Codes[row] = int32(len(s.Dict) - 1)
		return row
	}
	switch {
	case c.ints[name] != nil:
		for v := c.ints[name]; row < len(v.Values)-1 && v.Null(row); {
			row++
		}
		c.ints[name].Values[row]++
		if v := c.ints[name]; v.Valid != nil {
			v.Valid[row] = true
		}
	case name == "started_at":
		c.start.Values[0]++
	case name == "latency_ns":
		c.long.Values[0]++
	case name == "simulated":
		c.sim.Values[0] = !c.sim.Values[0]
	}
	return row
}

// A manifest cannot name files elsewhere.
func TestManifestNamesPartsOnly(t *testing.T) {
	for _, name := range []string{"../part-00001.parquet", "/etc/passwd", "part-1.txt", ""} {
		dir := t.TempDir()
		b, err := json.Marshal(Manifest{Format: Format, Version: Version, Parts: []Part{{File: name}}})
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, manifestName), b, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := Open(dir); err == nil || !strings.Contains(err.Error(), fmt.Sprintf("%q is no name of a part", name)) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// FuzzPart reads arbitrary bytes as a part, as an import would: no panic, and
// what is accepted has its digests.
func FuzzPart(f *testing.F) {
	dir := f.TempDir()
	s := open(f, filepath.Join(dir, "a"))
	put(f, s, samples(f)...)
	export(f, s, filepath.Join(dir, "out"), 100)
	b, err := os.ReadFile(filepath.Join(dir, "out", partName(1)))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b, len(samples(f)))
	f.Add(b[:len(b)/2], 3)
	f.Add([]byte("PAR1PAR1"), 0)
	f.Fuzz(func(t *testing.T, data []byte, rows int) {
		at := t.TempDir()
		if err := os.WriteFile(filepath.Join(at, partName(1)), data, 0o600); err != nil {
			t.Fatal(err)
		}
		r := &Reader{dir: at, origins: map[string]*completion.Origin{}, mishaps: map[completion.Key]string{}, Manifest: Manifest{Parts: []Part{{File: partName(1), Rows: rows}}}}
		got, err := r.Part(0)
		if err == nil && len(got) != rows {
			t.Errorf("%d completions of %d rows", len(got), rows)
		}
	})
}

// FuzzRow reads arbitrary texts as the cells that hold JSON, keys and base64.
func FuzzRow(f *testing.F) {
	f.Add("", `[{"role":"user","text":"a"}]`, `{"temperature":0.7}`, `["a"]`, "AA==")
	f.Add("ff", `[{}]`, `{"a":["b",1]}`, `[1]`, "%")
	f.Fuzz(func(t *testing.T, prev, messages, parameters, list, encoded string) {
		cols := cellsOf(map[string]string{"prev": prev, "messages": messages, "parameters": parameters, "independent": list,
			"lineage": list, "mends": list, "header": list, "body_base64": encoded, "model": "m", "provider": "p", "status": "ok"})
		if _, err := cols.completion(0, map[string]*completion.Origin{}, map[completion.Key]*completion.Thread{}); err == nil {
			t.Error("a row without digests is accepted")
		}
	})
}

// cellsOf makes a row of these texts; what is not named is null.
func cellsOf(cells map[string]string) *columns {
	c := &columns{text: map[string]*tabular.Strings{}, ints: map[string]*tabular.Values[int32]{},
		long: &tabular.Values[int64]{Values: []int64{0}}, start: &tabular.Values[int64]{Values: []int64{0}}, sim: &tabular.Values[bool]{Values: []bool{false}}}
	for _, s := range schema.Columns {
		switch s.Type {
		case tabular.String:
			c.text[s.Name] = &tabular.Strings{Codes: []int32{-1}}
			if v, ok := cells[s.Name]; ok && v != "" {
				c.text[s.Name] = &tabular.Strings{Codes: []int32{0}, Dict: []string{v}}
			}
		case tabular.Int32:
			c.ints[s.Name] = &tabular.Values[int32]{Values: []int32{0}}
		}
	}
	return c
}
