package diff

import "circumplex.example/schema"

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

// Cost is in US dollars. It is a range, because tokens are estimated from the
// length of texts.
type Cost struct {
	Low  float64 `json:"low_usd"`
	High float64 `json:"high_usd"`
	// Free is true if no model is asked that could cost something.
	Free bool `json:"free"`
	// Unpriced are models with something to make whose price nobody declared:
	// their cost is unknown, and in neither number.
	Unpriced []string `json:"unknown_for,omitempty"`
}

// How far the estimates are taken to be off: a token is three to five letters of
// English text, and a number with its item's number two to eight tokens.
const (
	promptLow, promptHigh = 4.0 / 5, 4.0 / 3
	replyLow, replyHigh   = 2.0 / 4, 8.0 / 4
)

// PriceOf is the range of what tokens cost at a price.
func PriceOf(t Tokens, p schema.Price) (low, high float64) {
	prompt, reply := float64(t.Prompt)*p.Prompt/1e6, float64(t.Completion)*p.Completion/1e6
	return prompt*promptLow + reply*replyLow, prompt*promptHigh + reply*replyHigh
}

// need sums up what the levels of the factor model ask for.
func need(completions int, levels []Level, s *Side) Need {
	n := Need{Completions: completions, Cost: Cost{Free: true}}
	for _, l := range levels {
		if l.Factor == "model" && l.Make > 0 {
			n.add(l.tokens)
			n.Cost.add(l.tokens, l.Level, s)
		}
	}
	return n
}

func (n *Need) add(t Tokens) { n.Tokens.add(t) }

// add counts the tokens of one model.
func (c *Cost) add(t Tokens, name string, s *Side) {
	for _, m := range s.Design.Experiment.Models {
		if m.Name != name || s.Simulated || m.Provider == simulated {
			continue
		}
		c.Free = false
		if m.Price == nil {
			c.Unpriced = append(c.Unpriced, name)
			continue
		}
		low, high := PriceOf(t, *m.Price)
		c.Low, c.High = c.Low+low, c.High+high
	}
}
