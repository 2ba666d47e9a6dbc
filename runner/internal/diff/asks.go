package diff

import (
	"crypto/sha256"
	"slices"
	"strings"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/plan"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// short is the beginning of a digest: 128 bits, so that two of a billion are
// alike once in 10^20 times.
type short [16]byte

func shortOf(k completion.Key) short { return short(k[:16]) }

// asks is what a design asks for, as far as no reply is needed to say so. A
// generated persona is taken to read some way or other: which one it is stands
// in the key of its generation.
type asks struct {
	design   *design.Design
	sessions []asked // in the order of the design
	// requests counts every request once.
	requests int
	// known are the requests that can be named now, threads the sequential
	// conversations by their first request.
	known   map[short]bool
	threads map[short][]string
	// generations are the requests for personas.
	generations map[short]bool
}

// asked is one session. Two sessions with the same id send the same requests.
type asked struct {
	id    short
	cell  int32
	fate  fate
	first short
}

// fate is what became of a session.
type fate uint8

const (
	alone  fate = iota // only in this design
	common             // in both
)

// assumed finds the personas of a design as if they were generated, and nothing
// else.
type assumed map[short]bool

// standIn has the length a persona is taken to have. It stands in no key: a
// generated text counts as the request that made it.
var standIn = strings.Repeat("persona ", session.PersonaTokens/2)

// Find implements session.Replies.
func (a assumed) Find(k completion.Key) (session.Reply, bool) {
	if !a[shortOf(k)] {
		return session.Reply{}, false
	}
	return session.Reply{Sum: completion.TextDigest(standIn), Text: standIn, Known: true, Status: completion.OK}, true
}

// look goes through a design. It reports what planning it would report.
func look(s *Side) (*asks, error) {
	a := &asks{design: s.Design, known: map[short]bool{}, threads: map[short][]string{}, generations: map[short]bool{}}
	if err := a.personas(s); err != nil {
		return nil, err
	}
	a.requests = len(a.generations)
	walker := &session.Walker{Builder: s.Builder, Replies: assumed(a.generations), Valid: s.Valid}
	texts := digests{}
	seen := map[short]bool{}
	_, err := plan.Make(s.Design, walker, nil, func(v *session.Visit, _ bool) {
		x := asked{id: identify(v, texts), cell: int32(v.Respondent.Cell.Index), first: shortOf(v.Turns[0].Key)}
		a.sessions = append(a.sessions, x)
		for _, t := range v.Turns {
			if k := shortOf(t.Key); !a.known[k] {
				a.known[k] = true
				a.requests++
			}
		}
		if v.Unknown > 0 && !seen[x.id] {
			seen[x.id] = true
			a.requests += v.Unknown
			if _, ok := a.threads[x.first]; !ok {
				a.threads[x.first] = v.Session.Texts
			}
		}
	})
	return a, err
}

// personas notes the requests that generate personas.
func (a *asks) personas(s *Side) error {
	done := map[[2]string]bool{}
	for _, c := range s.Design.Cells() {
		k := [2]string{c.Model.Name, c.Prompt.Name}
		if done[k] {
			continue
		}
		done[k] = true
		for _, v := range session.GeneratedVariables(c.Prompt) {
			for r := 1; r <= s.Design.Experiment.N; r++ {
				req, err := s.Builder.Generation(c.Model, c.Prompt, v, r)
				if err != nil {
					return err
				}
				a.generations[shortOf(req.Key())] = true
			}
		}
	}
	return nil
}

// digests of item texts, by the address of the first: sessions share them.
type digests map[*string]short

func (d digests) of(texts []string) short {
	if len(texts) == 0 {
		return short{}
	}
	if s, ok := d[&texts[0]]; ok {
		return s
	}
	h := sha256.New()
	for _, t := range texts {
		sum := completion.TextDigest(t)
		h.Write(sum[:])
	}
	s := short(h.Sum(nil)[:16])
	d[&texts[0]] = s
	return s
}

// identify gives a session an id: its requests, and the texts that those to come
// will hold.
func identify(v *session.Visit, texts digests) short {
	h := sha256.New()
	h.Write([]byte(v.Session.Mode))
	for _, t := range v.Turns {
		h.Write(t.Key[:])
	}
	if v.Session.Mode != schema.Batch {
		d := texts.of(v.Session.Texts)
		h.Write(d[:])
	}
	return short(h.Sum(nil)[:16])
}

// alike counts how many turns of a session with these texts the other design
// has too, first request and all that follow from the same conversation.
func (a *asks) alike(first short, texts []string) int {
	other, ok := a.threads[first]
	if !ok {
		return 0
	}
	n := 0
	for n < len(texts) && n < len(other) && texts[n] == other[n] {
		n++
	}
	return n
}

// levels returns a cell's levels with their factors.
func (a *asks) levels(cell int32) map[string]string {
	return a.design.Levels(a.design.Cells()[cell])
}

// describe names a cell by its levels, whatever the experiment is called.
func (a *asks) describe(cell int) string { return a.design.Describe(a.design.Cells()[cell]) }

// names lists the cells' names, sorted.
func (a *asks) names() []string {
	if a.design == nil {
		return nil
	}
	var out []string
	for i := range a.design.Cells() {
		out = append(out, a.describe(i))
	}
	slices.Sort(out)
	return out
}
