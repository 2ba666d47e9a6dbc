package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"

	"circumplex.example/runner/internal/simulated"
	"circumplex.example/runner/internal/simulated/server"
)

func (a *app) simulateCmd() *cobra.Command {
	var f simulateFlags
	c := &cobra.Command{
		Use:   "simulate",
		Short: "Serve the simulated respondent as if it were a provider",
		Long:  simulateHelp,
		Args:  cobra.NoArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return a.simulate(c.Context(), f) },
	}
	fl := c.Flags()
	fl.StringVar(&f.listen, "listen", "127.0.0.1:0", "address and port; port 0 chooses one and prints it")
	fl.Uint64Var(&f.opts.Seed, "seed", 0, "seed of texts and faults; with 0 a key gets the text it gets inside the program")
	fl.StringArrayVar(&f.models, "model", nil, "serve this model and no others (may be repeated; default: any name)")
	fl.StringArrayVar(&f.quirks, "quirk", nil, "a quirk of every model, such as refusal_rate=0.02 (may be repeated)")
	fl.StringVar(&f.faults, "faults", "", "what goes wrong how often, such as 429=5%,reset=2%,slow=2%:300ms or mixed=20%")
	fl.StringVar(&f.retryAfter, "retry-after", "1s", "what a 429 of the faults asks to wait: 0s, or a range such as 0s..3s")
	fl.IntVar(&f.opts.Limit, "limit", 0, "accept at most so many requests of an API key in any 60 seconds (0: no limit)")
	fl.IntVar(&f.opts.MaxInFlight, "max-in-flight", 0, "answer at most so many requests at once, others get 429 (0: no bound)")
	fl.DurationVar(&f.opts.Latency, "latency", 0, "how long each reply takes, such as 200ms")
	fl.BoolVar(&f.idempotent, "idempotent", true, "seed replies by the header Idempotency-Key")
	fl.StringVar(&f.opts.RequireKey, "require-key", "", "the API key that every request must carry (not a secret: it stands in the list of processes)")
	fl.IntVar(&f.opts.Context, "context", server.DefaultContext, "context length in tokens of Ollama's models")
	fl.StringVar(&f.log, "log", "", "append one line of JSON a request to this file")
	fl.BoolVar(&a.flags.json, "json", false, "print the addresses as one JSON document")
	return c
}

const simulateHelp = `Serve the simulated respondent as if it were a provider: OpenAI, Ollama, Gemini
and Anthropic, on one port. No model answers, nothing is paid for, and every
reply says so in the header X-Simulated-Respondent.

The first line on standard output is the address. Ctrl-C ends it with exit code
0, after the counters on standard error.

Faults, each with a rate in percent:
  408 409 429 429date 500 502 503 504 529   a status in place of a reply
  quota auth                                nothing left to spend; a bad key
  error200                                  an error body behind a 200
  reset cut truncate empty stall            a reply that was made is destroyed
  slow                                      a reply comes little by little
  refusal prose count filter length         a text that is no plain answer
  served                                    another model answers
  mixed                                     spread over all that a retry mends`

func (a *app) simulate(ctx context.Context, f simulateFlags) error {
	opts, err := f.options()
	if err != nil {
		return &exitError{code: exitUsage, err: err}
	}
	if f.log != "" {
		file, ferr := os.OpenFile(f.log, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o666)
		if ferr != nil {
			return fmt.Errorf("--log: %w", ferr)
		}
		defer file.Close()
		opts.Log = file
	}
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.listen)
	if err != nil {
		return listenError(f.listen, err)
	}
	s := server.New(opts)
	ctx, stop := signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
	defer stop()
	a.serving(ln.Addr(), opts)
	if err := s.Serve(ctx, ln); err != nil {
		return err
	}
	return a.served(s.Counters())
}

func listenError(address string, err error) error {
	mend := "--listen 127.0.0.1:0  chooses a free port"
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return fmt.Errorf("--listen %s: another program listens there\n    mend: %s", address, mend)
	case errors.Is(err, syscall.EACCES):
		return fmt.Errorf("--listen %s: not permitted\n    mend: %s", address, mend)
	}
	return fmt.Errorf("--listen %s: %w\n    mend: %s", address, err, mend)
}

// serving says where to ask and what answers.
func (a *app) serving(addr net.Addr, o server.Options) {
	url := "http://" + addr.String()
	bases := []struct{ name, key, base string }{
		{"OpenAI", "openai", url + "/v1"}, {"Gemini", "google", url + "/v1beta"},
		{"Anthropic", "anthropic", url + "/v1"}, {"Ollama", "ollama", url}, {"counters", "counters", url + server.CountersPath},
	}
	if a.flags.json {
		doc := map[string]any{"ok": true, "url": url, "simulated_respondent": simulated.Version}
		for _, b := range bases {
			doc[b.key] = b.base
		}
		a.printJSON(a.stdout, doc)
	} else {
		fmt.Fprintln(a.stdout, url)
	}
	fmt.Fprintf(a.stderr, "the simulated respondent (version %d) answers here; no model does\n", simulated.Version)
	for _, b := range bases {
		fmt.Fprintf(a.stderr, "  %-10s %s\n", b.name, b.base)
	}
	if p := o.Faults.String(); p != "" {
		fmt.Fprintf(a.stderr, "  %-10s %s\n", "faults", p)
	}
	if tcp, ok := addr.(*net.TCPAddr); ok && !tcp.IP.IsLoopback() {
		fmt.Fprintln(a.stderr, "warning: other machines can reach this address; 127.0.0.1 keeps it to this one")
	}
	fmt.Fprintln(a.stderr, "Ctrl-C ends it")
}

// served says what was done. A log that is not whole is a failure.
func (a *app) served(c server.Counters) error {
	fmt.Fprintf(a.stderr, "%s, %s made: %s acknowledged, %s destroyed by faults, %s undelivered\n", count(c.Requests, "request"),
		replies(c.Made), num(c.Acknowledged), num(c.Destroyed), num(c.Undelivered))
	if c.LogErrors > 0 {
		return fmt.Errorf("--log: %s could not be written", count(c.LogErrors, "line"))
	}
	return nil
}

func replies(n int) string {
	if n == 1 {
		return "1 reply"
	}
	return num(n) + " replies"
}
