package cli_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// servers are the processes that scripts have in the background, by their URL.
var servers sync.Map

// serverProcess is one of them.
type serverProcess struct {
	cmd    *exec.Cmd
	out    *firstLine
	stderr bytes.Buffer
}

// firstLine keeps what is written and says when the first line is whole.
type firstLine struct {
	mu    sync.Mutex
	b     bytes.Buffer
	whole chan string
}

func (w *firstLine) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := bytes.IndexByte(w.b.Bytes(), '\n')
	w.b.Write(p)
	if line, _, ok := strings.Cut(w.b.String(), "\n"); ok && before < 0 {
		w.whole <- line
	}
	return len(p), nil
}

// simulate ARG... starts runner simulate as a process of its own and puts the
// address that it prints first into the variable SERVER.
func simulate(ts *testscript.TestScript, neg bool, args []string) {
	if neg {
		ts.Fatalf("usage: simulate ARG...")
	}
	p := &serverProcess{out: &firstLine{whole: make(chan string, 1)}}
	self, err := os.Executable()
	ts.Check(err)
	p.cmd = exec.Command(self, append([]string{"simulate", "--listen", "127.0.0.1:0"}, args...)...)
	p.cmd.Args[0] = "runner" // how testscript.Main knows what to run
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = ts.MkAbs("."), p.out, &p.stderr
	ts.Check(p.cmd.Start())
	ts.Defer(func() { _ = p.cmd.Process.Kill() })
	select {
	case url := <-p.out.whole:
		ts.Setenv("SERVER", url)
		servers.Store(url, p)
	case <-time.After(time.Minute):
		ts.Fatalf("runner simulate printed no address")
	}
}

// interrupt CODE sends the server of this script an interrupt, which must end it
// with the code, and writes its output to the files served_out and served_err.
func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	v, ok := servers.LoadAndDelete(ts.Getenv("SERVER"))
	if neg || len(args) != 1 || !ok {
		ts.Fatalf("usage: interrupt CODE, after simulate")
	}
	p := v.(*serverProcess)
	ts.Check(p.cmd.Process.Signal(os.Interrupt))
	var ee *exec.ExitError
	if err := p.cmd.Wait(); err != nil && !errors.As(err, &ee) {
		ts.Fatalf("%v", err)
	}
	if got := strconv.Itoa(p.cmd.ProcessState.ExitCode()); got != args[0] {
		ts.Fatalf("exit code %s, want %s\n%s", got, args[0], &p.stderr)
	}
	url := ts.Getenv("SERVER")
	ts.Check(os.WriteFile(ts.MkAbs("served_out"), []byte(strings.ReplaceAll(p.out.b.String(), url, "URL")), 0o666))
	ts.Check(os.WriteFile(ts.MkAbs("served_err"), []byte(strings.ReplaceAll(p.stderr.String(), url, "URL")), 0o666))
}

// request STATUS METHOD PATH [BODYFILE [NAME VALUE]...] asks the server of this
// script, which must answer with the status, and writes the body to the file
// reply and the headers to the file headers.
func request(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 || len(args) > 3 && len(args)%2 != 0 {
		ts.Fatalf("usage: request STATUS METHOD PATH [BODYFILE [NAME VALUE]...]")
	}
	var body io.Reader
	if len(args) > 3 {
		body = strings.NewReader(ts.ReadFile(args[3]))
	}
	r, err := http.NewRequest(args[1], ts.Getenv("SERVER")+args[2], body)
	ts.Check(err)
	for i := 4; i < len(args); i += 2 {
		r.Header.Set(args[i], args[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	ts.Check(err)
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	ts.Check(err)
	var h bytes.Buffer
	ts.Check(resp.Header.Write(&h))
	ts.Check(os.WriteFile(ts.MkAbs("reply"), b, 0o666))
	ts.Check(os.WriteFile(ts.MkAbs("headers"), h.Bytes(), 0o666))
	if got := strconv.Itoa(resp.StatusCode); got != args[0] {
		ts.Fatalf("status %s, want %s\n%s", got, args[0], b)
	}
}
