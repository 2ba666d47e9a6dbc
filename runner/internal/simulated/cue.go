package simulated

import (
	"strings"
)

// CueKind says in what manner a prompt names the one to answer as.
type CueKind string

// The kinds of cue.
const (
	// CueNone: the prompt names nobody.
	CueNone CueKind = "none"
	// CueAnchor: a person with a stated value ("a person that is ...").
	CueAnchor CueKind = "anchor"
	// CueDemographic: somebody of an age.
	CueDemographic CueKind = "demographic"
	// CuePersona: a person described in words.
	CuePersona CueKind = "persona"
	// CueName: a name.
	CueName CueKind = "name"
)

// cue is whom a prompt says to answer as.
type cue struct {
	kind CueKind
	text string
}

// triggers introduce the one to answer as.
var triggers = [...]string{
	"answer as", "answering as", "answers as", "respond as", "responding as", "reply as", "replying as", "speak as", "speaking as", "rate as", "rating as",
	"as if you were", "as though you were", "as if you are", "act as", "take the role of", "in the role of", "play the role of", "role-play as", "roleplay as", "role play as",
	"pretend to be", "pretend that you are", "pretend you are", "imagine that you are", "imagine you are", "imagine being", "suppose you are", "suppose that you are", "assume you are",
	"perspective of", "point of view of", "viewpoint of", "in the shoes of", "the place of", "persona of", "persona:", "your persona is", "character:",
	"you are", "your name is", "as someone who", "as a person who", "as a person that", "as somebody who", "from the eyes of",
}

// readCue finds whom an instruction says to answer as.
func readCue(text string) cue {
	low := lower(text)
	for at, tries := 0, 0; tries < 20; tries++ {
		start, end := nextTrigger(low, at)
		if start < 0 {
			break
		}
		if body := cueBody(text, low, end); body != "" {
			return cue{kindOf(body), body}
		}
		at = end
	}
	if i := ageAt(low); i >= 0 {
		start := strings.LastIndexAny(text[:i], ".\n") + 1
		if body := cueBody(text, low, start); body != "" {
			return cue{CueDemographic, body}
		}
	}
	return cue{kind: CueNone}
}

// nextTrigger finds the first trigger at or after at, the longest of several.
func nextTrigger(low string, at int) (start, end int) {
	start = -1
	for _, t := range triggers {
		for i := at; ; {
			k := strings.Index(low[i:], t)
			if k < 0 {
				break
			}
			k += i
			i = k + len(t)
			if k > 0 && isWordByte(low[k-1]) || i < len(low) && isWordByte(low[i]) {
				continue
			}
			if start < 0 || k < start || k == start && i > end {
				start, end = k, i
			}
			break
		}
	}
	return start, end
}

// cueBody is the text of a cue that begins at i: to the end, or to the first
// sentence that is an instruction again. Empty if this names nobody.
func cueBody(text, low string, i int) string {
	for i < len(low) && strings.IndexByte(" :*\"'\n", low[i]) >= 0 {
		i++
	}
	if namesNobody(low[i:]) {
		return ""
	}
	end := i
	for end < len(low) {
		n := sentenceEnd(low[end:])
		s := low[end : end+n]
		if end == i {
			if k := instructionClause(s); k >= 0 {
				end += k
				break
			}
		} else if isInstruction(s) {
			break
		}
		end += n
	}
	return strings.Trim(text[i:end], " \n\t\"'*,")
}

// namesNobody reports whether what follows a trigger is manner or format
// ("answer as honestly as you can", "you are asked to"), not a person.
func namesNobody(low string) bool {
	first := low
	if i := strings.IndexAny(low, " \n.,;:"); i >= 0 {
		first = low[:i]
	}
	if strings.HasSuffix(first, "ly") || first == "" {
		return true
	}
	switch first {
	case "asked", "about", "going", "given", "presented", "shown", "to", "taking", "required", "invited", "not", "free", "now", "being",
		"expected", "many", "much", "soon", "quickly", "best", "follows", "numbers", "json", "integers", "well", "requested", "instructed",
		"described", "number", "possible", "you", "it", "they", "yourself", "who", "what", "as", "like", "unsure", "allowed", "encouraged", "participating":
		return true
	}
	head := low[:min(len(low), 60)]
	head = head[:sentenceEnd(head)]
	for _, w := range [...]string{"a number", "an integer", "a single number", "a list", "a json", "a digit", "a respondent", "a participant", "an ai"} {
		if strings.HasPrefix(head, w) {
			return ageAt(head) < 0
		}
	}
	return strings.Contains(head, "assistant") && strings.HasPrefix(head, "a helpful") ||
		strings.Contains(head, "language model") || strings.Contains(head, "chatbot")
}

// sentenceEnd is the length of the first sentence of s with the blanks behind
// it; a full stop after a title ends none.
func sentenceEnd(s string) int {
	for i := 0; i < len(s); i++ {
		stop := s[i] == '\n' && i+1 < len(s) && s[i+1] == '\n'
		if s[i] == '.' || s[i] == '!' || s[i] == '?' {
			stop = (i+1 == len(s) || s[i+1] == ' ' || s[i+1] == '\n') && !endsInTitle(s[:i])
		}
		if stop {
			i++
			for i < len(s) && (s[i] == ' ' || s[i] == '\n') {
				i++
			}
			return i
		}
	}
	return len(s)
}

func endsInTitle(s string) bool {
	w := s[strings.LastIndexAny(s, " \n\"(:")+1:]
	switch w {
	case "mr", "ms", "mx", "mrs", "dr", "prof", "st":
		return true
	}
	return false
}

// isInstruction reports whether a sentence tells how to answer.
func isInstruction(s string) bool {
	for _, verb := range [...]string{"rate ", "give ", "answer ", "indicate ", "respond ", "use ", "reply ", "write ", "choose "} {
		if strings.HasPrefix(s, verb) {
			return true
		}
	}
	for _, w := range [...]string{"please", "scale", "following", "for each", "answer each", "rate each", "rate how", "indicate how", "respond with", "answer with",
		"reply with", "your answer", "give a number", "answer the", "elaborat", "descriptions", "statements", "how much the", "how much each", "how much you"} {
		if strings.Contains(s, w) {
			return true
		}
	}
	return false
}

// instructionClause finds where an instruction begins inside the first
// sentence of a cue ("a 40-year-old, please rate ..."), or -1.
func instructionClause(s string) int {
	for _, w := range [...]string{", please", ", rate", ", answer", ", indicate", ", how much", " please rate", " and rate", " and answer", ", and rate", ", and answer", " when answering", " using a scale"} {
		if i := strings.Index(s, w); i > 0 {
			return i
		}
	}
	return -1
}

// kindOf tells the kind of a cue by its form.
func kindOf(body string) CueKind {
	low := lower(body)
	for _, p := range [...]string{"a person that", "a person who", "someone", "somebody", "a person whose", "a person for whom", "people who", "an individual who", "one who", "a human who", "a person with", "a person"} {
		if strings.HasPrefix(low, p) && ageAt(low) < 0 && len(low) < 200 {
			return CueAnchor
		}
	}
	switch {
	case isName(body):
		return CueName
	case ageAt(low) >= 0 && sentenceEnd(low) == len(low):
		return CueDemographic
	}
	return CuePersona
}

// isName reports whether a cue is a name: at most four words, each a capital or
// a title.
func isName(body string) bool {
	words := strings.Fields(strings.TrimRight(body, ". "))
	if len(words) == 0 || len(words) > 4 {
		return false
	}
	for _, w := range words {
		if c := w[0]; c >= 'a' && c <= 'z' && w != "de" && w != "van" && w != "von" && w != "der" && w != "la" {
			return false
		}
	}
	return true
}

// ageAt finds "34-year-old", "34 years old" or "age: 34"; -1 if there is none.
func ageAt(low string) int {
	for _, w := range [...]string{"-year-old", " year old", "-year old", " years old", " years of age"} {
		if i := strings.Index(low, w); i > 0 && isDigit(low[i-1]) {
			return i
		}
	}
	for _, w := range [...]string{"age: ", "aged ", "age of ", "age is "} {
		i := strings.Index(low, w)
		if end := i + len(w); i >= 0 && (i == 0 || !isWordByte(low[i-1])) && end < len(low) && isDigit(low[end]) {
			return i
		}
	}
	return -1
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// ageOf reads the age in a cue, 0 if it gives none.
func ageOf(low string) int {
	i := ageAt(low)
	if i < 0 {
		return 0
	}
	from := i
	for from > 0 && isDigit(low[from-1]) {
		from--
	}
	if from == i {
		from += strings.IndexAny(low[i:], "0123456789")
	}
	n := 0
	for j := from; j < len(low) && j-from < 3 && isDigit(low[j]); j++ {
		n = n*10 + int(low[j]-'0')
	}
	return n
}
