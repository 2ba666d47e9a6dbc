package provider

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestTheDesignListsEveryHabit: the table of mends in runner/DESIGN.md is the
// one of the code.
func TestTheDesignListsEveryHabit(t *testing.T) {
	design, err := os.ReadFile("../../DESIGN.md")
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	rows := 0
	for _, name := range []string{"openai", "anthropic", "ollama", "google"} {
		for _, h := range habits[name] {
			mend := strings.TrimSpace(fmt.Sprintf("%s `%s` %s", h.op, h.path, h.value))
			fmt.Fprintf(&b, "| %s | %s | %s |\n", name, mend, h.why)
			rows++
		}
	}
	if rows == 0 || !strings.Contains(string(design), b.String()) {
		t.Errorf("runner/DESIGN.md has another table of mends. mend: put these lines there\n%s", b.String())
	}
}

// TestAMendIsDeclaredForItsValue: what is known of zero is not known of seven.
func TestAMendIsDeclaredForItsValue(t *testing.T) {
	a := auditor{habits: habits["openai"], model: "gpt-4.1"}
	a.note("added", "seed", "0", "0")
	a.note("added", "seed", "7", "7")
	a.note("added", "temperature", "0.7", "0.7") // known of gpt-5 and the o series only
	got := Undeclared(a.mends)
	if len(a.mends) != 3 || len(got) != 2 || got[0] != "added seed 7: not a known habit of the client" || got[1] != "added temperature 0.7: not a known habit of the client" {
		t.Errorf("of %q undeclared are %q", a.mends, got)
	}
}
