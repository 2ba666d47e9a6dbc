package store_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/store"
	"circumplex.example/runner/internal/store/storetest"
)

// The test binary runs itself as a second process when these are set.
const (
	childJob   = "STORE_TEST_JOB"
	childPath  = "STORE_TEST_PATH"
	childFirst = "STORE_TEST_FIRST"
)

// longRun makes TestKilled take ten random kills of up to a second each.
const longRun = "STORE_TEST_LONG"

func TestMain(m *testing.M) {
	job := map[string]func(context.Context, *store.Store, int) error{"write": childWrite, "share": childShare, "unsynced": childUnsynced}[os.Getenv(childJob)]
	if job == nil {
		os.Exit(m.Run())
	}
	if err := runChild(job); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func runChild(job func(context.Context, *store.Store, int) error) error {
	ctx := context.Background()
	first, err := strconv.Atoi(os.Getenv(childFirst))
	if err != nil {
		return err
	}
	o := store.Options{Heartbeat: 20 * time.Millisecond}
	if os.Getenv(childJob) == "unsynced" {
		o = store.WithSync(o, losing(os.Getenv(childPath)+"-wal", 40))
	}
	s, err := store.Open(ctx, os.Getenv(childPath), o)
	if err != nil {
		return err
	}
	if err := job(ctx, s, first); err != nil {
		return err
	}
	return s.Close()
}

func child(t *testing.T, job, path string, first int) (*exec.Cmd, *bufio.Scanner) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childJob+"="+job, childPath+"="+path, childFirst+"="+strconv.Itoa(first))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return cmd, bufio.NewScanner(out)
}

const writers = 8

// childWrite stores single completions and turns of conversations from several
// goroutines, and says so after each acknowledgement.
func childWrite(ctx context.Context, s *store.Store, first int) error {
	origin := storetest.Origins(1)[0]
	var mu sync.Mutex
	var wg sync.WaitGroup
	failed := make(chan error, writers)
	for w := range writers {
		wg.Go(func() {
			for i := first + w; ; i += writers {
				cs := []*completion.Completion{storetest.Completion(origin, i)}
				cs = append(cs, storetest.Conversation(origin, i, 3)...)
				for n, c := range cs {
					var next []completion.Key
					if n+1 < len(cs) {
						next = append(next, cs[n+1].Request.Key())
					}
					if _, err := s.Submit(ctx, store.Batch{Put: []*completion.Completion{c}, Claim: next}); err != nil {
						failed <- err
						return
					}
					mu.Lock()
					fmt.Println(i, n)
					mu.Unlock()
				}
			}
		})
	}
	wg.Wait()
	return <-failed
}

// losing returns a sync that works so many times and then fails as that of a disk
// which took nothing since: what was not synced is gone from the log.
func losing(log string, times int) func(*os.File) error {
	var synced []byte
	return func(f *os.File) error {
		if times--; times >= 0 {
			if err := store.SyncData(f); err != nil {
				return err
			}
			var err error
			synced, err = os.ReadFile(log)
			return err
		}
		now, err := os.ReadFile(log)
		if err != nil {
			return err
		}
		// Bytes that were written meanwhile may be in what was read as synced: those
		// are there and need not be.
		clear(now)
		copy(now, synced)
		w, err := os.OpenFile(log, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		defer w.Close()
		if _, err := w.WriteAt(now, 0); err != nil {
			return err
		}
		return errors.New("input/output error")
	}
}

// childUnsynced writes until the disk fails, and closes the store.
func childUnsynced(ctx context.Context, s *store.Store, first int) error {
	if err := childWrite(ctx, s, first); !errors.Is(err, store.ErrUnusable) {
		return fmt.Errorf("got %w, want ErrUnusable", err)
	}
	if err := s.Close(); err == nil {
		return errors.New("closed as if nothing had happened")
	}
	return nil
}

// To close a store whose log did not reach the disk must not copy that log into the
// file: what is in it is not what was written.
func TestFailedSyncLosesNothingAcknowledged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	origin := storetest.Origins(1)[0]
	cmd, lines := child(t, "unsynced", path, 0)
	var acks [][2]int
	for lines.Scan() {
		var a [2]int
		if n, _ := fmt.Sscan(lines.Text(), &a[0], &a[1]); n == 2 {
			acks = append(acks, a)
		}
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if len(acks) == 0 {
		t.Fatal("nothing was acknowledged, so nothing was tested")
	}
	s := open(t, path, store.Options{})
	for _, a := range acks {
		if err := acknowledged(t, s, origin, a[0], a[1]); err != nil {
			t.Errorf("acknowledged %v: %v", a, err)
		}
	}
	if _, err := s.Verify(t.Context(), func(err error) { t.Error(err) }, nil); err != nil {
		t.Error(err)
	}
}

// acknowledged looks for what childWrite said was stored.
func acknowledged(t *testing.T, s *store.Store, origin *completion.Origin, i, n int) error {
	t.Helper()
	c := storetest.Completion(origin, i)
	if n > 0 {
		c = storetest.Conversation(origin, i, n)[n-1]
	}
	got, err := s.Get(t.Context(), c.Request.Key())
	if err != nil {
		return err
	}
	if d := storetest.Diff(c, got); d != "" {
		return errors.New("differs:\n" + d)
	}
	return nil
}

func TestKilledWriterLosesNothingAcknowledged(t *testing.T) {
	kills, most := 3, 200*time.Millisecond
	if os.Getenv(longRun) != "" {
		kills, most = 10, time.Second
	}
	rng := rand.New(rand.NewPCG(3, 1))
	path := filepath.Join(t.TempDir(), "store.db")
	origin := storetest.Origins(1)[0]
	total := 0
	for kill := range kills {
		cmd, lines := child(t, "write", path, kill*1_000_000)
		type ack struct{ i, n int }
		var acks []ack
		var once sync.Once
		for lines.Scan() {
			var a ack
			if n, _ := fmt.Sscan(lines.Text(), &a.i, &a.n); n != 2 {
				continue // cut off by the kill
			}
			acks = append(acks, a)
			once.Do(func() {
				time.AfterFunc(time.Duration(rng.Int64N(int64(most))), func() { _ = cmd.Process.Kill() })
			})
		}
		if err := cmd.Wait(); err == nil {
			t.Fatal("the child ended by itself")
		}
		s := open(t, path, store.Options{})
		for _, a := range acks {
			if err := acknowledged(t, s, origin, a.i, a.n); err != nil {
				t.Fatalf("kill %d: acknowledged %v: %v", kill, a, err)
			}
		}
		if _, err := s.Verify(t.Context(), func(err error) { t.Error(err) }, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		total += len(acks)
	}
	if total == 0 {
		t.Fatal("nothing was acknowledged, so nothing was tested")
	}
	t.Logf("%d kills, %d acknowledged, all there", kills, total)
}

const sharedRequests = 400

// childShare sends each request that it is granted and waits for the others.
func childShare(ctx context.Context, s *store.Store, first int) error {
	origin := storetest.Origins(1)[0]
	for i := range sharedRequests {
		c := storetest.Completion(origin, (first+i)%sharedRequests)
		key := []completion.Key{c.Request.Key()}
		for {
			r, err := s.Submit(ctx, store.Batch{Claim: key})
			if err != nil {
				return err
			}
			if r.Claim[0] == store.Stored {
				break
			}
			if r.Claim[0] == store.Held {
				if _, err := s.Await(ctx, key); err != nil {
					return err
				}
				continue
			}
			fmt.Println("sent", (first+i)%sharedRequests)
			if r, err := s.Submit(ctx, store.Batch{Put: []*completion.Completion{c}}); err != nil || r.Put[0] != store.Added {
				return fmt.Errorf("put: %v, %w", r.Put, err)
			}
			break
		}
	}
	return nil
}

func TestTwoProcessesSendEachRequestOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	var mu sync.Mutex
	sent := map[string]int{}
	var wg sync.WaitGroup
	for _, first := range []int{0, 100} { // they meet
		cmd, lines := child(t, "share", path, first)
		wg.Go(func() {
			for lines.Scan() {
				if what, ok := strings.CutPrefix(lines.Text(), "sent "); ok {
					mu.Lock()
					sent[what]++
					mu.Unlock()
				}
			}
			if err := cmd.Wait(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if len(sent) != sharedRequests {
		t.Errorf("%d requests sent, want %d", len(sent), sharedRequests)
	}
	for what, n := range sent {
		if n != 1 {
			t.Errorf("request %s was sent %d times", what, n)
		}
	}
}

func TestKilledOwnersClaimsAreTakenOver(t *testing.T) {
	path := filepath.Join(t.TempDir(), "store.db")
	cmd, lines := child(t, "write", path, 0)
	for range 20 {
		lines.Scan()
	}
	_ = cmd.Process.Kill()
	for lines.Scan() {
	}
	_ = cmd.Wait()
	s := open(t, path, store.Options{Expiry: 300 * time.Millisecond})
	st, err := s.Stats(t.Context())
	if err != nil || len(st.Owners) != 2 {
		t.Fatalf("owners %+v, %v; want the dead one and this", st.Owners, err)
	}
	time.Sleep(400 * time.Millisecond)
	origin := storetest.Origins(1)[0]
	var all []completion.Key
	for i := range writers {
		for _, c := range storetest.Conversation(origin, i, 3) {
			all = append(all, c.Request.Key())
		}
	}
	r, err := s.Submit(t.Context(), store.Batch{Claim: all})
	if err != nil {
		t.Fatal(err)
	}
	for i, state := range r.Claim {
		if state == store.Held {
			t.Errorf("key %d is still held by the dead", i)
		}
	}
}
