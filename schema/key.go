package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cuelang.org/go/cue"

	"circumplex.example/schema/diag"
)

const (
	keyVariable = "api_key_env"
	keyUnshown  = "what stands there is not shown, because it may be a key"
	keyMend     = `give the name of the variable that holds the key:  api_key_env: "OPENAI_API_KEY"`
	keyMeant    = `did you mean "api_key_env"? It names the environment variable that holds the key`
)

// keyField reports whether a field of this name would hold a key.
func keyField(name string) bool {
	return slices.Contains([]string{"apikey", "apikeyenv", "apitoken", "accesstoken", "authtoken", "secretkey", "key", "token", "secret", "password"},
		strings.NewReplacer("_", "", "-", "").Replace(strings.ToLower(name)))
}

// looksLikeKey reports whether a text may be a key, which no message shows: it
// begins as those of a provider do, or is too long and too mixed for a name.
func looksLikeKey(s string) bool {
	return keyPrefix.MatchString(s) || len(s) >= 32 && keyLetters.MatchString(s)
}

var (
	keyPrefix  = regexp.MustCompile(`^(sk-\S{4,}|xai-\S{8,}|pplx-\S{8,}|csk-\S{8,}|AIza[A-Za-z0-9_-]{16,}|(sk|hf|gsk|r8)_[A-Za-z0-9_]{16,})$`)
	keyLetters = regexp.MustCompile(`^[A-Za-z]*[0-9][A-Za-z0-9]*$`)
)

// keyName checks what should be the name of the variable that holds a key. It
// is judged apart from other texts, because authors put the key itself there.
func (l *loader) keyName(path []cue.Selector, def cue.Value, parts []cue.Value) {
	val := parts[0]
	for _, p := range parts[1:] {
		val = val.Unify(p)
	}
	if val.Err() == nil && !val.IsConcrete() && val.IncompleteKind()&cue.StringKind != 0 {
		l.leaf(path, def, val)
		return
	}
	p := diag.Problem{Place: l.places.place(path...), Path: pathString(path), Why: keyUnshown, Mend: keyMend}
	s, err := val.String()
	switch {
	case err == nil && def.Unify(val).Validate(cue.Concrete(true)) == nil && !looksLikeKey(s):
		return
	case val.Err() != nil && len(parts) > 1:
		p.What = pathString(path) + " has different values"
	default:
		p.What = pathString(path) + " is no name of an environment variable"
	}
	l.fail(p)
}

// hideKey takes the author's words out of a message of CUE about a field that
// may hold a key, and reports whether it did.
func hideKey(p *diag.Problem) bool {
	name := p.Path[strings.LastIndex(p.Path, ".")+1:]
	before := ""
	if line := readSource(p.Place.File).line(p.Place.Line); p.Place.Col > 0 && p.Place.Col <= len(line)+1 {
		before = line[:p.Place.Col-1]
	}
	ofModel := keyField(name) && strings.Contains(p.Path, "factors.model.")
	if name != keyVariable && !ofModel && !keyBefore.MatchString(before) {
		return false
	}
	p.What, p.Why, p.Mend = "this is no name of an environment variable in quotes", keyUnshown, keyMend
	return true
}

// keyBefore matches a line up to somewhere in a key that stands without quotes.
var keyBefore = regexp.MustCompile(`(?i)\bapi[_-]?key\w*"?\s*(:|=|<-)[^:{},"]*$`)

var keyValue = regexp.MustCompile(`(?i)("?(?:api[_-]?key\w*|token|secret|password)"?:\s*)("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|[^\s,{}\[\]]+)`)

// withoutKeys is a message with the values of fields that may hold a key left
// out: CUE shows a struct whole where it contradicts something.
func withoutKeys(msg string) string { return keyValue.ReplaceAllString(msg, "${1}…") }

// checkKeyName refuses a key that would pass for the name of a variable.
func (l *loader) checkKeyName(m *Model) bool {
	if !looksLikeKey(m.APIKeyEnv) {
		return true
	}
	l.fail(diag.Problem{Place: l.places.placeAt("factors", "model", m.Name, keyVariable), What: fmt.Sprintf("the %s of model %q looks like a key itself", keyVariable, m.Name),
		Why: keyUnshown, Mend: keyMend})
	return false
}
