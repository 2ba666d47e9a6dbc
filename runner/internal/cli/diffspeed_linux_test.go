package cli_test

import (
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// The difference of two designs of 293,400 requests takes 1.5 s and 200 MB at
// most. Processor time is counted, so that a busy machine does not fail the test,
// with room for what it costs to share caches with others.
func TestDiffOfThePaperIsCheap(t *testing.T) {
	slow(t)
	if testing.Short() {
		t.Skip("measures")
	}
	const limit, room, memory = 1500 * time.Millisecond, 2, 200_000
	old, now := paperOf(t, 300, 0), paperOf(t, 300, 0)
	edit(t, now, "prompts.cue", "Answer as: {persona}.", "Reply as: {persona}.")
	edit(t, now, "experiment.cue", nLine(300), nLine(299))
	best, least := time.Hour, int64(1<<40)
	for range 3 {
		c := exec.Command("runner", "diff", "--json", "--store", filepath.Join(t.TempDir(), "store"), old, now)
		out, err := c.Output()
		if err != nil {
			t.Fatal(err)
		}
		var d paperDiff
		decode(t, out, &d)
		// Two llamas answer it in sequence, six models in batch, at two temperatures.
		if want := 2 * (6 + 2) * 299; d.Sessions.Added != want {
			t.Fatalf("%d new sessions, want %d", d.Sessions.Added, want)
		}
		usage := c.ProcessState.SysUsage().(*syscall.Rusage)
		best, least = min(best, c.ProcessState.UserTime()+c.ProcessState.SystemTime()), min(least, usage.Maxrss)
	}
	t.Logf("%v, %d kB", best, least)
	if float64(best) > float64(limit)*room || least > memory {
		t.Errorf("%v and %d kB, want at most %v and %d kB", best, least, limit, memory)
	}
}
