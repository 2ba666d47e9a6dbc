package benchmark

import (
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/literal"
	"cuelang.org/go/cue/parser"

	"circumplex.example/schema"
)

// CUE renders benchmarks as a file of an experiment's package: it adds them to
// the experiment, whose other files need no change.
func CUE(pkg, head string, benchmarks ...*schema.Benchmark) ([]byte, error) {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimSpace(head), "\n") {
		b.WriteString(strings.TrimRight("// "+line, " ") + "\n")
	}
	fmt.Fprintf(&b, "package %s\n\n", pkg)
	for _, x := range benchmarks {
		fmt.Fprintf(&b, "experiment: benchmarks: %s: {\n", quote(x.Name))
		for _, f := range [][2]string{{"name", x.Name}, {"kind", x.Kind}, {"statistic", x.Statistic}, {"label", x.Label}, {"source", x.Source}} {
			fmt.Fprintf(&b, "\t%s: %s\n", f[0], quote(f[1]))
		}
		numbers(&b, x)
		b.WriteString("}\n")
	}
	return format.Source([]byte(b.String()))
}

func numbers(b *strings.Builder, x *schema.Benchmark) {
	for _, v := range slices.Sorted(maps.Keys(x.Means)) {
		fmt.Fprintf(b, "\tmeans: %s: %s\n", quote(v), number(x.Means[v]))
	}
	for _, v := range slices.Sorted(maps.Keys(x.Alphas)) {
		fmt.Fprintf(b, "\talphas: %s: %s\n", quote(v), number(x.Alphas[v]))
	}
	for _, v := range slices.Sorted(maps.Keys(x.Coordinates)) {
		xy := x.Coordinates[v]
		fmt.Fprintf(b, "\tcoordinates: %s: [%s, %s]\n", quote(v), number(xy[0]), number(xy[1]))
	}
	for _, v := range slices.Sorted(maps.Keys(x.Correlations)) {
		fmt.Fprintf(b, "\tcorrelations: %s: {", quote(v))
		for i, w := range slices.Sorted(maps.Keys(x.Correlations[v])) {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(b, "%s: %s", quote(w), number(x.Correlations[v][w]))
		}
		b.WriteString("}\n")
	}
}

// quote writes a text as CUE does; Go's escapes are not all CUE's.
func quote(s string) string { return literal.String.Quote(s) }

func number(x float64) string { return strconv.FormatFloat(x, 'f', -1, 64) }

// FileSuffix ends the names of the files that hold imported benchmarks.
const FileSuffix = "_benchmark.cue"

// Package returns the package clause of an experiment's .cue files.
func Package(dir string) (string, error) {
	files, err := fs.Glob(os.DirFS(dir), "*.cue") // dir itself may have brackets in its name
	if err != nil {
		return "", err
	}
	for _, f := range files {
		src, err := parser.ParseFile(filepath.Join(dir, f), nil, parser.PackageClauseOnly)
		if err == nil && src.PackageName() != "" && !strings.HasSuffix(f, FileSuffix) {
			return src.PackageName(), nil
		}
	}
	return "", fmt.Errorf("%s: no .cue file here has a package clause", dir)
}
