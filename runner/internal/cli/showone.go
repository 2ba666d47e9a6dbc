package cli

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"circumplex.example/runner/internal/show"
)

// showOne prints one request: who is asked, messages, body, and the reply with
// how it came.
func (a *app) showOne(ctx context.Context, o *opened, q *show.Request) error {
	body, why := a.wireBody(ctx, o, q)
	if a.flags.json {
		a.printJSON(a.stdout, map[string]any{"request": q, "body": body, "no_body": why})
		return nil
	}
	a.line("key", "%s", q.Key)
	switch {
	case q.Place == "":
		a.line("design", "no experiment here uses it")
	case q.Purpose == "persona":
		a.line("persona", "of replicate %d", q.Replicate)
		a.line("levels", "%s", q.Place)
	default:
		a.line("respondent", "%s, replicate %d, turn %d", q.RespondentID, q.Replicate, q.Turn)
		a.line("cell", "%d, condition_id %s", q.Cell, q.ConditionID)
		a.line("levels", "%s", q.Place)
	}
	a.origin(q.Provider, q.Model, q.Identity, q.Parameters)
	a.line("sample", "%d, attempt %d", q.Sample, q.Attempt)
	if q.Pool != "" {
		a.line("replication", "%s", q.Pool)
	}
	for _, k := range q.Lineage {
		a.line("lineage", "%s", k)
	}
	fmt.Fprintln(a.stdout, "\nmessages")
	a.printMessages(q.Messages)
	a.printBody(body, why)
	if q.Stored == nil {
		args := []string{q.Key[:16]}
		if o != nil {
			args = append(args, shown(o.exp.Dir))
		}
		fmt.Fprintf(a.stdout, "\nnot stored;  %s  tells why\n", a.again("cache explain", args...))
		return nil
	}
	a.printStored(q.Stored)
	return nil
}

func (a *app) printBody(body *wire, why string) {
	fmt.Fprintln(a.stdout, "\nbody that would be sent")
	if body == nil {
		fmt.Fprintf(a.stdout, "          | (%s)\n", plain(why))
		return
	}
	fmt.Fprintf(a.stdout, "          | %s %s\n", body.Method, oneLine(body.URL))
	for _, h := range body.Header {
		fmt.Fprintf(a.stdout, "          | %s\n", oneLine(h))
	}
	a.block("", body.Body)
	for _, m := range body.Mends {
		fmt.Fprintf(a.stdout, "mended    | %s\n", oneLine(m))
	}
}

// printStored prints a reply and how it came.
func (a *app) printStored(s *show.Stored) {
	fmt.Fprintln(a.stdout, "\nstored")
	a.printReply(s)
	fmt.Fprintln(a.stdout)
	a.line("made", "%s, by runner %s", s.StartedAt.Format("2006-01-02 15:04:05 MST"), s.Version)
	if s.Simulated {
		a.line("simulated", "no language model wrote this reply")
	}
	if s.ModelServed != "" {
		a.line("served by", "%s", strings.TrimSpace(s.ModelServed+" "+s.Fingerprint))
	}
	a.line("ended", "%s (%s)", s.Status, orDash(s.FinishReason))
	var usage []string
	for _, name := range slices.Sorted(maps.Keys(s.Usage)) {
		usage = append(usage, fmt.Sprintf("%s %s", num(s.Usage[name]), name))
	}
	if len(usage) == 0 {
		usage = []string{"not reported"}
	}
	a.line("tokens", "%s", strings.Join(usage, ", "))
	a.line("took", "%.0f ms, %s", s.LatencyMS, triesWord(s.Tries))
	if s.HTTPStatus > 0 {
		a.line("http", "%d %s", s.HTTPStatus, s.ResponseID)
	}
	for _, m := range s.Mends {
		a.line("mended", "%s", m)
	}
	if s.Sent != nil {
		fmt.Fprintln(a.stdout, "\nbody that was sent")
		a.block("", *s.Sent)
	}
	if s.Body != nil {
		fmt.Fprintln(a.stdout, "\nbody that came back")
		for _, h := range s.Header {
			fmt.Fprintf(a.stdout, "          | %s\n", oneLine(h))
		}
		a.block("", *s.Body)
	}
}

func orDash(s string) string {
	if s == "" {
		return "no reason given"
	}
	return s
}

func triesWord(n int) string {
	if n == 1 {
		return "1 try"
	}
	return num(n) + " tries"
}
