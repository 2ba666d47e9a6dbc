package cli_test

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/klauspost/compress/zstd"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/cli"
)

// planted is a key with characters that addresses and JSON escape.
const planted = "sk-Pl4nted/Key+With=Chars~93b1c7"

// keyCUE asks five servers that take the key and echo it, each in its way.
const keyCUE = `package study

import (
	"circumplex.example/schema"
	"circumplex.example/experiments/instruments"
)

experiment: schema.#Experiment & {
	name: "study", seed: 1, n: 3
	instrument: instruments.ten
	limits: {max_in_flight: 4, max_tries: 3}
	factors: {
		model: {
			echo: {provider: "openai", base_url: "URL/echo/v1"}
			gemini: {provider: "google", base_url: "URL/gemini/v1beta"}
			refused: {provider: "openai", base_url: "URL/refused/v1"}
			moved: {provider: "openai", base_url: "URL/moved/v1"}
			garbled: {provider: "anthropic", base_url: "URL/garbled/v1", parameters: max_tokens: 100}
		}
		model: [string]: api_key_env: "PLANTED_KEY"
		prompt: basic: template: "Rate each description from 1 to 5."
		temperature: "0.0": value: 0.0
		administration: {batch: {}, sequential: {}}
	}
}
`

// dresses are the forms in which a key may stand somewhere, as a server writes
// them and as they are looked for: digits of base64 at the ends hold a part of
// what stands beside the key.
func dresses() (written, sought []string) {
	var unicode strings.Builder
	for i := range len(planted) {
		fmt.Fprintf(&unicode, `\u%04x`, planted[i])
	}
	written = []string{planted, url.QueryEscape(planted), url.PathEscape(planted), strings.ReplaceAll(planted, "/", `\/`), unicode.String()}
	sought = slices.Clone(written)
	for i := range 3 {
		for _, e := range []*base64.Encoding{base64.StdEncoding, base64.URLEncoding} {
			b := e.EncodeToString([]byte("user:"[:i+2] + planted + "!"))
			written, sought = append(written, b), append(sought, b[4:len(b)-5])
		}
	}
	return written, sought
}

// echoing is a server that gives the key away wherever it can.
type echoing struct {
	mu                 sync.Mutex
	n                  int
	without, elsewhere int
	// during is called once in the middle of a run.
	during func()
}

func (e *echoing) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	e.mu.Lock()
	e.n++
	n, during := e.n, e.during
	if n == 40 {
		e.during = nil
	} else {
		during = nil
	}
	if !strings.Contains(fmt.Sprint(r.Header), planted) {
		e.without++
	}
	e.mu.Unlock()
	if during != nil {
		during()
	}
	written, _ := dresses()
	everything := strings.Join(written, " ")
	for _, name := range []string{"X-Request-Id", "Server", "X-Ratelimit-Limit-Requests", "Www-Authenticate"} {
		w.Header().Set(name, everything)
	}
	quoted, err := json.Marshal("1. 3\n2. 4\n" + everything)
	if err != nil {
		panic(err)
	}
	hidden := strings.Replace(string(quoted), planted, written[4], 1)
	status, body := http.StatusOK, ""
	switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); {
	case first == "refused":
		status, body = http.StatusUnauthorized, `{"error":{"message":`+hidden+`,"code":"invalid_api_key"}}`
	case first == "moved":
		w.Header().Set("Location", "http://"+r.Host+"/elsewhere?key="+url.QueryEscape(planted)+"&again="+planted)
		status = http.StatusFound
	case first == "elsewhere":
		e.mu.Lock()
		e.elsewhere++
		e.mu.Unlock()
	case first == "garbled":
		body = `{"content":[{"type":"text","text":` + hidden
	case n%4 == 0:
		w.Header().Set("Retry-After", "0")
		status, body = http.StatusTooManyRequests, `{"error":{"message":`+hidden+`,"type":`+hidden+`}}`
	case n%10 == 1:
		status, body = http.StatusInternalServerError, "<html>"+everything
	case first == "gemini":
		body = `{"modelVersion":"gemini","responseId":` + hidden + `,"candidates":[{"content":{"parts":[{"text":` + hidden + `}]},"finishReason":"STOP"}]}`
	default:
		body = `{"id":` + hidden + `,"model":"echo","system_fingerprint":` + hidden + `,"choices":[{"finish_reason":"stop","message":{"role":"assistant","content":` + hidden + `,"reasoning_content":` + hidden + `}}]}`
	}
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body)) // the client may be gone
}

// A key stands in no file and no output, whatever servers do with it.
func TestAPlantedKeyStandsNowhere(t *testing.T) {
	for _, from := range []string{"environment", "file"} {
		t.Run("from the "+from, func(t *testing.T) {
			if from == "environment" {
				slow(t)
			}
			plant(t, from)
		})
	}
}

func plant(t *testing.T, from string) {
	hostile := &echoing{}
	server := httptest.NewServer(hostile)
	defer server.Close()
	dir := t.TempDir()
	study, secrets := filepath.Join(dir, "study"), filepath.Join(t.TempDir(), "keys.env")
	for name, text := range map[string]string{filepath.Join(study, "study.cue"): strings.ReplaceAll(keyCUE, "URL", server.URL), secrets: "PLANTED_KEY=" + planted + "\n"} {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	key := []string{"--env-file", secrets}
	if from == "environment" {
		key = nil
		t.Setenv("PLANTED_KEY", planted)
	}
	found := artefacts{t: t}
	hostile.during = func() { found.files(dir, "while it runs: ") }
	run := func(want int, verb string, args ...string) {
		args = append([]string{verb, study, "--results", filepath.Join(dir, "results")}, args...)
		if verb != "report" && verb != "export" {
			args = append(append(args, "--store", filepath.Join(dir, "store")), key...)
		}
		var stdout, stderr bytes.Buffer
		code := cli.Main(args, &stdout, &stderr)
		found.add("stdout of "+verb, stdout.Bytes())
		found.add("stderr of "+verb, stderr.Bytes())
		if code != want {
			t.Errorf("runner %s: exit %d, want %d\n%s%s", verb, code, want, stdout.String(), stderr.String())
		}
	}
	run(6, "doctor")
	run(6, "doctor", "--json")
	run(0, "plan", "--json")
	run(6, "apply", "--yes")
	run(6, "apply", "--yes", "--json")
	run(0, "status")
	run(0, "status", "--json")
	run(0, "report")
	run(0, "export", "--out", filepath.Join(dir, "export"))
	if hostile.without != 0 || hostile.elsewhere != 0 {
		t.Errorf("%d requests came without the key, %d followed a redirect", hostile.without, hostile.elsewhere)
	}
	if hostile.during != nil {
		t.Error("nobody looked while it ran")
	}
	found.files(dir, "")
	found.judge("store.db-wal", "store.db", "responses.parquet", "completions.parquet", "runs.parquet", "manifest.json", "codebook.md", "report.html", "export/completions.csv", "stdout of doctor", "stderr of apply")
	if found.struck < 20 {
		t.Errorf("the key was struck out in %d places only: did the servers echo it?", found.struck)
	}
}

// artefacts are bytes by where they stand.
type artefacts struct {
	t      *testing.T
	mu     sync.Mutex
	names  []string
	struck int
	keys   []string
}

func (a *artefacts) add(name string, b []byte) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.names = append(a.names, name)
	if bytes.Contains(b, []byte("(from $PLANTED_KEY)")) {
		a.struck++
	}
	_, sought := dresses()
	for i, d := range sought {
		if at := bytes.Index(b, []byte(d)); at >= 0 {
			a.keys = append(a.keys, fmt.Sprintf("%s (dress %d): %q", name, i, b[max(0, at-60):min(len(b), at+60)]))
		}
	}
}

// files takes in every file as it lies there, and what is packed in it.
func (a *artefacts) files(dir, when string) {
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		a.add(when+filepath.ToSlash(rel), b)
		switch {
		case when != "":
		case filepath.Ext(path) == ".parquet":
			a.parquet(path)
		case filepath.Ext(path) == ".db":
			a.database(path)
		}
		return nil
	})
	if err != nil {
		a.t.Error(err)
	}
}

// parquet takes in every text of a table.
func (a *artefacts) parquet(path string) {
	open, err := tabular.Open(path)
	if err != nil {
		a.t.Error(err)
		return
	}
	defer open.Close()
	for _, c := range open.Schema.Columns {
		if c.Type != tabular.String {
			continue
		}
		v, err := open.Strings(c.Name)
		if err != nil {
			a.t.Error(err)
			return
		}
		var all strings.Builder
		for i := range open.NumRows {
			all.WriteString(v.At(i) + "\n")
		}
		a.add(filepath.Base(path)+", column "+c.Name, []byte(all.String()))
	}
}

// database takes in every value of every table, and what is compressed in it.
func (a *artefacts) database(path string) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		a.t.Fatal(err)
	}
	defer db.Close()
	unpack, err := zstd.NewReader(nil)
	if err != nil {
		a.t.Fatal(err)
	}
	defer unpack.Close()
	packed := 0
	for _, table := range []string{"origin", "served", "message", "completion", "detail", "owner", "claim", "ledger"} {
		rows, err := db.Query("SELECT * FROM " + table)
		if err != nil {
			a.t.Fatal(err)
		}
		columns, err := rows.Columns()
		if err != nil {
			a.t.Fatal(err)
		}
		for rows.Next() {
			values := make([]any, len(columns))
			for i := range values {
				values[i] = new(any)
			}
			if err := rows.Scan(values...); err != nil {
				a.t.Fatal(err)
			}
			for i, v := range values {
				b := fmt.Appendf(nil, "%s", *v.(*any))
				where := filepath.Base(path) + ", " + table + "." + columns[i]
				a.add(where, b)
				if plain, err := unpack.DecodeAll(b[min(1, len(b)):], nil); err == nil && len(plain) > 0 {
					packed++
					a.add(where+", unpacked", plain)
				}
			}
		}
		if err := rows.Err(); err != nil {
			a.t.Fatal(err)
		}
		rows.Close()
	}
	if packed == 0 && filepath.Base(path) == "store.db" {
		a.t.Error("nothing in the store is packed: has its format changed?")
	}
}

// judge reports where the key stands, and what should have been looked at.
func (a *artefacts) judge(looked ...string) {
	a.t.Helper()
	for _, k := range a.keys {
		a.t.Error("the key stands in ", k)
	}
	for _, name := range looked {
		seen := false
		for _, n := range a.names {
			seen = seen || strings.HasSuffix(n, name)
		}
		if !seen {
			a.t.Errorf("%s was not there to be looked at", name)
		}
	}
}
