package answer

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// role says how a word may stand around an answer.
type role uint16

const (
	cue      role = 1 << iota // announces an answer: rating, answer, choose
	filler                    // may stand between a cue and the answer: is, a, this
	prefix                    // may stand before an answer and a colon, besides the above
	itemKey                   // names an item when a number follows: item, question
	unit                      // may follow a number: points
	reason                    // may follow an answer without a mark: because
	negator                   // turns what follows round: not, never
	scaly                     // tells that numbers near it are the scale's: scale, range
	verb                      // what a model says it will not do: answer, rate
	linking                   // may stand right before an answer in "this is": is, a
	after                     // may follow an answer: for (this item), on (the scale)
	counted                   // an itemKey that may also name an answer: number 4
	refusing                  // begins the wording of a refusal
)

var roles = map[role]string{
	cue: `rate rated rating ratings score scored scores answer answers answered response responses respond reply
		go choose chose choice select selected selection pick picked give gave say rank ranked ranking boxed`,
	filler: `is a an the of as be would will d it this that statement item question one myself me him her them himself herself
		with to my i s am for person on scale number following strongly between either points point final at in degree level
		description option he she they your you our we was been being have ve should assign assigned`,
	prefix:  `value result level option self personal his their`,
	itemKey: `item items question questions q no nr statement statements frage pregunta domanda number num line row`,
	unit:    `points point pts 分 点 點 점`,
	reason:  `because since as for due given`,
	negator: `not never t cannot can without neither nor isn wouldn`,
	scaly:   `scale scales range legend key where from options possible choices`,
	verb: `answer rate provide complete respond participate fulfill fulfil assist help comply continue engage fill evaluate
		assess choose select role roleplay pretend express share generate simulate adopt impersonate act judge proceed do`,
	linking: `is as be s a an would`,
	after:   `for on to in as out`,
	counted: `no nr number num line row`,
}

// vocabulary numbers the words that matter: those of the lists above, of the
// scale and of the items. Spelling is folded to lower case.
type vocabulary struct {
	ids     map[string]int32
	roles   []role
	numbers bool // numbers occur among the words of items or scale
}

func newVocabulary() *vocabulary {
	v := &vocabulary{ids: make(map[string]int32), roles: make([]role, 1)}
	for r, words := range roles {
		for _, w := range strings.Fields(words) {
			id := v.add(w)
			v.roles[id] |= r
		}
	}
	return v
}

// add returns the number of a word, a new one if need be.
func (v *vocabulary) add(w string) int32 {
	w = strings.ToLower(w)
	id, ok := v.ids[w]
	if !ok {
		id = int32(len(v.roles))
		v.ids[w] = id
		v.roles = append(v.roles, 0)
	}
	return id
}

// find returns the number of a word, 0 if it is not known.
func (v *vocabulary) find(w string) int32 {
	var buf [48]byte
	if len(w) > len(buf) {
		return v.ids[strings.ToLower(w)]
	}
	for i := 0; i < len(w); i++ {
		b := w[i]
		if b >= utf8.RuneSelf {
			return v.ids[strings.ToLower(w)]
		}
		if b >= 'A' && b <= 'Z' {
			b |= 0x20
		}
		buf[i] = b
	}
	return v.ids[string(buf[:len(w)])]
}

// is reports whether word id has one of the roles r.
func (v *vocabulary) is(id int32, r role) bool { return v.roles[id]&r != 0 }

// keyedNumber reads words that name an item by its number: q12, item_3.
func (v *vocabulary) keyedNumber(w string) (int, bool) {
	i := 0
	for i < len(w) && isLetter(w[i]) {
		i++
	}
	key, digits := w[:i], strings.TrimPrefix(w[i:], "_")
	if digits == "" || len(digits) > 6 || !v.is(v.find(key), itemKey) {
		return 0, false
	}
	n, end := plainInt(digits, 0)
	return n, end == len(digits)
}

// trie finds the longest of many phrases, word by word.
type trie struct {
	next   map[uint64]int32 // node and word to node; node 0 is the root
	value  []int32          // what ends at a node, -1 for nothing
	inner  []bool           // whether longer phrases go on from a node
	commas bool             // phrases hold commas, so commas may stand between words
}

func newTrie(commas bool) trie {
	return trie{next: make(map[uint64]int32), value: []int32{-1}, inner: make([]bool, 1), commas: commas}
}

// add enters a phrase and returns its node; words must not be empty.
func (t *trie) add(words []int32) int32 {
	node := int32(0)
	for _, w := range words {
		k := uint64(node)<<32 | uint64(uint32(w))
		n, ok := t.next[k]
		if !ok {
			n = int32(len(t.value))
			t.next[k] = n
			t.value = append(t.value, -1)
			t.inner = append(t.inner, false)
			t.inner[node] = true
		}
		node = n
	}
	return node
}

// found is a phrase in a text: what it stands for, how many tokens it takes,
// and whether a longer phrase begins with the same words.
type found struct {
	value  int32
	tokens int
	inner  bool
}

// longest returns the longest phrase that starts with toks[0].
func (t *trie) longest(toks []token) (found, bool) {
	var best found
	ok := false
	node, marks := int32(0), 0
	for i, tok := range toks {
		if tok.kind == mark && i > 0 && marks < 3 && (t.commas || !divides(tok.mark)) {
			marks++
			continue
		}
		if tok.id == 0 {
			break
		}
		n, more := t.next[uint64(node)<<32|uint64(uint32(tok.id))]
		if !more {
			break
		}
		node, marks = n, 0
		if t.value[node] >= 0 {
			best, ok = found{t.value[node], i + 1, t.inner[node]}, true
		}
	}
	return best, ok
}

// divides reports whether a mark separates two answers rather than two words.
func divides(r rune) bool { return strings.ContainsRune(",;|:()[]{}=", r) }

// addItems enters the item texts.
func (p *Parser) addItems(texts []string) {
	p.items = newTrie(true)
	for i, text := range texts {
		words := p.wordsOf(text)
		if len(words) == 0 {
			continue
		}
		node := p.items.add(words)
		if p.items.value[node] >= 0 {
			p.items.value[node] = 0 // shown twice: the text does not tell which
		} else {
			p.items.value[node] = int32(i + 1)
		}
	}
}

// addLabels enters the words of the scale.
func (p *Parser) addLabels(labels map[int]string) {
	commas := false
	for _, l := range labels {
		commas = commas || strings.ContainsAny(clean(l).text, ",;:()[]{}=|")
	}
	p.labels = newTrie(commas)
	for _, v := range slices.Sorted(maps.Keys(labels)) {
		words := p.wordsOf(labels[v])
		if len(words) == 0 || !p.inScale(v) {
			continue
		}
		node := p.labels.add(words)
		if at := p.labels.value[node]; at >= 0 {
			p.points[at].shared = true
			p.labelled = append(p.labelled, v)
			continue
		}
		p.labels.value[node] = int32(len(p.points))
		p.points = append(p.points, point{value: v})
		p.labelled = append(p.labelled, v)
	}
}

// wordsOf numbers the words of a phrase, adding them to the vocabulary; none
// if it holds no letter, as such a phrase cannot be told from an answer.
func (p *Parser) wordsOf(phrase string) []int32 {
	c := clean(phrase)
	var ids []int32
	letters := false
	for _, t := range lex(c.text, c.from, p.vocab, nil) {
		switch t.kind {
		case word, keyed:
			letters = true
		case number:
			p.vocab.numbers = true
		default:
			continue
		}
		ids = append(ids, p.vocab.add(c.text[t.start:t.end]))
	}
	if !letters {
		return nil
	}
	return ids
}
