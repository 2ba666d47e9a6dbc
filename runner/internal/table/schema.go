// Package table writes an experiment's Parquet tables: what was asked, of
// whom, what came back and how it was read. Rows come in the order of the
// design, so the same store gives the same bytes.
//
// It knows designs, sessions and answers; how a Parquet file is written is
// analysis/tabular's business.
package table

import (
	"math"
	"slices"

	"circumplex.example/analysis/tabular"
	"circumplex.example/schema"
)

// Version is the version of the tables' layout, in every file's metadata.
//
//	2  models_served, system_fingerprints, served_unexpected and params_skipped in
//	   conditions, reasoning and cached tokens in completions
//	3  scale_reversed in conditions and responses, item_wording in conditions,
//	   texts of wordings in items; temperature is null where it is not known
const Version = "3"

func col(name string, t tabular.Type, doc string) tabular.Column {
	return tabular.Column{Name: name, Type: t, Doc: doc}
}

func null(name string, t tabular.Type, doc string) tabular.Column {
	return tabular.Column{Name: name, Type: t, Nullable: true, Doc: doc}
}

// factorColumns are the columns of the four factors, with the further ones.
func factorColumns(exp *schema.Experiment) (four, further []tabular.Column) {
	four = []tabular.Column{
		col("model", tabular.String, "level of the factor model"),
		col("prompt", tabular.String, "level of the factor prompt"),
		null("temperature", tabular.Float64, "sampling temperature; null where it is not known, as it may be of imported answers"),
		col("administration", tabular.String, "level of the factor administration"),
	}
	for _, f := range exp.Further {
		further = append(further, col(f.Name, tabular.String, "level of the factor "+f.Name))
	}
	return four, further
}

func conditionsSchema(exp *schema.Experiment) tabular.Schema {
	four, further := factorColumns(exp)
	cols := []tabular.Column{
		col("condition_id", tabular.String, "id of the cell"),
		col("experiment", tabular.String, "name of the experiment"),
		col("provider", tabular.String, "wire format of the model that was declared"),
		col("simulated", tabular.Bool, "true if the simulated respondent answered, not a model"),
	}
	cols = append(append(cols, four...), further...)
	cols = append(cols,
		col("n_planned", tabular.Int32, "respondents of the design"),
		col("n_complete", tabular.Int32, "respondents all of whose requests have a reply"),
		null("models_served", tabular.String, "models that answered, as the provider named them, joined by ; and null if it named none"),
		null("system_fingerprints", tabular.String, "system fingerprints of the replies, joined by ; and null if there were none"),
		col("served_unexpected", tabular.Bool, "true if another model than was asked, or an allowed one, answered"),
		null("params_skipped", tabular.String, "declared parameters that the provider cannot take and that were left out (unsupported: skip), joined by ; and null if there are none"),
		col("scale_reversed", tabular.Bool, "true if the respondents saw the answer scale the other way round: each point with the words of the opposite one"),
		null("item_wording", tabular.String, "wording of the items that was shown; null is the instrument's own"))
	return tabular.Schema{Name: "conditions", Doc: "one row a cell of the design", Columns: cols}
}

// variableColumn is one column a declared variable has in respondents.
type variableColumn struct {
	name    string
	integer bool
	// generated is set for a generated text, whose column holds it as inserted.
	generated bool
}

// variableColumns lists the columns of all prompts' variables, by name. A field
// is an integer column if all its values, in all prompts, are 32-bit integers.
// The first generated variable of a prompt is persona_text; only further ones
// have a column of their own.
func variableColumns(exp *schema.Experiment) []variableColumn {
	integer := map[string]bool{}
	var names []string
	generated := map[string]bool{}
	add := func(name string, isInt bool) {
		old, seen := integer[name]
		if !seen {
			names = append(names, name)
		}
		integer[name] = isInt && (!seen || old)
	}
	for _, p := range exp.Prompts {
		nth := 0
		for _, v := range p.Variables {
			if v.Draw == schema.Generate {
				if nth++; nth > 1 {
					add(v.Name, false)
					generated[v.Name] = true
				}
				continue
			}
			for _, f := range v.Fields {
				add(f, integers(v, f))
			}
		}
	}
	slices.Sort(names)
	out := make([]variableColumn, len(names))
	for i, n := range names {
		out[i] = variableColumn{n, integer[n], generated[n]}
	}
	return out
}

func integers(v *schema.Variable, field string) bool {
	if v.Draw == schema.Uniform {
		return v.Min >= math.MinInt32 && v.Max <= math.MaxInt32
	}
	return !slices.ContainsFunc(v.Entries, func(e schema.Entry) bool {
		n, ok := e[field].(int64)
		return !ok || n < math.MinInt32 || n > math.MaxInt32
	})
}

func respondentsSchema(exp *schema.Experiment) tabular.Schema {
	cols := []tabular.Column{
		col("respondent_id", tabular.String, "id of the cell and replicate"),
		col("condition_id", tabular.String, "id of the cell, as in conditions"),
		col("replicate", tabular.Int32, "counts from 1"),
		col("sample", tabular.Int32, "how many lower replicates of the cell are asked the same"),
		col("form", tabular.String, "form of the items: female, male or neutral"),
		null("persona_text", tabular.String, "the generated persona as it was inserted"),
		null("persona_key", tabular.String, "key of the completion that generated it"),
	}
	for _, v := range variableColumns(exp) {
		t := tabular.String
		if v.integer {
			t = tabular.Int32
		}
		cols = append(cols, null(v.name, t, "declared variable; null where the prompt does not have it"))
	}
	cols = append(cols,
		col("status", tabular.String, "complete, partial, not_run or persona_failed"),
		col("n_answered", tabular.Int32, "items with status ok"))
	return tabular.Schema{Name: "respondents", Doc: "one row a cell and replicate", Columns: cols}
}

func responsesSchema(exp *schema.Experiment) tabular.Schema {
	four, further := factorColumns(exp)
	cols := []tabular.Column{
		col("respondent_id", tabular.String, "as in respondents"),
		col("condition_id", tabular.String, "as in conditions"),
	}
	cols = append(append(cols, four...), further...)
	cols = append(cols,
		col("replicate", tabular.Int32, "counts from 1"),
		col("scale_reversed", tabular.Bool, "true if the answer was given on the reversed scale: the same answer on the instrument's own is scale_min + scale_max - response"),
		col("item", tabular.Int32, "item number of the instrument"),
		col("value", tabular.String, "value that the item measures"),
		col("position", tabular.Int32, "position at which the item was shown, from 1"),
		null("response", tabular.Int32, "the answer as given, on the scale as shown; turned back by nothing, neither scale_reversed nor items.reverse; null unless status is ok"),
		null("raw_answer", tabular.String, "the piece of the reply that was read"),
		col("status", tabular.String, "ok, or why there is no answer"))
	return tabular.Schema{Name: "responses", Doc: "one row a respondent and item", Columns: cols}
}

var completionsSchema = tabular.Schema{Name: "completions", Doc: "one row a stored reply and the respondent it serves", Columns: []tabular.Column{
	col("key", tabular.String, "SHA-256 of the request"),
	null("respondent_id", tabular.String, "as in respondents; null for the generation of a persona"),
	null("persona_key", tabular.String, "key of the generation whose text stands in the request"),
	col("purpose", tabular.String, "answer or persona"),
	null("turn", tabular.Int32, "turn of the session, from 1; null for a persona"),
	col("attempt", tabular.Int32, "counts re-asks of an invalid reply, from 0"),
	col("tries", tabular.Int32, "sendings over the network"),
	col("sample", tabular.Int32, "tells identical requests apart"),
	col("status", tabular.String, "ok, refusal, truncated or empty"),
	col("model_requested", tabular.String, "model as declared"),
	null("model_served", tabular.String, "model that answered, as the provider named it"),
	null("system_fingerprint", tabular.String, "as the provider gave it"),
	null("finish_reason", tabular.String, "the provider's word for how the reply ended"),
	col("params_sent", tabular.String, "sampling parameters, as JSON"),
	col("prompt_sha256", tabular.String, "running digest of the messages sent"),
	col("raw_text", tabular.String, "the reply as the model wrote it"),
	null("prompt_tokens", tabular.Int32, "as the provider counted; null if it did not"),
	null("completion_tokens", tabular.Int32, "as the provider counted, with those of reasoning; null if it did not"),
	null("reasoning_tokens", tabular.Int32, "of the completion tokens, those that the model thought with; null if not reported"),
	null("cached_tokens", tabular.Int32, "of the prompt tokens, those from the provider's cache; null if not reported"),
	null("cost_usd", tabular.Float64, "by the declared price; null if it is unknown, 0 for a simulated reply"),
	col("started_at", tabular.Timestamp, "when the request was sent, UTC"),
	col("latency_ms", tabular.Float64, "milliseconds to the end of the reply"),
	null("http_status", tabular.Int32, "null where there was no HTTP"),
	null("error_class", tabular.String, "class of the last error before the reply came, from the ledger; null if there was none"),
}}

func itemsSchema(in *schema.Instrument) tabular.Schema {
	cols := []tabular.Column{
		col("instrument", tabular.String, "name of the instrument"),
		col("item", tabular.Int32, "item number"),
		col("value", tabular.String, "value that the item measures"),
		null("text_female", tabular.String, "text in the female form"),
		null("text_male", tabular.String, "text in the male form"),
		null("text_neutral", tabular.String, "text in the neutral form"),
		col("reverse", tabular.Bool, "reverse-keyed: scored as scale_min + scale_max - response, after an answer on a reversed scale was turned back"),
		col("scale_min", tabular.Int32, "lowest point of the scale"),
		col("scale_max", tabular.Int32, "highest point of the scale"),
	}
	for _, w := range in.Wordings {
		for _, form := range forms {
			cols = append(cols, null("text_"+w.Name+"_"+form, tabular.String, "text in wording "+w.Name+", "+form+" form"))
		}
	}
	return tabular.Schema{Name: "items", Doc: "one row an item of the instrument", Columns: cols}
}

// forms are the forms of an item, in the order of their columns.
var forms = []string{"female", "male", "neutral"}

func valuesSchema(in *schema.Instrument) tabular.Schema {
	cols := []tabular.Column{
		col("instrument", tabular.String, "name of the instrument"),
		col("value", tabular.String, "code of the value"),
		col("name", tabular.String, "name of the value"),
		col("order", tabular.Int32, "order in tables, from 1"),
	}
	for _, c := range in.Circles {
		cols = append(cols, null("circle_"+c.Name, tabular.Int32, "position on circle "+c.Name+", from 0"))
	}
	return tabular.Schema{Name: "values", Doc: "one row a value that the instrument measures", Columns: cols}
}

var benchmarksSchema = tabular.Schema{Name: "benchmarks", Doc: "one row a number of a benchmark", Columns: []tabular.Column{
	col("name", tabular.String, "name of the benchmark"),
	col("kind", tabular.String, "human, theory or model"),
	col("source", tabular.String, "where the numbers come from"),
	col("statistic", tabular.String, "median, mean, x, y, correlation or alpha (Cronbach's, of some values at least)"),
	col("value", tabular.String, "code of the value"),
	null("value_2", tabular.String, "code of the other value of a correlation"),
	col("number", tabular.Float64, "the number"),
	col("label", tabular.String, "how tables name the benchmark"),
}}

var optionsSchema = tabular.Schema{Name: "options", Doc: "one row an option of the analysis, or a fact about the experiment", Columns: []tabular.Column{
	col("name", tabular.String, "name of the option"),
	col("value", tabular.String, "its value"),
}}

// Schemas returns the schemas of all tables that a collection writes, for the
// codebook.
func Schemas(exp *schema.Experiment) []tabular.Schema {
	return []tabular.Schema{
		conditionsSchema(exp), respondentsSchema(exp), responsesSchema(exp), completionsSchema,
		itemsSchema(exp.Instrument), valuesSchema(exp.Instrument), benchmarksSchema, optionsSchema, runsSchema,
	}
}
