package export

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"circumplex.example/analysis/tabular"
)

// words are what the points of the instrument's scale are called.
type words struct {
	labels map[int32]string // nil: the scale has no words
	ends   int32            // lowest and highest point together, to turn an answer back
}

// label is what the instrument calls an answer as given.
func (w words) label(response int32, reversed bool) string {
	if reversed {
		response = w.ends - response
	}
	return w.labels[response]
}

// labelled is the column of the words beside an answer.
func labelled(response, reversed column, w words) column {
	x := column{name: response.name + "_label", typ: tabular.String}
	x.text = func(i int) string {
		if response.null(i) {
			return ""
		}
		return w.label(response.i32[i], reversed.bool[i])
	}
	x.null = func(i int) bool { return x.text(i) == "" }
	return x
}

// scaleWords reads the words of the scale from the option scale_labels, and its
// ends from items; nothing where there are no words.
func scaleWords(dir string) (words, error) {
	var w words
	text, err := option(dir, "scale_labels")
	if err != nil || text == "" {
		return w, err
	}
	if err := json.Unmarshal([]byte(text), &w.labels); err != nil {
		return w, fmt.Errorf("%s: option scale_labels: %w", filepath.Join(dir, "options.parquet"), err)
	}
	t, err := tabular.Open(filepath.Join(dir, "items.parquet"))
	if err != nil {
		return w, err
	}
	defer t.Close()
	low, e1 := t.Int32s("scale_min")
	high, e2 := t.Int32s("scale_max")
	if err := errors.Join(e1, e2); err != nil || t.NumRows == 0 {
		return w, err
	}
	w.ends = low.Values[0] + high.Values[0]
	return w, nil
}

// option reads one option; empty where it is not declared.
func option(dir, name string) (string, error) {
	t, err := tabular.Open(filepath.Join(dir, "options.parquet"))
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	defer t.Close()
	names, e1 := t.Strings("name")
	values, e2 := t.Strings("value")
	if err := errors.Join(e1, e2); err != nil {
		return "", err
	}
	for i := range t.NumRows {
		if names.At(i) == name {
			return values.At(i), nil
		}
	}
	return "", nil
}
