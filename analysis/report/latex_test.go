package report

import (
	"context"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"circumplex.example/analysis/ingest/ingesttest"
)

func TestLatexEscapesEverySpecialCharacter(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"commands", `\input{/etc/passwd}`, `\textbackslash{}input\{/etc/passwd\}`},
		{"each special", `$&#%_^~<>|`, `\$\&\#\%\_\allowbreak{}\textasciicircum{}\textasciitilde{}\textless{}\textgreater{}\textbar{}`},
		{"brackets after a row's end", "[1]", "{[}1{]}"},
		{"quotes", "say \"all\" 'now'", "say ``all'' {'}now{'}"},
		{"no ligatures", "a---b ?`", `a-{}-{}-b ?\textasciigrave{}`},
		{"one line", "a\nb\tc\x00", "a b c"},
		{"our own marks", "0.91† ρ ≤ 1", `0.91\dag{} \ensuremath{\rho} \ensuremath{\le} 1`},
		{"accents stay", "Émile Łoś", "Émile Łoś"},
		{"letters that pdfLaTeX lacks", "中", `{\ifdefined\Umathchar 中\else{[}U+4E2D{]}\fi}`},
		{"direction marks are shown, not set", "\u202e", "{[}U+202E{]}"},
		{"not UTF-8", "\xff", "{[}U+FFFD{]}"},
	}
	for _, test := range tests {
		if got := latexText(test.in); got != test.want {
			t.Errorf("%s: %s, want %s", test.name, got, test.want)
		}
	}
	for in, want := range map[string]string{"-0.25": "$-$0.25", "-a": "-a", "-": "-", "<.001": `\textless{}.001`} {
		if got := latexCell(in); got != want {
			t.Errorf("cell %s: %s, want %s", in, got, want)
		}
	}
	if got := latexRow([]string{"***", "1"}, []int{0, 1}); got != "{}*** & 1 \\\\\n" {
		t.Errorf("a row that begins with a star: %s", got)
	}
}

// hostileNames are level names that would break or command a document.
func hostileNames() ingesttest.Spec {
	s := ingesttest.PVQ()
	s.Simulated = true
	s.Options["permutations"], s.Options["restarts"], s.Options["bootstrap"] = "99", "0", "0"
	s.Factors = []string{"wording"}
	for _, c := range [][3]string{
		{`m_1 & 100% #1`, `\immediate\write18{id}`, "*"},
		{`m_1 & 100% #1`, "{unbalanced", "[3pt]"},
		{"~^$x|y<script>", "}\\end{longtable}", "*"},
		{"~^$x|y<script>", strings.Repeat("a very long name of a level ", 6), "line\nbreak 中文 é \"q\""},
	} {
		s.Conditions = append(s.Conditions, ingesttest.Condition{Model: c[0], Prompt: c[1], Temperature: 0.7, Administration: "batch",
			Levels: []string{c[2]}, N: 30, Answer: ingesttest.Circular(1, 0.5)})
	}
	return s
}

var (
	latexCommands = regexp.MustCompile(`\\[a-zA-Z]+`)
	latexKnown    = " addtocounter allowbreak arraybackslash begin begingroup bottomrule caption dag else emph end endfirsthead endgroup endhead endlastfoot ensuremath fi footnotesize " +
		"ifdefined label linewidth midrule noindent par raggedright rho setlength sloppy tabcolsep textasciicircum textasciitilde textbackslash textbar textbf textgreater textless toprule Umathchar "
)

// TestLatexOfHostileLevelNames holds every file to balanced braces, to the
// columns each table declares and to the commands that we write.
func TestLatexOfHostileLevelNames(t *testing.T) {
	dir := t.TempDir()
	ingesttest.Write(t, dir, hostileNames())
	if _, err := Run(context.Background(), dir, Overrides{"figures": "false"}); err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(dir, "analysis", "tables", "*.tex"))
	if err != nil || len(files) < 5 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	for _, path := range files {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		name, text := filepath.Base(path), string(data)
		if strings.Contains(text, `\caption`) && !strings.Contains(text, `\caption{\textbf{SIMULATED.} `) {
			t.Errorf("%s: no caption says SIMULATED", name)
		}
		checkLatex(t, name, text)
	}
}

// checkLatex checks braces, columns and commands.
func checkLatex(t *testing.T, name, text string) {
	t.Helper()
	plain := strings.NewReplacer(`\\`, " ", `\{`, "", `\}`, "", `\&`, "", `\%`, "", `\#`, "", `\$`, "", `\_`, "").Replace(text)
	_, plain, _ = strings.Cut(plain, "\\begingroup")
	if open, shut := strings.Count(plain, "{"), strings.Count(plain, "}"); open != shut {
		t.Errorf("%s: %d braces open, %d close", name, open, shut)
	}
	for _, c := range latexCommands.FindAllString(plain, -1) {
		if !strings.Contains(latexKnown, " "+c[1:]+" ") {
			t.Errorf("%s: command %s", name, c)
		}
	}
	if strings.Contains(plain, "%") || strings.Contains(plain, "#") {
		t.Errorf("%s: a special character is not escaped", name)
	}
	columns := 0
	for line := range strings.Lines(plain) {
		if strings.HasPrefix(line, `\begin{longtable}`) {
			spec := regexp.MustCompile(`>\{[^}]*\}p\{[^}]*\}`).ReplaceAllString(line, "X")
			spec = strings.TrimPrefix(spec, `\begin{longtable}`)
			columns = strings.Count(spec, "l") + strings.Count(spec, "r") + strings.Count(spec, "X")
		}
		if cells := strings.Count(line, " & ") + 1; cells > 1 && cells != columns {
			t.Errorf("%s: %d cells in %d columns: %s", name, cells, columns, line)
		}
	}
}
