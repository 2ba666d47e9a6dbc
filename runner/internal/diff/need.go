package diff

import "circumplex.example/runner/internal/plan"

// Tokens are estimates of what is sent and received.
type Tokens struct {
	Prompt     int64 `json:"prompt_tokens_estimate"`
	Completion int64 `json:"completion_tokens_estimate"`
}

func (t *Tokens) add(o Tokens) {
	t.Prompt += o.Prompt
	t.Completion += o.Completion
}

// Need is what is to be made.
type Need struct {
	Completions int `json:"completions"`
	Tokens
	Cost Cost `json:"cost"`
}

// Cost is what that costs, as planning estimates it.
type Cost struct {
	plan.Cost
	// Free is true if no model is asked that could cost something.
	Free bool `json:"free"`
	// Models are those with something to make whose price nobody declared: their
	// cost is unknown.
	Models []string `json:"models_without_price,omitempty"`
}

// need sums up what the change asks for, level by level of the factor model.
func need(completions int, levels []Level, s *Side) Need {
	n := Need{Completions: completions, Cost: Cost{Free: true}}
	for _, l := range levels {
		if l.Factor == "model" && l.Make > 0 {
			n.Tokens.add(l.tokens)
			n.Cost.add(l.tokens, l.Make, l.Level, s)
		}
	}
	return n
}

// add counts what one model has to make.
func (c *Cost) add(t Tokens, completions int, name string, s *Side) {
	for _, m := range s.Design.Experiment.Models {
		if m.Name != name || s.Simulated || m.Provider == simulated || m.Free() {
			continue
		}
		c.Free = false
		if m.Price == nil {
			c.Models = append(c.Models, name)
		}
		e := plan.Estimate(m.Price, t.Prompt, t.Completion, completions)
		c.Low, c.High, c.Unpriced = c.Low+e.Low, c.High+e.High, c.Unpriced+e.Unpriced
	}
}
