package apply

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/table"
)

// writeTables makes the tables in dir say what the library holds. It returns
// false if they said so already.
func writeTables(ctx context.Context, l *Library, d *design.Design, b *session.Builder, s *Survey, dir string, info table.Info) (*table.Manifest, bool, error) {
	old, err := table.ReadManifest(dir)
	if err != nil {
		return nil, false, err
	}
	if old.Current(dir, s.Inputs) && old.Declaration != nil {
		return old, false, nil
	}
	// Everything is held at once here; a tighter heap costs a tenth of the time
	// and keeps the paper's design below 400 MB.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	mishaps := s.briefs.mishaps
	s.briefs = nil // the entries hold all that they held
	records, err := loadEntries(ctx, l, append(append([]*completion.Origin(nil), s.answers...), s.generations...))
	if err != nil {
		return nil, false, err
	}
	records.mishaps = mishaps
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, false, err
	}
	digested := info
	// Replies of a server that marks itself as simulated are nobody's answers,
	// whatever provider the experiment declares.
	if found := records.simulated(); info.Simulated == "false" {
		info.Simulated = found
	}
	counts, digest, err := collectionTables(ctx, d, b, records, dir, info, digested)
	if err != nil {
		return nil, false, err
	}
	if err := table.WriteStatic(dir, d.Experiment, info); err != nil {
		return nil, false, err
	}
	m, err := table.NewManifest(dir, d.Experiment, info, digest, counts)
	if err != nil {
		return nil, false, err
	}
	if err := writeCodebook(dir, d); err != nil {
		return nil, false, err
	}
	if err := m.Declare(dir, d.Experiment); err != nil {
		return nil, false, err
	}
	return m, true, m.Write(dir)
}

// collectionTables walks the design once, writing a row for everything.
func collectionTables(ctx context.Context, d *design.Design, b *session.Builder, records *entries, dir string, info, digested table.Info) (table.Counts, string, error) {
	reader := table.NewReader(d.Experiment.Instrument)
	tb, err := table.NewBuilder(dir, d, info, records, reader)
	if err != nil {
		return table.Counts{}, "", err
	}
	defer tb.Abort()
	w := &session.Walker{Builder: b, Replies: records, Valid: reader.Valid}
	in := newInputs(d, b, digested, records.mishaps)
	who := newServed(d, b)
	var v session.Visit
	for _, c := range d.Cells() {
		if err := ctx.Err(); err != nil {
			return table.Counts{}, "", err
		}
		for r := range d.Respondents(c) {
			if err := w.Visit(r, &v); err != nil {
				return table.Counts{}, "", err
			}
			in.add(&v)
			who.add(&v)
			if err := tb.Respondent(&v); err != nil {
				return table.Counts{}, "", err
			}
		}
		by := who.cell(c)
		about := table.Cell{Served: by.Models, Fingerprints: by.Fingerprints, Unexpected: by.Unexpected != "", Skipped: b.Skipped(c)}
		if err := tb.EndCell(c, about); err != nil {
			return table.Counts{}, "", err
		}
	}
	counts, err := tb.Close()
	return counts, in.sum(), err
}

func writeCodebook(dir string, d *design.Design) error {
	var buf bytes.Buffer
	if err := tabular.Codebook(&buf, "Codebook of "+d.Experiment.Name, table.Schemas(d.Experiment)...); err != nil {
		return err
	}
	return tabular.WriteFile(filepath.Join(dir, "codebook.md"), buf.Bytes())
}

// tableLock takes the lock on a results directory. Two processes that share a
// store must not write the same tables at once; the claims of the store serve,
// since they end with the process that holds them.
func tableLock(ctx context.Context, s *store.Store, dir string) (unlock func() error, err error) {
	key := completion.Key(sha256.Sum256([]byte("tables of " + dir)))
	for {
		receipt, err := s.Submit(ctx, store.Batch{Claim: []completion.Key{key}})
		if err != nil {
			return nil, fmt.Errorf("locking the tables: %w", err)
		}
		if receipt.Claim[0] == store.Granted {
			return func() error { return s.Release(context.WithoutCancel(ctx), []completion.Key{key}) }, nil
		}
		if _, err := s.Await(ctx, []completion.Key{key}); err != nil {
			return nil, fmt.Errorf("waiting for another process to write the tables: %w", err)
		}
	}
}
