package report

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"runtime"
	"strconv"
	"strings"

	"circumplex.example/analysis/bootstrap"
	"circumplex.example/analysis/corr"
	"circumplex.example/analysis/ingest"
	"golang.org/x/sync/errgroup"
)

// plan says how one condition is resampled.
type plan struct {
	na      string // why not
	halfNA  string // why it is not split in halves
	class   string
	columns string // of the strata
	design  *bootstrap.Design
	unit    []int   // the unit of each session that is used
	labels  []int   // the stratum of each session that is used; nil without strata
	each    float64 // the weight of one draw
}

// work is the number of steps of progress.
func (p *plan) work(resamples int) int {
	n := 0
	if p.na == "" {
		n += resamples
	}
	if p.halfNA == "" {
		n += splits
	}
	return n
}

// sharedEnough is the share of the replicates of a class that a condition must
// use to be resampled with it.
const sharedEnough = 0.9

// plan decides how each condition is resampled. Conditions whose persona
// columns are identical replicate by replicate form a class: their units are the
// replicates that any of them uses, and they are resampled alike, so that
// differences between them are paired. A condition that lacks more than a tenth
// of its class's replicates, and one without a persona, stands alone.
func (a *analysis) plan() []*plan {
	members := map[string][]int{}
	keys := make([]string, len(a.results))
	for i := range a.results {
		keys[i] = a.personaKey(&a.results[i])
		members[keys[i]] = append(members[keys[i]], i)
	}
	out := make([]*plan, len(a.results))
	for i := range a.results {
		r := &a.results[i]
		class, units := keys[i], usedBy(a.results, members[keys[i]])
		if own := usedBy(a.results, []int{i}); float64(len(own)) < sharedEnough*float64(len(units)) {
			class, units = "only "+r.c.ID, own
		}
		out[i] = a.planOne(r, class, units)
	}
	return out
}

// usedBy lists the places (within their conditions) of the respondents whom any
// of the results uses.
func usedBy(results []result, which []int) []int {
	seen := map[int]bool{}
	most := 0
	for _, i := range which {
		for _, k := range results[i].scores.Kept {
			seen[k] = true
			most = max(most, k+1)
		}
	}
	out := make([]int, 0, len(seen))
	for k := range most {
		if seen[k] {
			out = append(out, k)
		}
	}
	return out
}

// personaKey is the same for conditions whose respondents have the same
// personas, and the condition's own where they have none.
func (a *analysis) personaKey(r *result) string {
	h, any := fnv.New128a(), false
	word := func(s string, null bool) {
		any = any || !null
		_, _ = fmt.Fprintf(h, "%t%d:%s", null, len(s), s)
	}
	for _, row := range r.c.Respondents {
		_, _ = fmt.Fprintf(h, "#%d", a.d.Respondents[row].Replicate)
		word(a.d.PersonaText.At(row), a.d.PersonaText.Null(row))
		for _, v := range a.d.Variables {
			s, null := cellOf(&v, row)
			word(s, null)
		}
	}
	if !any {
		return "only " + r.c.ID
	}
	return fmt.Sprintf("%x", h.Sum(nil))
}

// cellOf is a variable of a respondent as text.
func cellOf(v *ingest.Variable, row int) (s string, null bool) {
	if v.Text != nil {
		return v.Text.At(row), v.Text.Null(row)
	}
	if v.Number.Null(row) {
		return "", true
	}
	return strconv.Itoa(int(v.Number.Values[row])), false
}

// planOne decides about one condition.
func (a *analysis) planOne(r *result, class string, units []int) *plan {
	p := &plan{class: class, each: 1}
	n := r.used()
	distinct := r.c.Answers.Distinct(r.scores.Kept)
	switch {
	case n == 0:
		p.na = fmt.Sprintf("no session can be used (%d planned)", r.c.Planned)
	case n < 2:
		p.na = bootstrap.ErrTooFew.Error() + ", 1 can be used"
	case float64(distinct) < minDistinct*float64(n):
		p.na = fmt.Sprintf("%d of %d answer vectors are distinct, fewer than 10 %%: the sessions are near-copies, and resampling them says nothing", distinct, n)
	}
	if p.halfNA = p.na; p.na != "" {
		return p
	}
	labels, columns := a.stratify(r, units)
	p.columns = columns
	place := make(map[int]int, len(units))
	for u, k := range units {
		place[k] = u
	}
	counts := map[int]int{}
	for _, k := range r.scores.Kept {
		u := place[k]
		p.unit = append(p.unit, u)
		if labels != nil {
			p.labels = append(p.labels, labels[u])
			counts[labels[u]]++
		}
	}
	var err error
	if p.design, err = bootstrap.NewDesign(len(units), labels, bootstrap.MixSeed(a.opts.BootstrapSeed, "resample", class)); err != nil {
		p.na = a.designReason(err)
		return p
	}
	for l, c := range counts {
		if c == 1 {
			p.na = a.designReason(&bootstrap.SingletonError{Stratum: l})
		}
	}
	if a.opts.Correlation == corr.Spearman && !p.design.Equal() {
		p.na = "strata of unequal size need weights, which rank correlations do not take"
	}
	if labels != nil && p.na == "" && p.design.Equal() {
		m := float64(len(units)) / float64(len(distinctInts(labels)))
		p.each = m / (m - 1)
	}
	return p
}

// designReason words an error of a design.
func (a *analysis) designReason(err error) string {
	var single *bootstrap.SingletonError
	if errors.As(err, &single) {
		return "a stratum holds one session, whose spread cannot be estimated"
	}
	return err.Error()
}

// stratify labels the units by the columns that the design fixes and that the
// condition fills; nil if it fills none.
func (a *analysis) stratify(r *result, units []int) (labels []int, columns string) {
	var used []*ingest.Variable
	var names []string
	for _, name := range a.opts.StrataColumns() {
		v := a.d.Variable(name)
		if v == nil {
			continue
		}
		for _, k := range units {
			if _, null := cellOf(v, r.c.Respondents[k]); !null {
				used, names = append(used, v), append(names, name)
				break
			}
		}
	}
	if len(used) == 0 {
		return nil, ""
	}
	number := map[string]int{}
	labels = make([]int, len(units))
	for i, k := range units {
		var key strings.Builder
		for _, v := range used {
			s, null := cellOf(v, r.c.Respondents[k])
			fmt.Fprintf(&key, "%t%d:%s", null, len(s), s)
		}
		n, ok := number[key.String()]
		if !ok {
			n = len(number)
			number[key.String()] = n
		}
		labels[i] = n
	}
	return labels, strings.Join(names, ",")
}

func distinctInts(x []int) map[int]bool {
	out := map[int]bool{}
	for _, v := range x {
		out[v] = true
	}
	return out
}

// parallel calls f for 0 to n − 1 on all processors.
func parallel(ctx context.Context, n int, f func(i int)) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			f(i)
			return nil
		})
	}
	return g.Wait()
}
