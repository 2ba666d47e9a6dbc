package diag

import (
	"fmt"
	"slices"
	"strings"
)

// Nearest returns the known name closest to name by edit distance (insertion,
// deletion, substitution, swap of neighbours; case is ignored), or "" if none
// is close enough to be a slip: at most a third of the longer name's length.
func Nearest(name string, known []string) string {
	best, bestDist := "", -1
	lower := []rune(strings.ToLower(name))
	for _, k := range known {
		kr := []rune(strings.ToLower(k))
		limit := max(len(lower), len(kr)) / 3
		if limit == 0 {
			limit = 1
		}
		d := distance(lower, kr)
		if d > limit || k == name {
			continue
		}
		if bestDist < 0 || d < bestDist || d == bestDist && k < best {
			best, bestDist = k, d
		}
	}
	return best
}

// listAll is the number of known names that a mend still lists in full.
const listAll = 12

// DidYouMean phrases a mend for an unknown name: the nearest known one as a
// question, and all known ones if there are few.
func DidYouMean(name string, known []string) string {
	var parts []string
	if n := Nearest(name, known); n != "" {
		parts = append(parts, fmt.Sprintf("did you mean %q?", n))
	}
	if len(known) > 0 && len(known) <= listAll {
		sorted := slices.Sorted(slices.Values(known))
		parts = append(parts, "known: "+strings.Join(sorted, ", "))
	}
	return strings.Join(parts, " ")
}

// distance is the optimal string alignment distance.
func distance(a, b []rune) int {
	prev2, prev, cur := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range prev {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}
