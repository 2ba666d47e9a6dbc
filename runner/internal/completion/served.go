package completion

import (
	"regexp"
	"slices"
	"strings"
)

// snapshot is what a provider appends to the name of an alias to name a dated or
// numbered version of it: -2024-08-06, -20241022, -0314, -001.
var snapshot = regexp.MustCompile(`^[-@](\d{4}-\d{2}-\d{2}|\d{8}|\d{4}|\d{3})$`)

// ServedAs reports whether a model that answered is the one that was asked: the
// same name, a dated or numbered snapshot of it, or one of those the author
// allows. Names are compared without case, without the "models/" of Gemini, and
// without a "-latest" or ":latest" that stands for any snapshot. A provider that
// does not say who answered is believed.
func ServedAs(requested, served string, allow []string) bool {
	if served == "" || slices.Contains(allow, served) || served == "simulated:"+requested {
		return true
	}
	want, got := servedName(requested), servedName(served)
	rest, ok := strings.CutPrefix(got, want)
	return ok && (rest == "" || snapshot.MatchString(rest))
}

func servedName(s string) string {
	s = strings.TrimPrefix(strings.ToLower(s), "models/")
	return strings.TrimSuffix(strings.TrimSuffix(s, ":latest"), "-latest")
}
