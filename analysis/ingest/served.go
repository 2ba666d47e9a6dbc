package ingest

import (
	"cmp"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Answerer is who answered a request: the model that was asked for, what the
// provider says it served, and its fingerprint of the system. The last two are
// empty where the provider did not say.
type Answerer struct{ Requested, Served, Fingerprint string }

// snapshot is what providers add to an alias when they name the version that
// answered: a date, or three digits.
var snapshot = regexp.MustCompile(`^[-@](\d{4}-\d{2}-\d{2}|\d{2}-\d{4}|\d{8}|\d{6}|\d{4}|\d{3})$`)

// Expected tells whether what was served is what was asked for: the same name, a
// dated snapshot of it (gpt-4o-2024-08-06 of gpt-4o), the simulated respondent in
// its place, or no name at all. A path before the name, such as models/, counts
// for nothing.
func (a Answerer) Expected() bool {
	if a.Served == "" || a.Requested == "" || a.Served == "simulated:"+a.Requested {
		return true
	}
	asked, served := strings.ToLower(a.Requested), strings.ToLower(a.Served)
	for _, s := range []string{served, served[strings.LastIndex(served, "/")+1:]} {
		for _, q := range []string{asked, asked[strings.LastIndex(asked, "/")+1:]} {
			q = strings.TrimSuffix(strings.TrimSuffix(q, "-latest"), ":latest")
			if rest, ok := strings.CutPrefix(s, q); ok && (rest == "" || rest == "-latest" || rest == ":latest" || snapshot.MatchString(rest)) {
				return true
			}
		}
	}
	return false
}

// Answerers lists who answered a condition's requests, sorted by name.
func (r *Replies) Answerers() []Answerer {
	return slices.SortedFunc(maps.Keys(r.By), func(a, b Answerer) int {
		return cmp.Or(cmp.Compare(a.Requested, b.Requested), cmp.Compare(a.Served, b.Served), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
}

// Models counts the replies by the model served, "" where none is named.
func (r *Replies) Models() map[string]int {
	return r.count(func(a Answerer) string { return a.Served })
}

// Fingerprints counts the replies by fingerprint, "" where there is none.
func (r *Replies) Fingerprints() map[string]int {
	return r.count(func(a Answerer) string { return a.Fingerprint })
}

func (r *Replies) count(of func(Answerer) string) map[string]int {
	out := map[string]int{}
	for a, n := range r.By {
		out[of(a)] += n
	}
	return out
}
