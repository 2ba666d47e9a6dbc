package importer

import (
	"cmp"
	"fmt"
	"slices"

	"circumplex.example/schema/diag"
)

// finish sorts and numbers the respondents.
func (r *rowReader) finish() {
	slices.SortFunc(r.out.conditions, func(a, b *condition) int {
		for i := range a.levels {
			c := cmp.Compare(a.levels[i], b.levels[i])
			if i == 2 && a.temperature != nil && b.temperature != nil {
				c = cmp.Compare(*a.temperature, *b.temperature)
			}
			if c != 0 {
				return c
			}
		}
		return 0
	})
	for _, c := range r.out.conditions {
		r.number(c)
	}
	if r.out.imported == 0 && r.total == 0 {
		r.total++
		p := diag.Problem{Place: diag.Place{File: r.path}, What: "there is no row to import"}
		if r.out.rows > 0 {
			p.What = fmt.Sprintf("there is no row to import: --drop leaves out all %d", r.out.rows)
		}
		r.problems.Add(p)
	}
}

// number gives the respondents of a condition their replicates, and refuses two
// that are one.
func (r *rowReader) number(c *condition) {
	if r.lay.replicate < 0 {
		for i, rec := range c.records {
			rec.replicate = i + 1
		}
	}
	slices.SortStableFunc(c.records, func(a, b *record) int { return cmp.Compare(a.replicate, b.replicate) })
	ids := map[string]int{}
	for i, rec := range c.records {
		if i > 0 && rec.replicate == c.records[i-1].replicate {
			r.fail(row{number: rec.row}, r.lay.replicate, "number the respondents of a condition once each", "replicate %d of the same condition stands in row %d too", rec.replicate, c.records[i-1].row)
		}
		if r.lay.respondent < 0 {
			continue
		}
		if other, twice := ids[rec.respond]; twice {
			r.fail(row{number: rec.row}, r.lay.respondent, "if they were asked under several conditions, say which column tells them apart:  --column prompt=COLUMN  or  --factor NAME",
				"respondent %q stands in row %d too, in the same condition", rec.respond, other)
		}
		ids[rec.respond] = rec.row
	}
}
