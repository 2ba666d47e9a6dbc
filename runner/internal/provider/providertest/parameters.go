package providertest

import (
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/wire"
)

// edges are the values each parameter is sent with: zero, the smallest and the
// largest, and numbers that 32 bits do not hold.
var edges = map[string][]any{
	"temperature":       {0.0, 0.7, 1.0, 2.0, 0.123456789},
	"top_p":             {1.0, 0.9, 0.123456789, 0.000001},
	"top_k":             {1.0, 40.0, 100000.0},
	"max_tokens":        {1.0, 4096.0, 1e6},
	"frequency_penalty": {0.0, -2.0, 2.0, 0.1},
	"presence_penalty":  {0.0, -2.0, 2.0, 0.1},
	"seed":              {0.0, 1.0, 7.0, float64(math.MaxInt32), float64(completion.MaxInteger), wire.PerSample},
	"stop":              {[]string{}, []string{"\n"}, []string{"</s>", "Ende & \"Schluß\""}},
	"num_ctx":           {1.0, 2048.0, 131072.0},
	"reasoning_effort":  {"low", "high"},
	"thinking_tokens":   {1024.0, 2048.0},
}

// parameters: every parameter at its edges, alone and all together, arrives as
// declared, and nothing else does.
func (b *bench) parameters(t *testing.T) {
	t.Run("none", func(t *testing.T) { b.exactly(t, nil) })
	for name := range b.Places {
		for _, v := range edges[name] {
			if x, ok := v.(float64); ok && name == "temperature" && x > b.Warmest {
				continue
			}
			t.Run(fmt.Sprintf("%s=%v", name, v), func(t *testing.T) { b.exactly(t, []completion.Parameter{{Name: name, Value: v}}) })
		}
	}
	t.Run("all", func(t *testing.T) {
		var all []completion.Parameter
		for name := range b.Places {
			// thinking excludes others, and has its own test above
			if name != "thinking_tokens" {
				all = append(all, completion.Parameter{Name: name, Value: edges[name][0]})
			}
		}
		b.exactly(t, all)
	})
	t.Run("two samples have two seeds", func(t *testing.T) {
		if b.Places["seed"] == "" {
			t.Skip("the format has no seed")
		}
		req := b.request(t, []completion.Parameter{{Name: "seed", Value: wire.PerSample}})
		again := req
		again.Attempt = 1
		_, first := b.ask(t, req)
		_, second := b.ask(t, again)
		if x, y := at(first, b.Places["seed"]), at(second, b.Places["seed"]); x == y || x == nil {
			t.Errorf("seeds %v and %v", x, y)
		}
	})
}

// exactly sends declared parameters and holds the body to them: each number
// has the digits it was declared with.
func (b *bench) exactly(t *testing.T, params []completion.Parameter) {
	t.Helper()
	req := b.request(t, params)
	c, body := b.ask(t, req)
	want := slices.Clone(b.Always)
	for _, p := range req.Origin.Parameters {
		path := b.Places[p.Name]
		want = append(want, path)
		v := p.Value
		if v == wire.PerSample {
			v = wire.Seed(req.Key())
		}
		if got := at(body, path); !same(got, v) {
			t.Errorf("%s is %v (%T) on the wire, declared %v", path, got, got, v)
		}
		if p.Name == "thinking_tokens" && b.Provider == "anthropic" {
			want = append(want, "thinking.type")
		}
	}
	slices.Sort(want)
	want = slices.Compact(want)
	if got := leaves("", body); !slices.Equal(got, want) {
		t.Errorf("the body has %s, want %s", strings.Join(got, " "), strings.Join(want, " "))
	}
	if v, ok := body["model"]; ok && v != b.Model {
		t.Errorf("model %v, want %q", v, b.Model)
	}
	if v, ok := body["stream"]; ok && v != false {
		t.Errorf("stream is %v", v)
	}
	if err := habits(c); err != nil {
		t.Error(err)
	}
	sent, err := b.pool.Render(t.Context(), req)
	if err != nil || string(sent.Body) != string(c.Sent) || !slices.Equal(sent.Mends, c.Mends) {
		t.Errorf("shown %s, sent %s (%v)", sent.Body, c.Sent, err)
	}
}

// same compares a value on the wire with a declared one, numbers digit by digit.
func same(got, want any) bool {
	switch w := want.(type) {
	case float64:
		n, ok := got.(json.Number)
		if !ok {
			return false
		}
		if w == math.Trunc(w) {
			return n.String() == strconv.FormatInt(int64(w), 10)
		}
		x, err := strconv.ParseFloat(n.String(), 64)
		return err == nil && x == w && len(n.String()) <= len(strconv.FormatFloat(w, 'f', -1, 64))
	case []string:
		list, ok := got.([]any)
		if !ok || len(list) != len(w) {
			return false
		}
		for i := range w {
			if list[i] != w[i] {
				return false
			}
		}
		return true
	}
	return got == want
}
