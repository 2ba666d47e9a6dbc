package answer

import "strings"

// refusals are wordings of a model that declines. A phrase is a sequence of
// words; "VERB" stands for one of the verbs of answering, at most three words
// further on. The list is short on purpose: a text that is wrongly held for
// unparseable costs less than one that is wrongly held for a refusal.
var refusals = phrases(
	"i cannot VERB", "i can t VERB", "i can not VERB", "i am unable to VERB", "i m unable to VERB",
	"i am not able to VERB", "i m not able to VERB", "i won t VERB", "i will not VERB", "i do not wish to VERB",
	"i don t wish to VERB", "i d rather not", "i would rather not", "i prefer not to", "i d prefer not to",
	"i would prefer not to", "prefer not to answer", "prefer not to say", "decline to answer", "i must decline", "i have to decline",
	"i decline", "i refuse to", "as an ai", "as a language model", "as a large language model", "i am an ai", "i m an ai",
	"i m just an ai", "i am just an ai", "i don t have personal", "i do not have personal", "not comfortable VERB",
	"can t assist with", "cannot assist with", "can t help with", "cannot help with", "refused", "declined",
)

func phrases(list ...string) [][]string {
	out := make([][]string, len(list))
	for i, s := range list {
		out[i] = strings.Fields(s)
	}
	return out
}

// refusalIn returns the offset of the last wording of a refusal in toks, -1 if
// there is none.
func (r *reader) refusalIn(toks []token) int {
	last := -1
	for i, t := range toks {
		if t.kind != word || t.id == 0 || !r.p.vocab.is(t.id, refusing) {
			continue
		}
		for _, phrase := range r.p.refusals[t.id] {
			if r.refuses(toks[i:], phrase) {
				last = t.start
				break
			}
		}
	}
	return last
}

// refuses reports whether toks begin with a phrase.
func (r *reader) refuses(toks []token, phrase []int32) bool {
	i := 0
	for _, want := range phrase {
		for i < len(toks) && toks[i].kind == mark && (toks[i].mark == '\'' || toks[i].mark == '*') {
			i++
		}
		if want == verbs {
			return r.verbNear(toks[i:])
		}
		if i >= len(toks) || toks[i].id != want {
			return false
		}
		i++
	}
	return true
}

// verbs stands for VERB in a phrase.
const verbs = -1

// verbNear reports whether a verb of answering is among the next few tokens.
func (r *reader) verbNear(toks []token) bool {
	for _, t := range toks[:min(len(toks), 4)] {
		if t.kind == word && r.p.vocab.is(t.id, verb) {
			return true
		}
	}
	return false
}

// addRefusals prepares the wordings, by their first word.
func (p *Parser) addRefusals() {
	p.refusals = make(map[int32][][]int32)
	for _, phrase := range refusals {
		ids := make([]int32, len(phrase))
		for i, w := range phrase {
			if w == "VERB" {
				ids[i] = verbs
			} else {
				ids[i] = p.vocab.add(w)
			}
		}
		p.refusals[ids[0]] = append(p.refusals[ids[0]], ids)
		p.vocab.roles[ids[0]] |= refusing
	}
}
