package design

import (
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/bits"
	"slices"

	"circumplex.example/schema"
)

// Persona holds the drawn values of one replicate under one prompt: field to
// string or int64. Generated variables are not in it.
type Persona map[string]any

// Personas returns the personas of a prompt, replicate 1 first. They are the
// same for every model, temperature and administration: the design is paired.
func (d *Design) Personas(p *schema.Prompt) []Persona {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.drawn(p)
}

// drawn is Personas under the lock.
func (d *Design) drawn(p *schema.Prompt) []Persona {
	if ps, ok := d.personas[p.Name]; ok {
		return ps
	}
	out := make([]Persona, d.Experiment.N)
	for i := range out {
		out[i] = Persona{}
	}
	for _, v := range p.Variables {
		d.draw(out, p, v)
	}
	d.personas[p.Name] = out
	return out
}

// draw fills one variable of all replicates.
func (d *Design) draw(out []Persona, p *schema.Prompt, v *schema.Variable) {
	stream := d.stream(p.Name, v.Name)
	switch v.Draw {
	case schema.Uniform:
		span := uint64(v.Max-v.Min) + 1
		for i := range out {
			hi, _ := bits.Mul64(stream.at(i+1).mix(word{}), span)
			out[i][v.Name] = v.Min + int64(hi)
		}
	case schema.Random:
		words := entryWords(v)
		for i := range out {
			fill(out[i], v.Entries[greatest(stream.at(i+1), words)])
		}
	case schema.Shuffle:
		order := shuffled(stream, v)
		for i := range out {
			fill(out[i], v.Entries[order[i%len(order)]])
		}
	case schema.Cycle:
		for i := range out {
			fill(out[i], v.Entries[i%len(v.Entries)])
		}
	}
}

func fill(p Persona, e schema.Entry) {
	for f, x := range e {
		p[f] = x
	}
}

// word is 128 bits of a digest.
type word struct{ a, b uint64 }

func digestWord(parts ...string) word {
	h := sha256.New()
	var n [8]byte
	for _, p := range parts {
		binary.LittleEndian.PutUint64(n[:], uint64(len(p)))
		h.Write(n[:])
		h.Write([]byte(p))
	}
	sum := h.Sum(nil)
	return word{binary.LittleEndian.Uint64(sum), binary.LittleEndian.Uint64(sum[8:])}
}

// mix combines two digests into 64 bits: a 128-bit product folded, then the
// finaliser of MurmurHash3 (Appleby 2011). Both inputs are SHA-256 digests, so
// this only has to spread, and it makes a draw from 100,000 entries cheap.
func (w word) mix(o word) uint64 {
	hi, lo := bits.Mul64(w.a^o.a^0x9e3779b97f4a7c15, w.b^o.b^0xd1b54a32d192ed03)
	h := hi ^ lo ^ bits.RotateLeft64(w.a, 23) ^ bits.RotateLeft64(o.b, 41)
	h ^= h >> 33
	h *= 0xff51afd7ed558ccd
	h ^= h >> 33
	h *= 0xc4ceb9fe1a85ec53
	return h ^ h>>33
}

// stream is the source of one variable's draws.
type stream struct{ d, prompt, variable string }

func (d *Design) stream(prompt, variable string) stream {
	return stream{fmt.Sprint(d.Experiment.Seed), prompt, variable}
}

// at is the digest for one replicate.
func (s stream) at(replicate int) word {
	return digestWord("draw", s.d, s.prompt, s.variable, fmt.Sprint(replicate))
}

// all is the digest for the variable as a whole.
func (s stream) all() word { return digestWord("shuffle", s.d, s.prompt, s.variable) }

func entryWords(v *schema.Variable) []word {
	out := make([]word, len(v.Entries))
	for i, e := range v.Entries {
		out[i] = digestWord(v.Identity(e))
	}
	return out
}

// greatest returns the entry that wins the replicate's draw: the one with the
// greatest hash, which no reordering changes and an added entry changes only
// for the replicates it wins.
func greatest(key word, entries []word) int {
	best, bestHash := 0, uint64(0)
	for i, e := range entries {
		h := key.mix(e)
		if h > bestHash || h == bestHash && lessWord(entries[best], e) {
			best, bestHash = i, h
		}
	}
	return best
}

func lessWord(a, b word) bool { return a.a < b.a || a.a == b.a && a.b < b.b }

// shuffled orders the entries by hash, group by group in turn where the
// variable is balanced. Neither depends on the order of the list.
func shuffled(s stream, v *schema.Variable) []int {
	key, words := s.all(), entryWords(v)
	order := make([]int, len(v.Entries))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		if c := cmp.Compare(key.mix(words[i]), key.mix(words[j])); c != 0 {
			return c
		}
		return cmp.Compare(v.Identity(v.Entries[i]), v.Identity(v.Entries[j]))
	})
	if v.Balance == "" {
		return order
	}
	return interleave(key, v, order)
}

// interleave takes one entry of each group in turn; a group that runs out is
// passed over.
func interleave(key word, v *schema.Variable, order []int) []int {
	groups := map[string][]int{}
	var names []string
	for _, i := range order {
		g := fmt.Sprint(v.Entries[i][v.Balance])
		if groups[g] == nil {
			names = append(names, g)
		}
		groups[g] = append(groups[g], i)
	}
	slices.SortFunc(names, func(a, b string) int {
		return cmp.Or(cmp.Compare(key.mix(digestWord("group", a)), key.mix(digestWord("group", b))), cmp.Compare(a, b))
	})
	out := make([]int, 0, len(order))
	for len(out) < len(order) {
		for _, g := range names {
			if len(groups[g]) > 0 {
				out = append(out, groups[g][0])
				groups[g] = groups[g][1:]
			}
		}
	}
	return out
}
