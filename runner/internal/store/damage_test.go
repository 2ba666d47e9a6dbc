package store_test

import (
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

// edit changes a closed store behind its back.
func edit(t *testing.T, path string, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for _, q := range statements {
		r, err := db.Exec(q)
		if err != nil {
			t.Fatalf("%s: %v", q, err)
		}
		if n, _ := r.RowsAffected(); n == 0 && !strings.HasPrefix(q, "PRAGMA") {
			t.Fatalf("%s: nothing changed", q)
		}
	}
}

// Damage is an error that names the key and a mend, in every read that meets
// it, and never a miss.
func TestDamageIsAnErrorAndNeverAMiss(t *testing.T) {
	origins := storetest.Origins(1)
	turns := storetest.Conversation(origins[0], 0, 3)
	target := turns[1]
	key := target.Request.Key()
	const row = ` WHERE id = 2`
	for _, c := range []struct {
		name, edit     string
		index, get     bool // which reads must see it
		texts, problem string
	}{
		{"text", `UPDATE completion SET text = text || ' ' ` + row, true, true, "reply does not match", "reply does not match its digest"},
		{"text digest", `UPDATE completion SET digest = zeroblob(32)` + row, true, true, "reply does not match", "reply does not match its digest"},
		{"key", `UPDATE completion SET key = zeroblob(32)` + row, true, false, "", "its row does not match its checksum"},
		{"time", `UPDATE completion SET started_us = started_us + 1` + row, true, true, "", "its row does not match its checksum"},
		{"tokens to null", `UPDATE completion SET completion_tokens = NULL` + row, true, true, "", "its row does not match its checksum"},
		{"status", `UPDATE served SET status = 'refusal'`, false, true, "", "entry does not match its digest"},
		{"latency", `UPDATE completion SET latency_ns = 0` + row, false, true, "", "entry does not match its digest"},
		{"sample", `UPDATE completion SET sample = 9` + row, false, true, "", "request does not match its key"},
		{"served row gone", `DELETE FROM served`, true, true, "", "row 1 of table origin or 1 of table served is missing"},
		{"detail cut off", `UPDATE detail SET data = x'00'` + row, false, true, "", "its detail cannot be read (cut off)"},
		{"detail packed wrongly", `UPDATE detail SET data = x'0928b52ffd'` + row, false, true, "", "its detail cannot be read (unknown packing 9)"},
		{"detail gone", `DELETE FROM detail` + row, false, true, "", "its detail cannot be read (nothing there)"},
		{"entry digest", `UPDATE detail SET entry = zeroblob(32)` + row, false, true, "", "entry does not match its digest"},
		{"turn before", `UPDATE detail SET prev = zeroblob(32)` + row, false, true, "", "entry does not match its digest"},
		{"other message", `UPDATE detail SET messages = (SELECT messages FROM detail WHERE id = 1)` + row, false, true, "", "request does not match its key"},
		{"message", `UPDATE message SET text = x'0041' WHERE id = 2`, false, true, "", "its message 2 does not match its digest"},
		{"message gone", `DELETE FROM message WHERE id = 2`, false, true, "", "its message 2 is missing"},
		{"first turn gone", `DELETE FROM completion WHERE id = 1`, false, true, "", "turn " + turns[0].Request.Key().String() + " before it is missing"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "store.db")
			s := open(t, path, store.Options{})
			if _, err := s.Submit(t.Context(), store.Batch{Put: turns}); err != nil {
				t.Fatal(err)
			}
			if err := s.Close(); err != nil {
				t.Fatal(err)
			}
			edit(t, path, c.edit)
			s = open(t, path, store.Options{})
			expect := func(what string, want bool, err error) {
				t.Helper()
				if errors.Is(err, store.ErrCorrupt) != want {
					t.Errorf("%s: got %v, want damage reported: %v", what, err, want)
				}
			}
			_, err := s.Index(t.Context(), origins)
			expect("index", c.index, err)
			_, err = s.Get(t.Context(), key)
			expect("get", c.get, err)
			_, err = s.Texts(t.Context(), []completion.Key{key})
			expect("texts", c.texts != "", err)
			var problems []string
			if _, err := s.Verify(t.Context(), func(err error) { problems = append(problems, err.Error()) }, nil); err != nil {
				t.Fatal(err)
			}
			all := strings.Join(problems, "\n")
			if !strings.Contains(all, c.problem) || !strings.Contains(all, path) || !strings.Contains(all, "mend: ") {
				t.Errorf("verify found:\n%s\nwant %q", all, c.problem)
			}
		})
	}
}

func TestDamagedOriginIsReported(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path, store.Options{})
	storetest.Fill(t, s, storetest.Origins(1), 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, path, `UPDATE origin SET parameters = '{"temperature":0.1}'`)
	s = open(t, path, store.Options{})
	if _, err := s.Index(t.Context(), storetest.Origins(1)); !errors.Is(err, store.ErrCorrupt) || !strings.Contains(err.Error(), "origin 1") {
		t.Errorf("got %v, want damage of origin 1", err)
	}
}

// The message is the one STYLE shows: place, why, mend.
func TestErrorsSayWhereWhatAndMend(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	s := open(t, path, store.Options{})
	c := storetest.Completion(storetest.Origins(1)[0], 1)
	if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}}); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	edit(t, path, `UPDATE completion SET text = 'x'`)
	s = open(t, path, store.Options{})
	_, err := s.Get(t.Context(), c.Request.Key())
	k := c.Request.Key().String()
	want := path + ": completion " + k + `: reply does not match its digest
    why:  it was changed after it was written; its answers cannot be trusted
    mend: runner cache gc --key ` + k + `, then  runner cache import BACKUP  or apply again (1 request)`
	if err == nil || err.Error() != want {
		t.Errorf("got\n%v\nwant\n%s", err, want)
	}
}

func TestRemovedWhileOpenIsNotAcknowledged(t *testing.T) {
	for _, suffix := range []string{"", "-wal"} {
		path := filepath.Join(t.TempDir(), "store.db")
		s, err := store.Open(t.Context(), path, store.Options{})
		if err != nil {
			t.Fatal(err)
		}
		storetest.Fill(t, s, storetest.Origins(1), 10)
		if err := os.Remove(path + suffix); err != nil {
			t.Skip("this system does not remove open files: ", err)
		}
		c := storetest.Completion(storetest.Origins(1)[0], 11)
		for range 2 {
			if _, err := s.Submit(t.Context(), store.Batch{Put: []*completion.Completion{c}}); !errors.Is(err, store.ErrGone) {
				t.Errorf("store.db%s removed: got %v, want ErrGone", suffix, err)
			}
		}
		if err := s.Close(); !errors.Is(err, store.ErrGone) {
			t.Errorf("close: got %v, want ErrGone", err)
		}
	}
}
