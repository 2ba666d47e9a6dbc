package report

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"math"
	"os"
	"path/filepath"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
	"golang.org/x/sync/errgroup"
	"gonum.org/v1/gonum/mat"
)

// write writes the Parquet tables, their codebook and the tables for readers,
// and returns the digest of each file by its name relative to out.
func (a *analysis) write(ctx context.Context, out string) (map[string]string, error) {
	schemas := a.schemas()
	fill := map[string]func(*tabular.Writer){
		"scores": a.writeScores, "value_summary": a.writeSummary, "correlations": a.writeCorrelations, "mds": a.writeMap,
		"fit": a.writeFit, "anchor_curve": a.writeCurve, "sensitivity": a.writeSensitivity,
		"intervals": a.writeIntervals, "differences": a.writeDifferences, "split_half": a.writeSplitHalf,
		"quality": a.writeQuality, "quality_items": a.writeQualityItems, "quality_values": a.writeQualityValues,
		"served": a.writeServed, "printed": a.writePrinted,
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(2)
	for _, s := range schemas {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return a.writeTable(out, s, fill[s.Name])
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	digests := map[string]string{}
	for _, s := range schemas {
		name := s.Name + ".parquet"
		d, err := digestFile(filepath.Join(out, name))
		if err != nil {
			return nil, err
		}
		digests[name] = d
	}
	var book bytes.Buffer
	if err := tabular.Codebook(&book, "Codebook of the analysis", schemas...); err != nil {
		return nil, err
	}
	files := a.documents()
	files["codebook.md"] = book.Bytes()
	for name, data := range files {
		if err := tabular.WriteFile(filepath.Join(out, filepath.FromSlash(name)), data); err != nil {
			return nil, err
		}
		sum := sha256.Sum256(data)
		digests[name] = hex.EncodeToString(sum[:])
	}
	return digests, nil
}

// writeTable writes one Parquet table.
func (a *analysis) writeTable(out string, s tabular.Schema, fill func(*tabular.Writer)) error {
	w, err := tabular.Create(filepath.Join(out, s.Name+".parquet"), s, map[string]string{
		"table_version": ingest.TableVersion, "report_version": Version, "design_hash": a.d.DesignHash,
		"instrument_hash": a.opts.InstrumentHash, "simulated": a.simulated()})
	if err != nil {
		return err
	}
	defer w.Abort()
	fill(w) // errors stick in w
	return w.Close()
}

// conditionKey are the values of the columns that every table begins with.
func conditionKey(c *ingest.Condition) []any {
	row := []any{c.ID, c.Model, c.Prompt, nil, c.Administration}
	if c.Temperature != nil {
		row[3] = *c.Temperature
	}
	for _, l := range c.Levels {
		row = append(row, l)
	}
	return row
}

// appender appends rows of one condition; its errors stick in the Writer.
func appender(w *tabular.Writer, c *ingest.Condition) func(values ...any) {
	key := conditionKey(c)
	return func(values ...any) { _ = w.Append(append(key[:len(key):len(key)], values...)...) }
}

// orNull is nil for the empty string.
func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// present is v, or nil unless ok.
func present(v float64, ok bool) any {
	if !ok || math.IsNaN(v) {
		return nil
	}
	return v
}

// writeScores writes a row a respondent and value, the large table: column by
// column rather than by Append.
func (a *analysis) writeScores(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		kept := 0
		drop := 0
		for k, row := range r.c.Respondents {
			resp := &a.d.Respondents[row]
			at, why := -1, ""
			if kept < len(r.scores.Kept) && r.scores.Kept[kept] == k {
				at = kept
				kept++
			} else {
				why = a.dropReason(r, drop)
				drop++
			}
			for v := range a.d.Values {
				a.scoreRow(w, r, resp, at, v, why)
			}
		}
	}
}

// scoreRow writes one score; at is the row of the score matrices, or -1.
func (a *analysis) scoreRow(w *tabular.Writer, r *result, resp *ingest.Respondent, at, v int, why string) {
	w.Col(0).AppendString(r.c.ID)
	w.Col(1).AppendString(r.c.Model)
	w.Col(2).AppendString(r.c.Prompt)
	if t := r.c.Temperature; t != nil {
		w.Col(3).AppendFloat64(*t)
	} else {
		w.Col(3).AppendNull()
	}
	w.Col(4).AppendString(r.c.Administration)
	n := 5
	for _, l := range r.c.Levels {
		w.Col(n).AppendString(l)
		n++
	}
	w.Col(n).AppendString(resp.ID)
	w.Col(n + 1).AppendInt32(int32(resp.Replicate))
	w.Col(n + 2).AppendString(a.d.Values[v].Code)
	if at >= 0 {
		raw, ok := r.scores.Raw.At(at, v)
		centred, _ := r.scores.Centred.At(at, v)
		if ok {
			w.Col(n + 3).AppendFloat64(raw)
			w.Col(n + 4).AppendFloat64(centred)
		} else {
			why = "no item of the value was answered"
			w.Col(n + 3).AppendNull()
			w.Col(n + 4).AppendNull()
		}
	} else {
		w.Col(n + 3).AppendNull()
		w.Col(n + 4).AppendNull()
	}
	w.Col(n + 5).AppendBool(at >= 0)
	w.Col(n + 6).AppendStringOrNull(why)
	_ = w.EndRow() // sticks
}

// dropReason says why the k-th session that was left out was.
func (a *analysis) dropReason(r *result, k int) string {
	d := r.scores.Dropped[k]
	if d.Value >= 0 {
		return "session left out: no item of value " + a.d.Values[d.Value].Code + " was answered"
	}
	return "session left out: " + d.Reason.String()
}

func (a *analysis) writeSummary(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		add := appender(w, r.c)
		for v, value := range a.d.Values {
			rm, rok := r.raw[v].Mean()
			rs, rsok := r.raw[v].SD()
			cm, cok := r.centred[v].Mean()
			cs, csok := r.centred[v].SD()
			var rank, bench any
			why := r.meansNA
			if r.ranks != nil {
				rank = r.ranks[v]
			}
			if a.means != nil {
				bench = a.means.Means[v]
			}
			al := r.alpha[v]
			var alphaWhy string
			if al.Err != nil {
				alphaWhy = al.Err.Error()
			}
			add(value.Code, value.Name, r.raw[v].N, present(rm, rok), present(rs, rsok), present(cm, cok), present(cs, csok),
				rank, bench, present(al.Alpha, al.Err == nil), orNull(alphaWhy), orNull(why))
		}
	}
}

func (a *analysis) writeCorrelations(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		add := appender(w, r.c)
		for v, value := range a.d.Values {
			for u, other := range a.d.Values {
				if r.corrNA != "" {
					add(value.Code, other.Code, nil, r.corrNA)
					continue
				}
				add(value.Code, other.Code, r.corr.R.At(v, u), nil)
			}
		}
	}
}

func (a *analysis) writeMap(w *tabular.Writer) {
	bench := a.targets[a.printed()].config
	for i := range a.results {
		r := &a.results[i]
		add := appender(w, r.c)
		for v, value := range a.d.Values {
			row := []any{value.Code}
			var own, fitted *mat.Dense
			if r.fit != nil {
				own = r.fit.Config
			}
			if r.match != nil {
				fitted = r.match.Rotated
			}
			for _, m := range []*mat.Dense{own, fitted, bench} {
				if m == nil {
					row = append(row, nil, nil)
					continue
				}
				x, y := coordinate(m, v)
				row = append(row, x, y)
			}
			add(append(row, orNull(r.fitNA))...)
		}
	}
}

func (a *analysis) writeFit(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		row := append(a.fitCounts(r), a.fitChoices(r)...)
		appender(w, r.c)(append(row, a.fitNumbers(r)...)...)
	}
}

func (a *analysis) writeCurve(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		if !r.anchored {
			continue
		}
		add := appender(w, r.c)
		if r.curve == nil {
			add("all", 0, 0, nil, nil, nil, nil, nil, nil, r.curveNA)
			continue
		}
		n := len(r.curve.Offset)
		for s, mean := range r.curve.Offset {
			if r.curveNA != "" {
				add("all", s, r.curve.Used, mean, nil, nil, nil, nil, nil, r.curveNA)
				continue
			}
			add("all", s, r.curve.Used, mean, r.sine.At(float64(s), n), r.sine.A, r.sine.B, r.sine.Phi, r.sine.R2, nil)
		}
		for k, curve := range r.curve.ByAnchor {
			code := a.d.Values[a.circle[k]].Code
			for s := range n {
				if curve == nil {
					add(code, s, 0, nil, nil, nil, nil, nil, nil, "no session used has this anchor")
					continue
				}
				add(code, s, r.curve.Sessions[k], curve[s], nil, nil, nil, nil, nil, nil)
			}
		}
	}
}

func (a *analysis) writeSensitivity(w *tabular.Writer) {
	for i := range a.results {
		r := &a.results[i]
		add := appender(w, r.c)
		for _, s := range r.sensitivity {
			add(scoresWord(s.centred), s.level.String(), kindWord(s.kind), present(s.ssd, s.na == ""), present(s.stress, s.na == ""), orNull(s.na))
		}
	}
}

// digestFile is the SHA-256 of a file, in hex.
func digestFile(path string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:]), nil
}
