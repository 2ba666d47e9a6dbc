package diff

import (
	"fmt"
	"slices"
	"strings"

	"circumplex.example/schema"
)

// settings are what an experiment says beside its factors that decides what is
// asked.
func settings(a, b *schema.Experiment) []Field {
	of := func(e *schema.Experiment) any {
		m := map[string]any{"name": e.Name, "seed": e.Seed, "n": e.N, "on_invalid": map[string]any{"reask": e.Reask}}
		if e.Replication != "" {
			m["replication"] = e.Replication
		}
		if e.Where != nil {
			m["where"] = clauses(e.Where)
		}
		return m
	}
	return fieldsOf("", of(a), of(b))
}

// clauses puts the clauses of where, and the levels in each, into an order that
// means nothing.
func clauses(where []schema.Clause) []schema.Clause {
	if where == nil {
		return nil
	}
	out := make([]schema.Clause, len(where))
	for i, c := range where {
		out[i] = schema.Clause{}
		for f, levels := range c {
			out[i][f] = slices.Sorted(slices.Values(levels))
		}
	}
	slices.SortFunc(out, func(a, b schema.Clause) int { return strings.Compare(encodeAny(a), encodeAny(b)) })
	return out
}

// instrument compares questionnaires. What only people read goes to harmless.
func instrument(a, b *schema.Instrument, harmless *[]Field) []Field {
	people := func(in *schema.Instrument) any {
		names := map[string]any{}
		for _, v := range in.Values {
			names[v.Code] = map[string]any{"name": v.Name, "description": v.Description}
		}
		wordings := map[string]any{}
		for _, w := range in.Wordings {
			wordings[w.Name] = map[string]any{"language": w.Language, "source": w.Source}
		}
		return map[string]any{"title": in.Title, "notice": in.Notice, "source": in.Source, "licence": in.Licence, "validated": in.Validated,
			"values": names, "wordings": wordings}
	}
	counts := func(in *schema.Instrument) any {
		labels, items, circles, order := map[string]any{}, map[string]any{}, map[string]any{}, []string{}
		for n, l := range in.Labels {
			labels[fmt.Sprint(n)] = l
		}
		for _, it := range in.Items {
			item := map[string]any{"value": it.Value, "texts": it.Texts}
			if it.Reverse {
				item["reverse"] = true
			}
			items[fmt.Sprintf("%03d", it.Number)] = item
		}
		for _, c := range in.Circles {
			circles[c.Name] = c.Order
		}
		for _, v := range in.Values {
			order = append(order, v.Code)
		}
		return map[string]any{"name": in.Name, "scale": map[string]any{"min": in.Min, "max": in.Max, "labels": labels},
			"items": items, "circles": circles, "values": order, "structure": in.Structure, "wordings": wordings(in)}
	}
	*harmless = append(*harmless, fieldsOf("instrument", people(a), people(b))...)
	return fieldsOf("", counts(a), counts(b))
}

// wordings are the words and texts of each other wording, by name.
func wordings(in *schema.Instrument) any {
	out := map[string]any{}
	for _, w := range in.Wordings {
		labels, texts := map[string]any{}, map[string]any{}
		for n, l := range w.Labels {
			labels[fmt.Sprint(n)] = l
		}
		for i, t := range w.Texts {
			texts[fmt.Sprintf("%03d", in.Items[i].Number)] = t
		}
		out[w.Name] = map[string]any{"labels": labels, "items": texts}
	}
	return out
}

// benchmarks compares what results are compared with; the numbers of one are
// counted, not listed.
func benchmarks(a, b *schema.Experiment) []Field {
	var out []Field
	for _, y := range b.Benchmarks {
		x := benchmark(a, y.Field)
		if x == nil {
			out = append(out, Field{Path: y.Field, New: y.Name})
			continue
		}
		fields := fieldsOf(y.Field, x, y)
		numbers := take(&fields, func(f Field) bool { _, text := f.New.(string); _, was := f.Old.(string); return !text && !was })
		out = append(out, fields...)
		if len(numbers) > 0 {
			out = append(out, Field{Path: y.Field + ".numbers", New: len(numbers)})
		}
	}
	for _, x := range a.Benchmarks {
		if benchmark(b, x.Field) == nil {
			out = append(out, Field{Path: x.Field, Old: x.Name})
		}
	}
	return out
}

func benchmark(e *schema.Experiment, field string) *schema.Benchmark {
	for _, x := range e.Benchmarks {
		if x.Field == field {
			return x
		}
	}
	return nil
}
