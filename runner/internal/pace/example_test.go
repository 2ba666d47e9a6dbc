package pace_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"circumplex.example/runner/internal/pace"
)

// send is one try; here the server turns the first away.
func send(tried int) (string, error) {
	if tried == 1 {
		return "", errors.New("429 Too Many Requests")
	}
	return "1. 4", nil
}

// call is a request over all of its tries.
func call(ctx context.Context, account *pace.Account, breaker *pace.Breaker, retry pace.Retry) (string, error) {
	// Waiting ends when the model is given up; a request on its way is not
	// canceled, so it is sent with ctx.
	waiting, cancel := breaker.Context(ctx)
	defer cancel()
	trial := breaker.Begin()
	for tried := 1; ; tried++ {
		slot, err := account.Acquire(waiting, 500)
		if err != nil {
			return "", err // canceled, or a *pace.TrippedError
		}
		reply, err := send(tried)
		if err == nil {
			slot.Done(pace.Outcome{Verdict: pace.OK, RetryAfter: -1, Tokens: 480})
			trial.Succeeded()
			return reply, nil
		}
		outcome := pace.Outcome{Verdict: pace.Limited, RetryAfter: 20 * time.Millisecond, Tokens: -1}
		slot.Done(outcome)
		wait, again := retry.Next(tried, outcome.RetryAfter)
		if !again {
			err = fmt.Errorf("%s: %w", retry.Reason(tried, outcome.RetryAfter), err)
			trial.Failed(err.Error(), false)
			return "", err
		}
		if err := pace.Wait(waiting, wait); err != nil {
			return "", err
		}
	}
}

// The loop that asks for one completion.
func Example() {
	account := pace.NewAccount(pace.Limits{RequestsPerMinute: 3000, MaxInFlight: 64}, pace.Options{}) // one for each account
	breaker := pace.NewBreaker(pace.BreakerOptions{})                                                 // one for each model
	retry := pace.Retry{Base: 10 * time.Millisecond}

	fmt.Println(call(context.Background(), account, breaker, retry))
	retry.MaxTries = 1
	fmt.Println(call(context.Background(), account, breaker, retry))
	fmt.Printf("%d in flight, %d sent\n", account.State().InFlight, account.State().Sent)
	breaker.Trip("401 Unauthorized")
	fmt.Println(call(context.Background(), account, breaker, retry))
	// Output:
	// 1. 4 <nil>
	//  tried once: 429 Too Many Requests
	// 0 in flight, 3 sent
	//  401 Unauthorized
}
