package provider

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// RateLimit is what a reply's headers say of one limit.
type RateLimit struct {
	// Kind is what is counted: requests, tokens, input_tokens, output_tokens.
	Kind string
	// Limit and Remaining are -1 where they are not known.
	Limit, Remaining int
	// Reset is the time until the limit is whole again; negative where unknown.
	Reset time.Duration
}

// RateLimits reads the limits from kept headers, sorted by kind: OpenAI's
// x-ratelimit-remaining-requests (with compatible servers' x-ratelimit-remaining,
// which counts requests) and Anthropic's anthropic-ratelimit-requests-remaining.
//
// now is this machine's time, for servers that do not say theirs: a date that a server
// names is by its own clock.
func RateLimits(header []string, now time.Time) []RateLimit {
	for _, line := range header {
		if date, ok := strings.CutPrefix(line, "Date: "); ok {
			now = clock(date, now)
		}
	}
	byKind := map[string]*RateLimit{}
	for _, line := range header {
		name, value, ok := strings.Cut(line, ": ")
		if !ok {
			continue
		}
		kind, what, ok := limitName(strings.ToLower(name))
		if !ok {
			continue
		}
		l := byKind[kind]
		if l == nil {
			l = &RateLimit{Kind: kind, Limit: -1, Remaining: -1, Reset: -1}
			byKind[kind] = l
		}
		switch what {
		case "limit":
			l.Limit = count(value)
		case "remaining":
			l.Remaining = count(value)
		case "reset":
			l.Reset = until(value, now)
		}
	}
	out := make([]RateLimit, 0, len(byKind))
	for _, l := range byKind {
		out = append(out, *l)
	}
	slices.SortFunc(out, func(a, b RateLimit) int { return strings.Compare(a.Kind, b.Kind) })
	return out
}

// limitName splits a header's name into what is counted and which number it is.
func limitName(name string) (kind, what string, ok bool) {
	if rest, found := strings.CutPrefix(name, "x-ratelimit-"); found {
		what, kind, _ = strings.Cut(rest, "-")
	} else if rest, found = strings.CutPrefix(name, "anthropic-ratelimit-"); found {
		i := strings.LastIndex(rest, "-")
		if i < 0 {
			return "", "", false
		}
		kind, what = rest[:i], rest[i+1:]
	}
	switch kind = strings.ReplaceAll(kind, "-", "_"); kind {
	case "":
		kind = "requests"
	case "requests", "tokens", "input_tokens", "output_tokens":
	default:
		return "", "", false
	}
	return kind, what, what == "limit" || what == "remaining" || what == "reset"
}

func count(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 {
		return -1
	}
	return n
}

// until reads when a limit is whole again: a duration (6m0s, 20ms), a date,
// seconds, or an instant in seconds or milliseconds since 1970.
func until(s string, now time.Time) time.Duration {
	s = strings.TrimSpace(s)
	if at, err := time.Parse(time.RFC3339, s); err == nil {
		return max(0, at.Sub(now))
	}
	if x, err := strconv.ParseFloat(s, 64); err == nil {
		switch {
		case x > 1e12 && x < 1e14:
			return max(0, time.UnixMilli(int64(x)).Sub(now))
		case x > 1e9 && x < 1e11:
			return max(0, time.Unix(int64(x), 0).Sub(now))
		}
		return seconds(x)
	}
	if d, err := time.ParseDuration(s); err == nil && d >= 0 {
		return d
	}
	return -1
}

// maxWait bounds what a header may ask for: beyond it is no wait but a fault.
const maxWait = 30 * 24 * time.Hour

// seconds turns a number of seconds into a duration, -1 for what is none.
func seconds(x float64) time.Duration {
	if !(x >= 0) {
		return -1
	}
	if x > maxWait.Seconds() {
		return maxWait
	}
	return time.Duration(x * float64(time.Second))
}

// retryAfter reads how long a response asks to wait, -1 if it does not:
// retry-after-ms, then Retry-After as seconds or as a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	if x, err := strconv.ParseFloat(strings.TrimSpace(h.Get("Retry-After-Ms")), 64); err == nil && x >= 0 {
		return seconds(x / 1000)
	}
	v := strings.TrimSpace(h.Get("Retry-After"))
	if v == "" {
		return -1
	}
	if x, err := strconv.ParseFloat(v, 64); err == nil {
		return seconds(x)
	}
	if at, err := http.ParseTime(v); err == nil {
		return min(maxWait, max(0, at.Sub(clock(h.Get("Date"), now))))
	}
	return -1
}

// clock is the time that a server says it is, or this machine's.
func clock(date string, now time.Time) time.Time {
	if at, err := http.ParseTime(date); err == nil {
		return at
	}
	return now
}
