package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
)

// submitted stores a completion and tells when that was answered.
func submitted(t *testing.T, s *Store, c *completion.Completion) <-chan error {
	t.Helper()
	done := make(chan error, 1)
	go func() {
		_, err := s.Submit(context.Background(), Batch{Put: []*completion.Completion{c}})
		done <- err
	}()
	return done
}

// waitFor waits until a completion can be read: committed, perhaps not synced.
func waitFor(t *testing.T, s *Store, c *completion.Completion) {
	t.Helper()
	for until := time.Now().Add(10 * time.Second); ; time.Sleep(time.Millisecond) {
		if _, err := s.Get(t.Context(), c.Request.Key()); err == nil {
			return
		} else if time.Now().After(until) {
			t.Fatal(err)
		}
	}
}

// Nobody is answered before the log is synced, and while it is, others write.
func TestAnsweredWhenOnDisk(t *testing.T) {
	var hold atomic.Bool
	syncing, release := make(chan struct{}, 100), make(chan struct{})
	s := opened(t, filepath.Join(t.TempDir(), "store.db"), Options{sync: func(f *os.File) error {
		if hold.Load() {
			syncing <- struct{}{}
			<-release
		}
		return syncData(f)
	}})
	hold.Store(true)
	one, two := sample("one"), sample("two")
	first := submitted(t, s, one)
	<-syncing
	second := submitted(t, s, two)
	waitFor(t, s, one)
	waitFor(t, s, two)
	select {
	case err := <-first:
		t.Fatalf("answered (%v) before the sync was over", err)
	case err := <-second:
		t.Fatalf("answered (%v) before its sync began", err)
	default:
	}
	hold.Store(false)
	close(release)
	if err := errors.Join(<-first, <-second); err != nil {
		t.Error(err)
	}
}

func TestFullDiskAtTheSync(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("a full disk is told by the system's own words")
	}
	var fail atomic.Bool
	s := opened(t, filepath.Join(t.TempDir(), "store.db"), Options{sync: func(f *os.File) error {
		if fail.Load() {
			return os.NewSyscallError("fdatasync", syscall.ENOSPC)
		}
		return syncData(f)
	}})
	fail.Store(true)
	err := <-submitted(t, s, sample("lost"))
	if err == nil || !strings.Contains(err.Error(), "\n    why:  the disk is full; ") || !strings.Contains(err.Error(), "\n    mend: make room and run the same command again; ") {
		t.Errorf("got %v", err)
	}
}

// After a sync that failed nothing is acknowledged any more: the system may have
// dropped what it could not write, and the next sync would not say so.
func TestFailedSyncEndsWriting(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	var fail atomic.Bool
	broken := errors.New("input/output error")
	s, err := Open(t.Context(), path, Options{sync: func(f *os.File) error {
		if fail.Swap(false) {
			return broken
		}
		return syncData(f)
	}})
	if err != nil {
		t.Fatal(err)
	}
	before := sample("before")
	if err := <-submitted(t, s, before); err != nil {
		t.Fatal(err)
	}
	fail.Store(true)
	for _, text := range []string{"lost", "after"} {
		got := <-submitted(t, s, sample(text))
		if !errors.Is(got, ErrUnusable) || !errors.Is(got, broken) || !strings.Contains(got.Error(), "store.db-wal: cannot be synced to the disk: input/output error\n    why:  ") {
			t.Errorf("%s: got %v", text, got)
		}
	}
	if err := s.Close(); !errors.Is(err, broken) { // its claims could not be given back
		t.Errorf("close: got %v", err)
	}
	if s, err = Open(t.Context(), path, Options{}); err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, err := s.Get(t.Context(), before.Request.Key()); err != nil {
		t.Error(err)
	}
	if err := <-submitted(t, s, sample("after")); err != nil {
		t.Errorf("opened anew: %v", err)
	}
}
