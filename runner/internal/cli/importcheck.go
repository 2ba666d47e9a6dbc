package cli

import (
	"fmt"

	"circumplex.example/runner/internal/benchmark"
)

// printCheck prints imported means beside those of a benchmark, a line a value.
func (a *app) printCheck(c *benchmark.Check) {
	if c == nil {
		return
	}
	fmt.Fprintf(a.stdout, "imported %s beside the %s of benchmark %s:\n", c.Made, c.Statistic, c.Benchmark)
	fmt.Fprintf(a.stdout, "  %-6s %8s %9s %10s\n", "value", "imported", "benchmark", "difference")
	for _, v := range c.Values {
		mark := ""
		if v.Off {
			mark = " off"
		}
		fmt.Fprintf(a.stdout, "  %-6s %8.2f %9.2f %+10.2f%s\n", v.Value, v.Imported, v.Benchmark, v.Difference, mark)
	}
	prose(a.stdout, c.Verdict())
}
