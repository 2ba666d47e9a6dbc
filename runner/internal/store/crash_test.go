package store_test

import (
	"bufio"
	"context"
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
	job := map[string]func(context.Context, *store.Store, int) error{"write": childWrite, "share": childShare}[os.Getenv(childJob)]
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
	s, err := store.Open(ctx, os.Getenv(childPath), store.Options{Heartbeat: 20 * time.Millisecond})
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

func TestKilledWriterLosesNothingAcknowledged(t *testing.T) {
	kills, most := 3, 200*time.Millisecond
	if os.Getenv(longRun) != "" {
		kills, most = 10, time.Second
	}
	rng := rand.New(rand.NewPCG(3, 1))
	path := filepath.Join(t.TempDir(), "store.db")
	origin := storetest.Origins(1)[0]
	acknowledged := 0
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
			c := storetest.Completion(origin, a.i)
			if a.n > 0 {
				turns := storetest.Conversation(origin, a.i, a.n)
				c = turns[a.n-1]
			}
			got, err := s.Get(t.Context(), c.Request.Key())
			if err != nil {
				t.Fatalf("kill %d: acknowledged %v: %v", kill, a, err)
			}
			if d := storetest.Diff(c, got); d != "" {
				t.Fatalf("kill %d: acknowledged %v differs:\n%s", kill, a, d)
			}
		}
		if _, err := s.Verify(t.Context(), func(err error) { t.Error(err) }, nil); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		acknowledged += len(acks)
	}
	if acknowledged == 0 {
		t.Fatal("nothing was acknowledged, so nothing was tested")
	}
	t.Logf("%d kills, %d acknowledged, all there", kills, acknowledged)
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
