package export

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"circumplex.example/analysis/tabular"
)

// ErrNoPersonas says that no respondent has a generated persona.
var ErrNoPersonas = errors.New("no respondent has a generated persona")

// scored holds a respondent's scores by value: raw and centred.
type scored map[string][2]*float64

// Personas writes the generated personas with the scores of the respondents
// that answered as them: personas.parquet and personas.csv in out, one row a
// respondent, two columns a value (raw_SDT, centred_SDT). It needs the tables
// of the analysis.
func Personas(dir, out string) ([]string, error) {
	values, err := valueCodes(dir)
	if err != nil {
		return nil, err
	}
	scores, err := readScores(dir)
	if err != nil {
		return nil, err
	}
	conditions, err := readConditions(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(out, 0o755); err != nil {
		return nil, err
	}
	parquet := filepath.Join(out, "personas.parquet")
	n, err := writePersonas(dir, parquet, values, scores, conditions)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		os.Remove(parquet)
		return nil, fmt.Errorf("%s: %w", dir, ErrNoPersonas)
	}
	csv := filepath.Join(out, "personas.csv")
	return []string{parquet, csv}, one(parquet, csv, CSV, words{})
}

func personaSchema(values []string) tabular.Schema {
	s := tabular.Schema{Name: "personas", Doc: "one row a respondent that answered as a generated persona", Columns: []tabular.Column{
		{Name: "respondent_id", Type: tabular.String, Doc: "as in respondents"},
		{Name: "model", Type: tabular.String, Doc: "model that wrote the persona and answered as it"},
		{Name: "simulated", Type: tabular.Bool, Doc: "true if the simulated respondent wrote and answered, not a model"},
		{Name: "prompt", Type: tabular.String, Doc: "level of the factor prompt"},
		{Name: "temperature", Type: tabular.Float64, Nullable: true, Doc: "sampling temperature of the answers; null where it is not stated"},
		{Name: "administration", Type: tabular.String, Doc: "level of the factor administration"},
		{Name: "replicate", Type: tabular.Int32, Doc: "counts from 1; the same persona has the same number"},
		{Name: "persona_key", Type: tabular.String, Nullable: true, Doc: "key of the completion that generated it"},
		{Name: "persona_text", Type: tabular.String, Doc: "the persona as it was inserted"},
	}}
	for _, kind := range []string{"raw", "centred"} {
		for _, v := range values {
			s.Columns = append(s.Columns, tabular.Column{Name: kind + "_" + v, Type: tabular.Float64, Nullable: true, Doc: kind + " score of " + v})
		}
	}
	return s
}

func writePersonas(dir, to string, values []string, scores map[string]scored, conditions map[string]condition) (int, error) {
	t, err := tabular.Open(filepath.Join(dir, "respondents.parquet"))
	if err != nil {
		return 0, err
	}
	defer t.Close()
	id, e1 := t.Strings("respondent_id")
	cond, e2 := t.Strings("condition_id")
	text, e3 := t.Strings("persona_text")
	key, e4 := t.Strings("persona_key")
	rep, e5 := t.Int32s("replicate")
	if err := errors.Join(e1, e2, e3, e4, e5); err != nil {
		return 0, err
	}
	w, err := tabular.Create(to, personaSchema(values), t.Meta)
	if err != nil {
		return 0, err
	}
	defer w.Abort()
	for i := range t.NumRows {
		if text.Null(i) {
			continue
		}
		c := conditions[cond.At(i)]
		row := []any{id.At(i), c.model, c.simulated, c.prompt, c.temperature, c.administration, rep.Values[i], nil, text.At(i)}
		if !key.Null(i) {
			row[7] = key.At(i)
		}
		for kind := range 2 {
			for _, v := range values {
				row = append(row, scores[id.At(i)][v][kind])
			}
		}
		if err := w.Append(row...); err != nil {
			return 0, err
		}
	}
	return w.Rows(), w.Close()
}

// condition is what a persona's row says of its condition.
type condition struct {
	model, prompt, administration string
	temperature                   any // a number, or nil
	simulated                     bool
}

func readConditions(dir string) (map[string]condition, error) {
	t, err := tabular.Open(filepath.Join(dir, "conditions.parquet"))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	id, e1 := t.Strings("condition_id")
	model, e2 := t.Strings("model")
	prompt, e3 := t.Strings("prompt")
	adm, e4 := t.Strings("administration")
	temp, e5 := t.Float64s("temperature")
	sim, e6 := t.Bools("simulated")
	if err := errors.Join(e1, e2, e3, e4, e5, e6); err != nil {
		return nil, err
	}
	out := map[string]condition{}
	for i := range t.NumRows {
		c := condition{model.At(i), prompt.At(i), adm.At(i), nil, sim.Values[i]}
		if !temp.Null(i) {
			c.temperature = temp.Values[i]
		}
		out[id.At(i)] = c
	}
	return out, nil
}

func valueCodes(dir string) ([]string, error) {
	t, err := tabular.Open(filepath.Join(dir, "values.parquet"))
	if err != nil {
		return nil, err
	}
	defer t.Close()
	v, err := t.Strings("value")
	if err != nil {
		return nil, err
	}
	out := make([]string, t.NumRows)
	for i := range out {
		out[i] = v.At(i)
	}
	return out, nil
}

// readScores reads the scores by respondent and value.
func readScores(dir string) (map[string]scored, error) {
	t, err := tabular.Open(filepath.Join(dir, "analysis", "scores.parquet"))
	if err != nil {
		return nil, fmt.Errorf("personas come with their scores, so the analysis is needed (runner analyze): %w", err)
	}
	defer t.Close()
	id, e1 := t.Strings("respondent_id")
	value, e2 := t.Strings("value")
	raw, e3 := t.Float64s("raw")
	centred, e4 := t.Float64s("centred")
	if err := errors.Join(e1, e2, e3, e4); err != nil {
		return nil, err
	}
	out := map[string]scored{}
	for i := range t.NumRows {
		who := id.At(i)
		if out[who] == nil {
			out[who] = scored{}
		}
		var pair [2]*float64
		if !raw.Null(i) {
			pair[0] = &raw.Values[i]
		}
		if !centred.Null(i) {
			pair[1] = &centred.Values[i]
		}
		out[who][value.At(i)] = pair
	}
	return out, nil
}
