package store

import (
	"database/sql/driver"
	"encoding/json"
	"fmt"
	"sync"

	"circumplex.example/runner/internal/completion"
)

// ids remembers the row ids of interned values. It belongs to the writer, and
// is thrown away after a rollback: an id may have gone with it.
type ids struct {
	origins  map[completion.Digest]int64
	served   map[served]int64
	messages map[completion.Digest]int64
	stored   map[completion.Key]struct{} // some keys known to be there
}

// maxIDs bounds each cache; a full one starts afresh.
const maxIDs = 1 << 15

func newIDs() ids {
	return ids{map[completion.Digest]int64{}, map[served]int64{}, map[completion.Digest]int64{}, map[completion.Key]struct{}{}}
}

func (d *ids) trim() {
	if len(d.origins) > maxIDs {
		clear(d.origins)
	}
	if len(d.served) > maxIDs {
		clear(d.served)
	}
	if len(d.messages) > maxIDs {
		clear(d.messages)
	}
	if len(d.stored) > maxIDs {
		clear(d.stored)
	}
}

func (w *writer) originID(c *conn, o *completion.Origin) (int64, error) {
	sum := o.Digest()
	if id, ok := w.ids.origins[sum]; ok {
		return id, nil
	}
	id, ok, err := find(c, `SELECT id FROM origin WHERE digest = ?`, sum[:])
	if err != nil {
		return 0, err
	}
	if !ok {
		independent, err := json.Marshal(o.Independent)
		if err != nil {
			return 0, err
		}
		parameters := o.ParametersJSON()
		// Must be readable back as the same origin, or the key loses its sense.
		if back, err := parseOrigin(o.Provider, o.Identity, o.Model, parameters, o.Pool, string(independent)); err != nil || back.Digest() != sum {
			return 0, &Error{Kind: ErrInvalid, Path: w.s.path, What: fmt.Sprintf("origin of model %q cannot be stored", o.Model), Err: err,
				Why: "a text in it is not valid UTF-8"}
		}
		if _, id, err = c.exec(`INSERT INTO origin (digest, provider, identity, model, parameters, pool, independent) VALUES (?,?,?,?,?,?,?)`,
			sum[:], o.Provider, o.Identity, o.Model, parameters, o.Pool, string(independent)); err != nil {
			return 0, err
		}
	}
	w.ids.origins[sum] = id
	return id, nil
}

func (w *writer) servedID(c *conn, v served) (int64, error) {
	if id, ok := w.ids.served[v]; ok {
		return id, nil
	}
	args := []any{v.model, v.fingerprint, v.status, v.finish, int64(v.http), v.version, boolInt(v.simulated)}
	id, ok, err := find(c, `SELECT id FROM served WHERE model = ? AND fingerprint = ? AND status = ? AND finish_reason = ? AND http_status = ? AND version = ? AND simulated = ?`, args...)
	if err == nil && !ok {
		_, id, err = c.exec(`INSERT INTO served (model, fingerprint, status, finish_reason, http_status, version, simulated) VALUES (?,?,?,?,?,?,?)`, args...)
	}
	if err != nil {
		return 0, err
	}
	w.ids.served[v] = id
	return id, nil
}

func (w *writer) messageID(c *conn, sum completion.Digest, text string) (int64, error) {
	if id, ok := w.ids.messages[sum]; ok {
		return id, nil
	}
	id, ok, err := find(c, `SELECT id FROM message WHERE digest = ?`, sum[:])
	if err == nil && !ok {
		_, id, err = c.exec(`INSERT INTO message (digest, text) VALUES (?,?)`, sum[:], pack([]byte(text), nil))
	}
	if err != nil {
		return 0, err
	}
	w.ids.messages[sum] = id
	return id, nil
}

func find(c *conn, query string, args ...any) (int64, bool, error) {
	v, ok, err := c.one(query, args...)
	if err != nil || !ok {
		return 0, false, err
	}
	return v.(int64), true, nil
}

func parseOrigin(provider, identity, model, parameters, pool, independent string) (*completion.Origin, error) {
	ps, err := completion.ParseParameters(parameters)
	if err != nil {
		return nil, err
	}
	var levels []string
	if err := json.Unmarshal([]byte(independent), &levels); err != nil {
		return nil, err
	}
	return completion.NewOrigin(provider, identity, model, ps, pool, levels)
}

// names remembers the interned rows for readers. Rows never change, so what is
// known stays true.
type names struct {
	mu      sync.Mutex
	origins map[int64]*completion.Origin
	served  map[int64]*served
}

// load reads all rows of origin and served not known yet. Both are small.
func (n *names) load(s *Store, c *conn) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.origins == nil {
		n.origins, n.served = map[int64]*completion.Origin{}, map[int64]*served{}
	}
	err := c.query(`SELECT id, digest, provider, identity, model, parameters, pool, independent FROM origin WHERE id > ?`, func(r []driver.Value) error {
		o, err := parseOrigin(text(r[2]), text(r[3]), text(r[4]), text(r[5]), text(r[6]), text(r[7]))
		if err != nil || o.Digest() != digestOf(r[1]) {
			return &Error{Kind: ErrCorrupt, Path: s.path, What: fmt.Sprintf("origin %d (model %q) does not match its digest", r[0], r[4]), Err: err,
				Why: "it was changed after it was written", Mend: "put a backup in its place, or  runner cache import BACKUP"}
		}
		n.origins[r[0].(int64)] = o
		return nil
	}, maxKey(n.origins))
	if err != nil {
		return err
	}
	return c.query(`SELECT id, model, fingerprint, status, finish_reason, http_status, version, simulated FROM served WHERE id > ?`, func(r []driver.Value) error {
		n.served[r[0].(int64)] = &served{text(r[1]), text(r[2]), text(r[3]), text(r[4]), int(number(r[5])), text(r[6]), number(r[7]) != 0}
		return nil
	}, maxKey(n.served))
}

// originIDs returns the ids of the origins that are stored at all.
func (n *names) originIDs(want []*completion.Origin) map[int64]*completion.Origin {
	n.mu.Lock()
	defer n.mu.Unlock()
	bySum := make(map[completion.Digest]int64, len(n.origins))
	for id, o := range n.origins {
		bySum[o.Digest()] = id
	}
	out := map[int64]*completion.Origin{}
	for _, o := range want {
		if id, ok := bySum[o.Digest()]; ok {
			out[id] = o
		}
	}
	return out
}

func (n *names) servedAs(id int64) *served {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.served[id]
}

func (n *names) origin(id int64) *completion.Origin {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.origins[id]
}

func maxKey[V any](m map[int64]V) int64 {
	var most int64
	for k := range m {
		most = max(most, k)
	}
	return most
}

// The schema is STRICT, so a value is of its column's type or null; a damaged
// one becomes the zero value, which its digest then gives away.

func text(v driver.Value) string { s, _ := v.(string); return s }

func number(v driver.Value) int64 { n, _ := v.(int64); return n }

func blob(v driver.Value) []byte { b, _ := v.([]byte); return b }

func digestOf(v driver.Value) (d completion.Digest) {
	if b := blob(v); len(b) == len(d) {
		copy(d[:], b)
	}
	return d
}
