package providertest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
)

// regression plants a client that drops a declared parameter and adds one: the
// body is right all the same, both mends are recorded, and the suite's own check
// fails until somebody declares them.
func (b *bench) regression(t *testing.T) {
	found := 0 // planted drops of parameters that the client does send
	for name, path := range b.Places {
		v := edges[name][len(edges[name])-1]
		if name == "temperature" {
			v = 0.7
		}
		if name == "seed" {
			v = 7.0
		}
		t.Run(name, func(t *testing.T) {
			req := b.request(t, []completion.Parameter{{Name: name, Value: v}})
			_, before := b.ask(t, req)
			doctored := *b
			doctored.pool = poolOf(&doctored)
			dropped := false
			doctored.pool.Tamper = func(body []byte) []byte {
				m := decode(t, body)
				dropped = drop(m, strings.Split(path, "."))
				m["surprise"] = 1
				out, err := json.Marshal(m)
				if err != nil {
					t.Error(err)
				}
				return out
			}
			c, body := doctored.ask(t, req)
			if dropped {
				found++
			}
			if fmt.Sprint(body) != fmt.Sprint(before) {
				t.Errorf("the body became %v, want %v", body, before)
			}
			if !mended(c, "removed surprise 1") || dropped && !mended(c, "added "+path) {
				t.Errorf("mends %q", c.Mends)
			}
			err := habits(c)
			if err == nil || !strings.Contains(err.Error(), "removed surprise 1") || dropped && !strings.Contains(err.Error(), "added "+path) {
				t.Errorf("the suite says %v, want both mends reported", err)
			}
		})
	}
	if found < 3 {
		t.Errorf("only %d parameters could be dropped from what the client made", found)
	}
	t.Run("altered", func(t *testing.T) {
		req := b.request(t, []completion.Parameter{{Name: "temperature", Value: 0.7}, {Name: "max_tokens", Value: 100.0}}, user("1. a"), assistant("4"), user("2. b"))
		_, before := b.ask(t, req)
		doctored := *b
		doctored.pool = poolOf(&doctored)
		doctored.pool.Tamper = func(body []byte) []byte {
			s := strings.NewReplacer("0.7", "0.9", "100", "101", "2. b", "2. c").Replace(string(body))
			return []byte(s)
		}
		c, body := doctored.ask(t, req)
		if fmt.Sprint(body) != fmt.Sprint(before) {
			t.Errorf("the body became %v, want %v", body, before)
		}
		for _, want := range []string{"corrected " + b.Places["max_tokens"] + " from 101 to 100"} {
			if !mended(c, want) {
				t.Errorf("mends %q lack %q", c.Mends, want)
			}
		}
		if err := habits(c); err == nil || !strings.Contains(err.Error(), "corrected ") {
			t.Errorf("the suite says %v", err)
		}
	})
	t.Run("no body at all", func(t *testing.T) {
		req := b.request(t, nil)
		_, before := b.ask(t, req)
		doctored := *b
		doctored.pool = poolOf(&doctored)
		doctored.pool.Tamper = func([]byte) []byte { return []byte("?") }
		if c, body := doctored.ask(t, req); fmt.Sprint(body) != fmt.Sprint(before) || habits(c) == nil {
			t.Errorf("the body became %v, with mends %q", body, c.Mends)
		}
	})
}

// drop deletes the value at a path and reports whether it was there.
func drop(m map[string]any, path []string) bool {
	for _, name := range path[:len(path)-1] {
		sub, ok := m[name].(map[string]any)
		if !ok {
			return false
		}
		m = sub
	}
	_, there := m[path[len(path)-1]]
	delete(m, path[len(path)-1])
	return there
}

func mended(c *completion.Completion, beginning string) bool {
	return slices.ContainsFunc(c.Mends, func(m string) bool { return strings.HasPrefix(m, beginning) })
}
