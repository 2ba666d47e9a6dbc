package completion

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
)

// formatVersion enters every key. Raising it orphans every stored completion;
// there has to be a very good reason, and a migration.
const formatVersion = "circumplex completion key 1"

// MaxInteger is the largest magnitude of an integer parameter: beyond 2^53-1
// JSON readers round, so two different parameters could read alike.
const MaxInteger = 1<<53 - 1

// Digest is a SHA-256 digest.
type Digest [sha256.Size]byte

// String returns the digest as 64 hexadecimal digits.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// Key identifies a completion: the digest of its request.
type Key = Digest

// ParseKey reads a key from 64 hexadecimal digits.
func ParseKey(s string) (Key, error) {
	var k Key
	if len(s) != 2*len(k) {
		return k, fmt.Errorf("key %q has %d characters, want %d hexadecimal digits", s, len(s), 2*len(k))
	}
	if _, err := hex.Decode(k[:], []byte(s)); err != nil {
		return Key{}, fmt.Errorf("key %q: %w", s, err)
	}
	return k, nil
}

// Parameter is one sampling parameter as it stands on the wire.
type Parameter struct {
	Name string
	// Value is a float64, string, bool or []string. Integers are float64 of
	// magnitude at most MaxInteger: JSON knows one kind of number, so 1 and 1.0
	// are the same parameter.
	Value any
}

// Origin is what all requests of a cell have in common: who is asked, and how.
// Make one with NewOrigin; it must not be changed afterwards.
type Origin struct {
	// Provider is the wire format: openai, google, ollama, anthropic, simulated.
	Provider string
	// Identity names the endpoint; empty for the provider's own default.
	Identity string
	// Model is the model as requested.
	Model string
	// Parameters are sorted by name.
	Parameters []Parameter
	// Pool is the experiment's replication pool, empty for the common one.
	Pool string
	// Independent lists the levels ("factor=level", sorted) that were declared
	// independent and therefore enter the key.
	Independent []string

	canonical []byte
	digest    Digest
}

// NewOrigin returns the origin with its canonical bytes computed. It returns an
// error for a parameter whose value has no canonical form: a NaN, an infinity,
// an integer beyond MaxInteger, an unsupported type, a name given twice.
func NewOrigin(provider, identity, model string, params []Parameter, pool string, independent []string) (*Origin, error) {
	o := &Origin{
		Provider: provider, Identity: identity, Model: model, Pool: pool,
		Parameters:  slices.Clone(params),
		Independent: slices.Clone(independent),
	}
	slices.SortFunc(o.Parameters, func(a, b Parameter) int { return cmp.Compare(a.Name, b.Name) })
	slices.Sort(o.Independent)
	b := appendStrings(nil, provider, identity, model)
	b = binary.AppendUvarint(b, uint64(len(o.Parameters)))
	for i, p := range o.Parameters {
		if i > 0 && o.Parameters[i-1].Name == p.Name {
			return nil, fmt.Errorf("parameter %q is given twice", p.Name)
		}
		var err error
		if b, err = appendParameter(b, p); err != nil {
			return nil, err
		}
	}
	b = appendStrings(b, pool)
	b = binary.AppendUvarint(b, uint64(len(o.Independent)))
	b = appendStrings(b, o.Independent...)
	o.canonical = b
	o.digest = sha256.Sum256(b)
	return o, nil
}

// Digest identifies the origin.
func (o *Origin) Digest() Digest { return o.digest }

// ParametersJSON returns the parameters as one JSON object, names sorted.
func (o *Origin) ParametersJSON() string {
	m := make(map[string]any, len(o.Parameters))
	for _, p := range o.Parameters {
		m[p.Name] = p.Value
	}
	b, err := json.Marshal(m)
	if err != nil {
		panic("completion: a checked parameter does not encode: " + err.Error())
	}
	return string(b)
}

// ParseParameters reads what ParametersJSON wrote.
func ParseParameters(s string) ([]Parameter, error) {
	var m map[string]any
	if err := json.Unmarshal([]byte(s), &m); err != nil {
		return nil, err
	}
	var ps []Parameter
	for name, v := range m {
		if list, ok := v.([]any); ok {
			texts := make([]string, len(list))
			for i, e := range list {
				if texts[i], ok = e.(string); !ok {
					return nil, fmt.Errorf("parameter %q holds a list of other than texts", name)
				}
			}
			v = texts
		}
		ps = append(ps, Parameter{Name: name, Value: v})
	}
	return ps, nil
}

// Parameter returns the value of the named parameter and whether it is there.
func (o *Origin) Parameter(name string) (any, bool) {
	for _, p := range o.Parameters {
		if p.Name == name {
			return p.Value, true
		}
	}
	return nil, false
}

func appendStrings(b []byte, ss ...string) []byte {
	for _, s := range ss {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

// appendParameter writes name, a type letter and the value. The letter keeps
// the text "1" apart from the number 1.
func appendParameter(b []byte, p Parameter) ([]byte, error) {
	b = appendStrings(b, p.Name)
	switch v := p.Value.(type) {
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("parameter %q is not a finite number", p.Name)
		}
		if v == math.Trunc(v) && math.Abs(v) > MaxInteger {
			return nil, fmt.Errorf("parameter %q is %v: integers go up to %d, beyond that JSON readers round", p.Name, v, MaxInteger)
		}
		if v == 0 {
			v = 0 // minus zero is zero
		}
		return appendStrings(append(b, 'n'), strconv.FormatFloat(v, 'g', -1, 64)), nil
	case string:
		return appendStrings(append(b, 's'), v), nil
	case bool:
		return append(b, 'b', boolByte(v)), nil
	case []string:
		b = binary.AppendUvarint(append(b, 'l'), uint64(len(v)))
		return appendStrings(b, v...), nil
	}
	return nil, fmt.Errorf("parameter %q has a value of type %T, want number, text, true/false or a list of texts", p.Name, p.Value)
}

func boolByte(v bool) byte {
	if v {
		return 1
	}
	return 0
}

// Request is one request to a model. Requests are equal if and only if their
// keys are.
type Request struct {
	Origin *Origin
	// Sample tells identical requests apart, from 0.
	Sample int
	// Attempt counts re-asks of an invalid reply, from 0.
	Attempt int
	// Lineage holds the keys of the generations whose text stands in the
	// messages: two personas that read alike stay two.
	Lineage []Key
	// Prev is the key of the turn before, zero for the first. It is not hashed:
	// what was said before is in the thread.
	Prev Key
	// Thread is the conversation, ending with the message to be answered.
	Thread *Thread
}

// Key returns the SHA-256 over format version, origin, sample, attempt, lineage
// and thread, each part delimited by its length.
func (r Request) Key() Key {
	var buf [1024]byte // on the stack, for all but very long parameters
	b := appendStrings(buf[:0], formatVersion)
	b = binary.AppendUvarint(b, uint64(len(r.Origin.canonical)))
	b = append(b, r.Origin.canonical...)
	b = binary.AppendUvarint(b, uint64(r.Sample))
	b = binary.AppendUvarint(b, uint64(r.Attempt))
	b = binary.AppendUvarint(b, uint64(len(r.Lineage)))
	for i := range r.Lineage {
		b = append(b, r.Lineage[i][:]...)
	}
	d := r.Thread.Digest()
	return sha256.Sum256(append(b, d[:]...))
}
