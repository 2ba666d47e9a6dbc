package export

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"

	"circumplex.example/analysis/tabular"
)

// keyColumns are the columns of responses that describe the respondent: all
// before item.
func keyColumns(t *tabular.Table) []string {
	var out []string
	for _, c := range t.Schema.Columns {
		if c.Name == "item" {
			break
		}
		out = append(out, c.Name)
	}
	return out
}

// Wide writes responses_wide.csv into out: one row a respondent, one column an
// item (q1, q2, ... by item number), an empty field where there is no answer.
// It is what psych::alpha and factor analyses want. Answers are as given:
// reverse-keyed items are not turned round, nor are those of a row whose
// scale_reversed is true.
func Wide(dir, out string) (string, error) {
	t, err := tabular.Open(filepath.Join(dir, "responses.parquet"))
	if err != nil {
		return "", err
	}
	defer t.Close()
	cols, err := columns(t)
	if err != nil {
		return "", err
	}
	by := map[string]*column{}
	for i := range cols {
		by[cols[i].name] = &cols[i]
	}
	for _, name := range []string{"respondent_id", "item", "response"} {
		if by[name] == nil {
			return "", fmt.Errorf("%s: there is no column %q", t.Path, name)
		}
	}
	items := slices.Compact(slices.Sorted(slices.Values(by["item"].i32)))
	position := map[int32]int{}
	for i, n := range items {
		position[n] = i
	}
	to := filepath.Join(out, "responses_wide.csv")
	if err := os.MkdirAll(out, 0o755); err != nil {
		return "", err
	}
	return to, atomically(to, func(f *os.File) error {
		return writeWide(f, by, keyColumns(t), items, position, t.NumRows)
	})
}

func writeWide(f *os.File, by map[string]*column, key []string, items []int32, position map[int32]int, rows int) error {
	cw := csv.NewWriter(f)
	record := slices.Clone(key)
	for _, n := range items {
		record = append(record, "q"+strconv.Itoa(int(n)))
	}
	if err := cw.Write(record); err != nil {
		return err
	}
	id := by["respondent_id"]
	for r := 0; r < rows; {
		clear(record)
		for i, k := range key {
			record[i] = tabular.GuardCell(by[k].text(r))
		}
		who := id.text(r)
		for ; r < rows && id.text(r) == who; r++ {
			record[len(key)+position[by["item"].i32[r]]] = by["response"].text(r)
		}
		if err := cw.Write(record); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}
