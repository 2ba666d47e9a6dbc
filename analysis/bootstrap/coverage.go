package bootstrap

import (
	_ "embed"
	"encoding/csv"
	"fmt"
	"strconv"
	"strings"
	"sync"
)

//go:embed coverage.csv
var coverageCSV string

// Coverage is one row of the coverage study: how the intervals of a statistic
// did in simulated data of known structure. A pointer is nil where the number
// is not defined.
type Coverage struct {
	Scenario   string // strong, weak, none, anchored
	N          int
	Stratified bool // sessions stand in strata, 20 anchors in turn
	Runs       int
	Resamples  int
	Statistic  string   // mean (averaged over the values), rho or ssd
	Method     string   // percentile, reflected, symmetric or spanning
	Truth      *float64 // of an endless sample
	Average    *float64 // of the estimates of the runs
	Bias       *float64 // Average − Truth
	Covered    *float64 // share of the runs whose 95 % interval holds Truth
	// CoveredAverage is the share whose interval holds Average: what a sample
	// of this size gives on average.
	CoveredAverage *float64
	Width          float64 // mean width of the interval
}

// CoverageColumns is the header of the data.
func CoverageColumns() []string {
	return []string{"scenario", "n", "stratified", "runs", "resamples", "statistic", "method", "truth", "average", "bias", "covered", "covered_average", "width"}
}

// MeasuredCoverage returns the coverage study that the package was tested
// with, measured by TestCoverageStudy. The caller must not change it.
func MeasuredCoverage() []Coverage { return measured() }

// measured reads the data once: a table asks for every cell.
var measured = sync.OnceValue(readCoverage)

func readCoverage() []Coverage {
	rows, err := csv.NewReader(strings.NewReader(coverageCSV)).ReadAll()
	if err != nil {
		panic("bootstrap: the embedded coverage.csv is damaged: " + err.Error())
	}
	var out []Coverage
	for _, r := range rows[1:] {
		c := Coverage{Scenario: r[0], N: whole(r[1]), Stratified: r[2] == "true", Runs: whole(r[3]), Resamples: whole(r[4]), Statistic: r[5], Method: r[6],
			Truth: number(r[7]), Average: number(r[8]), Bias: number(r[9]), Covered: number(r[10]), CoveredAverage: number(r[11])}
		if w := number(r[12]); w != nil {
			c.Width = *w
		}
		out = append(out, c)
	}
	return out
}

func whole(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		panic(fmt.Sprintf("bootstrap: the embedded coverage.csv holds %q: %v", s, err))
	}
	return n
}

func number(s string) *float64 {
	if s == "" {
		return nil
	}
	x, err := strconv.ParseFloat(s, 64)
	if err != nil {
		panic(fmt.Sprintf("bootstrap: the embedded coverage.csv holds %q: %v", s, err))
	}
	return &x
}
