package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// grace is how long replies that are being written may take after the end.
const grace = 2 * time.Second

// Serve answers on a listener until ctx ends; then it lets replies finish that
// are being written, for two seconds at most, and closes the listener.
func (s *Server) Serve(ctx context.Context, ln net.Listener) error {
	hs := &http.Server{Handler: s, ConnState: s.ConnState, ReadHeaderTimeout: 30 * time.Second, IdleTimeout: 5 * time.Minute}
	done := make(chan error, 1)
	go func() { done <- hs.Serve(ln) }()
	select {
	case err := <-done:
		return fmt.Errorf("serving on %s: %w", ln.Addr(), err)
	case <-ctx.Done():
	}
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := hs.Shutdown(last)
	if errors.Is(err, context.DeadlineExceeded) {
		err = hs.Close() // a stalled reply is no reason to stay
	}
	if served := <-done; err == nil && !errors.Is(served, http.ErrServerClosed) {
		err = served
	}
	if err != nil {
		return fmt.Errorf("closing %s: %w", ln.Addr(), err)
	}
	return nil
}
