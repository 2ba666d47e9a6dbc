package plan

import (
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/schema"
)

// Cost is what requests would cost, in US dollars, as a range.
type Cost struct {
	Low  float64 `json:"cost_usd_low"`
	High float64 `json:"cost_usd_high"`
	// Unpriced counts completions to make of models without a price; they are in
	// neither bound.
	Unpriced int `json:"unpriced_completions"`
}

func (c *Cost) add(o Cost) {
	c.Low += o.Low
	c.High += o.High
	c.Unpriced += o.Unpriced
}

// The range assumes texts of 3 to 5 characters a token where tokens are counted
// at 4, and answers of 2 to 12 tokens an item where they are counted at 4.
const (
	lowPrompt, highPrompt = 4.0 / 5, 4.0 / 3
	lowReply, highReply   = 2.0 / 4, 12.0 / 4
)

// What a cost range rests on, and what it leaves out, in words.
const (
	AssumedTexts = "3 to 5 characters a token, 2 to 12 tokens an answer"
	AssumedOut   = "thinking tokens, discounts, requests sent again"
)

// Estimate prices tokens that were counted at 4 characters a token. A model
// without a price has no cost: unknown is not 0.
func Estimate(p *schema.Price, prompt, reply int64, completions int) Cost {
	if p == nil {
		return Cost{Unpriced: completions}
	}
	return Cost{
		Low:  usd(p, float64(prompt)*lowPrompt, float64(reply)*lowReply),
		High: usd(p, float64(prompt)*highPrompt, float64(reply)*highReply),
	}
}

func usd(p *schema.Price, prompt, reply float64) float64 {
	return (prompt*p.Prompt + reply*p.Completion) / 1e6
}

// AtMost is what a request costs whose reply has all the tokens that it may have; 0
// without a price.
func AtMost(p *schema.Price, prompt, reply int64) float64 {
	if p == nil {
		return 0
	}
	return usd(p, float64(prompt)*highPrompt, float64(reply))
}

// price is the cost of what a cell has to make. The simulated respondent and a
// model of this machine cost nothing.
func (m *maker) price(c *design.Cell, n *Counts) Cost {
	if n.Make == 0 || m.w.Simulates(c.Model) || c.Model.Free() {
		return Cost{}
	}
	return Estimate(c.Model.Price, n.PromptTokens, n.CompletionTokens, n.Make)
}

// tokens counts what the turns after the first done ones send and receive.
func (c *Counts) tokens(s *session.Session, done int) {
	c.PromptTokens, c.CompletionTokens = s.Tokens(done)
	if s.Mode == schema.Sequential {
		c.Repeated = c.PromptTokens - s.NewTokens(done)
	}
}
