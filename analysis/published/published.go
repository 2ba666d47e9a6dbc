// Package published holds the numbers that the paper prints (Rozen, Bezalel,
// Elidan, Globerson and Daniel, "Do LLMs have consistent values?", ICLR 2025):
// Tables 1 to 5 and the human column, exactly as printed, misprints included
// and marked (docs/errata.md has the list).
//
// It knows nothing of any collection. Levels are named as experiments/paper
// names them.
package published

import (
	"embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed data/*.csv
var files embed.FS

// Figure is one printed number.
type Figure struct {
	// Value is the number; nil where the paper prints NA.
	Value *float64
	// Table is the table it stands in, such as "Table 1".
	Table string
	// Erratum names the entry of docs/errata.md that concerns it, or is empty.
	Erratum string
}

// Cell names a condition of the paper's design.
type Cell struct {
	Model, Prompt, Administration string
	Temperature                   float64
}

// Mean is one row of Tables 2 to 4.
type Mean struct {
	Figure
	// Rank is the printed rank; ties have halves.
	Rank float64
}

type tables struct {
	table1, table5 map[Cell]Figure
	means          map[Cell]map[string]Mean
	human          map[string]Mean
	order          []string // values in the order of the human column
}

var load = sync.OnceValue(func() *tables {
	t := &tables{table1: map[Cell]Figure{}, table5: map[Cell]Figure{}, means: map[Cell]map[string]Mean{}, human: map[string]Mean{}}
	for _, r := range rows("table1.csv") {
		t.table1[cell(r, "batch")] = Figure{number(r["ssd"]), "Table 1", r["erratum"]}
	}
	for _, r := range rows("table5.csv") {
		t.table5[cell(r, r["administration"])] = Figure{number(r["ssd"]), "Table 5", r["erratum"]}
	}
	for _, r := range rows("tables2_4.csv") {
		c := cell(r, "batch")
		if t.means[c] == nil {
			t.means[c] = map[string]Mean{}
		}
		t.means[c][r["value"]] = Mean{Figure{number(r["mean"]), "Table " + r["table"], r["erratum"]}, *number(r["rank"])}
	}
	for _, r := range rows("human.csv") {
		t.human[r["value"]] = Mean{Figure{number(r["mean"]), "Table 2", ""}, *number(r["rank"])}
		t.order = append(t.order, r["value"])
	}
	return t
})

// SSD returns what the paper prints for a condition: Table 1 for batch, Table 5
// for sequential administration. ok is false where it prints nothing.
func SSD(c Cell) (f Figure, ok bool) {
	t := load()
	if f, ok = t.table1[c]; ok {
		return f, true
	}
	f, ok = t.table5[c]
	return f, ok
}

// SSDs lists the cells of Table 1, and those of Table 5, in the printed order.
func SSDs() (table1, table5 []Cell) {
	for _, r := range rows("table1.csv") {
		table1 = append(table1, cell(r, "batch"))
	}
	for _, r := range rows("table5.csv") {
		table5 = append(table5, cell(r, r["administration"]))
	}
	return table1, table5
}

// Table5 returns a cell of Table 5; its batch rows repeat some of Table 1.
func Table5(c Cell) (f Figure, ok bool) {
	f, ok = load().table5[c]
	return f, ok
}

// Means returns a column of Tables 2 to 4 by value; nil where none is printed.
func Means(c Cell) map[string]Mean { return load().means[c] }

// Columns lists the conditions that have a column in Tables 2 to 4, in the
// printed order.
func Columns() []Cell {
	var out []Cell
	seen := map[Cell]bool{}
	for _, r := range rows("tables2_4.csv") {
		if c := cell(r, "batch"); !seen[c] {
			seen[c] = true
			out = append(out, c)
		}
	}
	return out
}

// Human returns the human column by value, and the values in its order.
func Human() (means map[string]Mean, order []string) {
	t := load()
	return t.human, t.order
}

func cell(r map[string]string, administration string) Cell {
	return Cell{r["model"], r["prompt"], administration, *number(r["temperature"])}
}

func number(s string) *float64 {
	if s == "" {
		return nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic("published: the embedded data hold " + strconv.Quote(s) + " for a number")
	}
	return &x
}

// rows reads an embedded file; its content is part of the program.
func rows(name string) []map[string]string {
	b, err := files.ReadFile("data/" + name)
	if err != nil {
		panic("published: " + err.Error())
	}
	all, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		panic(fmt.Sprintf("published: %s: %v", name, err))
	}
	out := make([]map[string]string, 0, len(all)-1)
	for _, rec := range all[1:] {
		r := map[string]string{}
		for i, h := range all[0] {
			r[h] = rec[i]
		}
		out = append(out, r)
	}
	return out
}
