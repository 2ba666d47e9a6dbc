// Package pace says how fast an account may be called, when to try again and
// when to give a model up.
//
// It knows time, numbers and outcomes; no providers, no requests, no HTTP. An
// [Account] paces the calls of one provider account, [Retry] decides on another
// try of one request, and a [Breaker] gives one model up. The example of the
// package puts the three together.
//
// # Requests per minute
//
// With R requests a minute declared, no sliding window of 60 s that the server
// looks at holds more than R of them, as long as the way from the return of
// Acquire to the server's count takes no longer for one request than for
// another by more than [Options].Transit (2 s unless set). Calls are spread
// evenly: one every (60 s + Transit) / R, with no more than a quarter of a
// second's worth made up at once after a delay. So a run reaches 60/62 of R, and
// 96 % at 30,000 a minute.
//
// # Tokens per minute
//
// What a request is thought to take is reserved by Acquire and set right by
// Done. The reserved tokens of 60 s + Transit never exceed T, and calls are
// spread by what requests were found to take. A request that alone exceeds T
// waits until nothing is reserved and then passes: it would wait for ever
// otherwise, and whether T was declared too low is the server's to say. What a
// request takes beyond its estimate is known only afterwards, so the actual sum
// can exceed T by that much; estimates that prove too low are scaled up.
//
// # In flight
//
// The ceiling of requests in flight begins at 16, at the declared number if that
// is smaller, at a sixteenth of it if that is larger, and doubles with every
// round of successes up to the declared number (256 if none is), until the first
// Limited or Overloaded. From there each round moves it. A round in which a
// share s was turned away multiplies it by 1 - s/2 and adds 1 - s, so a storm
// halves it and one refusal in a hundred hardly moves it. Rounds without
// refusals add 1, 2, 4, ... up to a sixteenth of the highest ceiling. It is
// never below 1. A round is what was granted while the ceiling stood, so that
// one storm counts once. The ceiling rises only when it was reached.
//
// # Pauses
//
// A Limited outcome with RetryAfter, and a [Window] in which nothing remains,
// pause the account until then, at most [Options].MaxPause. While a window is
// about to run out, no more are in flight than remain in it. Where a server turns
// half a round away and does not say for how long, the ceiling falls to 1 and the
// account pauses for 0.5 s, doubling up to 15 s while that goes on; afterwards the
// ceiling rises by 1 a round beyond half of where that began. Overloaded
// never pauses the account: it often concerns one model, and the request's own
// wait is [Retry]'s.
//
// # What it does not do
//
// Accounts know nothing of each other: two processes that use one account each
// keep the limit, together they do not, and neither do two runs within a minute.
// Declare half in each, or run one. Limits for a day are not counted; a server
// that says so ends the tries of a request (see [Retry.Next]).
package pace
