// Package simulated is a questionnaire respondent that is no model.
//
// It implements langchaingo's llms.Model. Like a model it is given nothing but
// the rendered messages, and it reads them: whoever they say to answer as, the
// ends of the scale, the items, all at once or one at a time. It holds a circle
// of 19 values (Schwartz et al. 2012, doi 10.1037/a0029393), lets the prompt
// move it, adds noise that grows with temperature, and writes a reply in text.
// Everything made from it is simulated and must be labelled so; the reply's
// GenerationInfo says "Simulated": true, and no text it writes claims to come
// from any product.
//
// The package knows messages. It must not know the runner: it imports nothing
// of this project, sees no key, cell or instrument, and recognises the value
// that an item is about by the words of the item alone.
//
// A reply is a function of the messages, the model's name and Options, the call
// options and the Seed in the context; of nothing else. It reads no clock and
// no global generator, floating point is written so that it cannot be fused
// (the same bits on every architecture), and caches never change a result.
//
//	m := simulated.New("sim-a", simulated.Options{})
//	ctx = simulated.WithSeed(ctx, simulated.Seed{Request: key, Session: first})
//	reply, err := m.GenerateContent(ctx, []llms.MessageContent{
//		llms.TextParts(llms.ChatMessageTypeHuman, "Rate from 1 (no) to 5 (yes).\n\n1. ..."),
//	}, llms.WithTemperature(0.7))
//
// Structure, Truth and Correlations give the structure that the answers were
// made from, so that an analysis can be tested against it.
package simulated
