// Package server puts the simulated respondent behind the wire formats of
// OpenAI, Ollama, Gemini and Anthropic, with faults on request, so that real
// clients can be tried without a model and without paying.
//
// It knows HTTP and the four formats. Like the respondent it knows messages
// only: no key of this project, no design, no store. No model answers, and
// every reply says so in the header X-Simulated-Respondent.
//
// # What a reply depends on
//
// The text is a function of the messages, the model's name, the parameters and
// a seed of two parts. The request's part is the Idempotency-Key header: a key
// of 64 hexadecimal digits is taken as it is, any other is hashed. So one key
// gets the same text always, also from another server started later. Without
// the header the n-th identical body gets the n-th sample.
//
// The conversation's part makes all turns of a conversation answered by one
// respondent. A client that knows what its conversation began with may send that
// key as X-Conversation-Key. Without it the server has the messages alone: the
// first turn takes the request's part, and a later turn the digest of the model,
// the system prompt and the first three exchanges, or as many as there are. The
// replies are in it because respondents may begin with the same words: what they
// first answered is all that tells them apart. So a respondent settles after the
// third reply, and two that were asked and answered alike until then are one.
//
// # Faults
//
// A Plan says how often which fault strikes. What happens to a request is drawn
// from the seed, the key and how often the key has arrived, so a retry meets
// another draw. What happens to a text (refusal, prose, count, filter, length,
// served) is drawn from the key alone, so that the text stays the same. A status
// is sent in place of a reply and costs nothing; a fault of the transport
// destroys a reply that was made, which a provider would have charged for. The
// counters keep the two apart.
//
//	s := server.New(server.Options{Faults: plan})
//	hs := httptest.NewServer(s)
package server
