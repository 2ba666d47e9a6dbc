package apply

import (
	"context"
	"fmt"
	"path/filepath"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
)

// keepReplies refuses to write tables anew from a library that lacks replies which
// they hold: whoever asks nobody, with another store than the one that the tables
// were made from, would lose them. Replies that are stored and that the design asks
// for no more are no loss.
func keepReplies(ctx context.Context, l *Library, dir string) error {
	keys := tableKeys(filepath.Join(dir, "completions.parquet"))
	if len(keys) == 0 {
		return nil
	}
	lacking := map[completion.Key]bool{}
	for _, k := range keys {
		lacking[k] = true
	}
	where := ""
	for _, s := range l.Stores() {
		where = s.Path()
		x, err := s.Lookup(ctx, keys)
		if err != nil {
			return err
		}
		for _, k := range keys {
			if _, ok := x.Get(k); ok {
				delete(lacking, k)
			}
		}
	}
	if len(lacking) == 0 {
		return nil
	}
	return &store.Error{Kind: store.ErrUnusable, Path: where,
		What: fmt.Sprintf("%d of %d replies in the tables are not in this store", len(lacking), len(keys)),
		Why:  "the tables were made from another store, or replies were removed since; made anew they would lose answers",
		Mend: "name that store:  --store DIR, or bring its replies:  runner cache import FROM; if the tables are to go all the same, remove them first: " + dir}
}

// tableKeys are the keys of the completions in a table; none if it is not there, or
// damaged: then there is nothing to keep.
func tableKeys(path string) []completion.Key {
	t, err := tabular.Open(path)
	if err != nil {
		return nil
	}
	defer t.Close()
	column, err := t.Strings("key")
	if err != nil {
		return nil
	}
	var keys []completion.Key
	for row := range t.NumRows {
		if k, err := completion.ParseKey(column.At(row)); err == nil {
			keys = append(keys, k)
		}
	}
	return keys
}
