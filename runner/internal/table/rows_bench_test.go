package table

import (
	"math/rand/v2"
	"strconv"
	"testing"

	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// batchCells are the paper's 60 batch cells.
func batchCells(b *testing.B) (*design.Design, []*design.Cell) {
	b.Helper()
	exp, problems := schema.Load("../../../experiments/paper")
	if problems.HasErrors() {
		b.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		b.Fatal(err)
	}
	var cells []*design.Cell
	for _, c := range d.Cells() {
		if c.Administration.Mode == schema.Batch {
			cells = append(cells, c)
		}
	}
	return d, cells
}

func newBuilder(b *testing.B, d *design.Design, records Records) *Builder {
	b.Helper()
	tb, err := NewBuilder(b.TempDir(), d, Info{DesignHash: d.Hash(), Simulated: "true"}, records, NewReader(d.Experiment.Instrument))
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(tb.Abort)
	return tb
}

// BenchmarkResponses1026000 writes responses.parquet of the paper's batch cells
// from answers at hand. The issue asks for 500,000 rows a second.
func BenchmarkResponses1026000(b *testing.B) {
	d, cells := batchCells(b)
	rng := rand.New(rand.NewPCG(1, 2))
	items := len(d.Experiment.Instrument.Items)
	raw := make([][6]string, items+1) // "12. 4" by position and answer
	for pos := 1; pos <= items; pos++ {
		for a := range raw[pos] {
			raw[pos][a] = strconv.Itoa(pos) + ". " + strconv.Itoa(a+1)
		}
	}
	rows := 0
	for b.Loop() {
		tb := newBuilder(b, d, nil)
		for _, c := range cells {
			for r := range d.Respondents(c) {
				v := session.Visit{Respondent: r}
				id := design.RespondentID(c, r.Replicate)
				for pos := 1; pos <= items; pos++ {
					n := rng.IntN(6)
					if err := tb.response(&v, id, pos, answer.Answer{Status: answer.OK, Response: n + 1, Raw: raw[pos][n]}); err != nil {
						b.Fatal(err)
					}
					rows++
				}
			}
		}
		if err := tb.writers["responses"].Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}

// oneReply answers every request alike.
type oneReply struct{ text string }

func (o oneReply) Find(completion.Key) (session.Reply, bool) {
	return session.Reply{Sum: completion.TextDigest(o.text), Text: o.text, Known: true}, true
}

func (o oneReply) Record(int) Record { return Record{Text: o.text, Simulated: true, Tries: 1} }

func (oneReply) Mishap(completion.Key) string { return "" }

// BenchmarkAllTables1026000 goes through the paper's batch cells as apply does:
// walk, read each reply as answers, write respondents, responses, completions.
func BenchmarkAllTables1026000(b *testing.B) {
	d, cells := batchCells(b)
	text := ""
	for pos := range d.Experiment.Instrument.Items {
		text += strconv.Itoa(pos+1) + ". " + strconv.Itoa(pos%6+1) + "\n"
	}
	replies := oneReply{text}
	rows := 0
	for b.Loop() {
		tb := newBuilder(b, d, replies)
		w := &session.Walker{Builder: session.NewBuilder(d, session.Options{}), Replies: replies}
		var v session.Visit
		for _, c := range cells {
			for r := range d.Respondents(c) {
				if err := w.Visit(r, &v); err != nil {
					b.Fatal(err)
				}
				if err := tb.Respondent(&v); err != nil {
					b.Fatal(err)
				}
			}
			if err := tb.EndCell(c, Cell{}); err != nil {
				b.Fatal(err)
			}
		}
		counts, err := tb.Close()
		if err != nil {
			b.Fatal(err)
		}
		rows += counts.Responses["ok"]
	}
	b.ReportMetric(float64(rows)/b.Elapsed().Seconds(), "rows/s")
}
