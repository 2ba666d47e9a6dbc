package provider

import (
	"fmt"
	"net/http"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
)

// What stands beside a reply does not make it worthless: it was paid for.
func TestOddFieldsBesideAReplyAreUnknown(t *testing.T) {
	type got struct {
		text                           string
		prompt, reply, cached, thought int
		id, fingerprint                string
	}
	const u = completion.Unknown
	openai := func(extra string) string {
		return `{"model":"m","choices":[{"message":{"content":"1. 3"},"finish_reason":"stop"}]` + extra + `}`
	}
	for _, c := range []struct {
		f    format
		body string
		want got
	}{
		{openAI{}, openai(`,"id":"x","system_fingerprint":"fp","usage":{"prompt_tokens":12,"completion_tokens":3,"prompt_tokens_details":{"cached_tokens":8}}`), got{"1. 3", 12, 3, 8, u, "x", "fp"}},
		{openAI{}, openai(`,"usage":{"prompt_tokens":12.0,"completion_tokens":"3"}`), got{"1. 3", 12, 3, u, u, "", ""}},
		{openAI{}, openai(`,"usage":{"prompt_tokens":12.5,"completion_tokens":-3}`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"usage":{"prompt_tokens":9000000000000000000,"completion_tokens":1e30}`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"usage":{"prompt_tokens":true,"completion_tokens":3,"prompt_tokens_details":[],"completion_tokens_details":7}`), got{"1. 3", u, 3, u, u, "", ""}},
		{openAI{}, openai(`,"usage":[]`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"usage":null,"id":17,"system_fingerprint":123`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"error":null`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"error":""`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"error":{}`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"error":[]`), got{"1. 3", u, u, u, u, "", ""}},
		{openAI{}, openai(`,"error":false`), got{"1. 3", u, u, u, u, "", ""}},
		{claude{}, `{"type":"message","id":"x","model":"m","stop_reason":"end_turn","content":[{"type":"text","text":"1. 3"}],"usage":{"input_tokens":9000000000000000000,"cache_read_input_tokens":9000000000000000000,"output_tokens":1}}`, got{"1. 3", u, 1, u, u, "x", ""}},
		{claude{}, `{"type":"message","id":"x","model":"m","stop_reason":"end_turn","content":[{"type":"text","text":"1. 3"}],"usage":{"input_tokens":1.5,"output_tokens":1.0}}`, got{"1. 3", u, 1, u, u, "x", ""}},
		{gemini{}, `{"responseId":"x","candidates":[{"content":{"parts":[{"text":"1. 3"}]},"finishReason":"STOP"}],"usageMetadata":{"promptTokenCount":"7","candidatesTokenCount":2}}`, got{"1. 3", 7, 2, u, u, "x", ""}},
		{llama{}, `{"model":"m","message":{"content":"1. 3"},"done":true,"done_reason":"stop","prompt_eval_count":7.0,"eval_count":3.0}`, got{"1. 3", 7, 3, u, u, "", ""}},
	} {
		r, f := c.f.decode([]byte(c.body))
		if f != nil {
			t.Errorf("%s\n  %s: %s", c.body, f.class, f.message)
			continue
		}
		if g := (got{r.text, r.usage.Prompt, r.usage.Completion, r.usage.Cached, r.usage.Reasoning, r.id, r.fingerprint}); g != c.want {
			t.Errorf("%s\n  got  %v\n  want %v", c.body, g, c.want)
		}
	}
}

// An error within a choice is an error, and of the class that its code names.
func TestAnErrorWithinAChoiceIsNoReply(t *testing.T) {
	for _, c := range []struct {
		content, finish, err string
		class                Class
	}{
		{"1. 3", "stop", `{"code":502,"message":"upstream"}`, Server},
		{"", "stop", `{"code":429,"message":"slow down"}`, RateLimited},
		{"", "error", `{"code":402,"message":"no credits"}`, Quota},
		{"1. 3", "stop", `"broken"`, Server},
	} {
		body := fmt.Sprintf(`{"choices":[{"message":{"content":%q},"finish_reason":%q,"error":%s}]}`, c.content, c.finish, c.err)
		if r, f := (openAI{}).decode([]byte(body)); f == nil || f.class != c.class {
			t.Errorf("%s: got %v, %v; want an error of class %s", body, r, f, c.class)
		}
	}
}

// Prose of a server that fails says nothing of the request.
func TestAFailingServerIsNoWrongModel(t *testing.T) {
	for message, status := range map[string]int{
		"model worker not found":                                503,
		"the model runner process was not found, retrying":      500,
		"unable to allocate context size":                       500,
		"the model is loading, maximum context length is known": 502,
	} {
		body := fmt.Sprintf(`{"error":{"message":%q}}`, message)
		if class := classify(status, readComplaint([]byte(body))); class != Overloaded && class != Server {
			t.Errorf("status %d, %s: %s", status, message, class)
		}
	}
	if class := classify(404, readComplaint([]byte(`{"error":{"message":"model x not found"}}`))); class != NotFound {
		t.Errorf("404: %s", class)
	}
}

// A prompt that OpenRouter's moderator flags is refused; the key is not.
func TestAFlaggedPromptIsARefusal(t *testing.T) {
	said := readComplaint([]byte(`{"error":{"code":403,"message":"Your chosen model requires moderation and your input was flagged","metadata":{"reasons":["violence"],"flagged_input":"They like to..."}}}`))
	if r := (openAI{}).refusal(http.StatusForbidden, said); r == nil || r.status != completion.Refusal {
		t.Errorf("got %v, want a refusal", r)
	}
	if r := (openAI{}).refusal(http.StatusForbidden, readComplaint([]byte(`{"error":{"code":403,"message":"Forbidden","metadata":{}}}`))); r != nil {
		t.Errorf("got %v, want none", r)
	}
}

// A date is by the clock of the server that names it.
func TestWaitsAreByTheServersClock(t *testing.T) {
	local := time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC)
	for _, off := range []time.Duration{0, -2 * time.Minute, 10 * time.Minute} {
		there := local.Add(off)
		h := http.Header{"Date": {there.Format(http.TimeFormat)}, "Retry-After": {there.Add(10 * time.Second).Format(http.TimeFormat)}}
		if got := retryAfter(h, local); got != 10*time.Second {
			t.Errorf("clock off by %v: wait %v, want 10 s", off, got)
		}
		reset := there.Add(2 * time.Second)
		for _, v := range []string{reset.Format(time.RFC3339), fmt.Sprint(reset.Unix()), fmt.Sprint(reset.UnixMilli())} {
			l := RateLimits([]string{"Date: " + there.Format(http.TimeFormat), "X-Ratelimit-Remaining: 0", "X-Ratelimit-Reset: " + v}, local)
			if len(l) != 1 || l[0].Reset != 2*time.Second {
				t.Errorf("clock off by %v, reset %s: %+v, want 2 s", off, v, l)
			}
		}
	}
	if got := retryAfter(http.Header{"Retry-After": {local.Add(10 * time.Second).Format(http.TimeFormat)}}, local); got != 10*time.Second {
		t.Errorf("without a date: %v, want 10 s", got)
	}
}
