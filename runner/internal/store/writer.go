package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"time"
)

const (
	writerCacheKB = 32 << 10
	// checkpointPages is how long the log grows before it is folded into the
	// file. Longer means that a page written often is copied less often.
	checkpointPages = 8000
	// maxGroup bounds a transaction, so that another process gets its turn.
	maxGroup = 512
	// maxBusy is how long a locked file is tried again: what waits to be
	// written was paid.
	maxBusy = 5 * time.Minute
	// While other processes have the store open a writer with no end of work
	// pauses for yieldFor every yieldAfter. SQLite's lock knows no queue: they
	// would never get it.
	yieldAfter = 10 * time.Millisecond
	yieldFor   = 2 * time.Millisecond
)

// op is one caller's part of a transaction. run may be called again after a
// rollback, so it must not change anything outside the database for good.
type op struct {
	run  func(*conn) error
	done chan error
}

// writer is the one goroutine that writes, and its connection.
type writer struct {
	s    *Store
	c    *conn
	ops  chan *op
	quit chan struct{}
	wg   sync.WaitGroup

	file, log os.FileInfo // as they were at first
	broken    error       // why nothing is written any more
	rested    time.Time   // when others last had a chance to write
	ids       ids

	generation int64 // of the file when ids was begun
}

// newWriter begins to write to a file of the given format.
func newWriter(s *Store, version int64) (*writer, error) {
	c, err := s.dial(false)
	if err != nil {
		return nil, err
	}
	w := &writer{s: s, c: c, ops: make(chan *op, maxGroup), quit: make(chan struct{}), ids: newIDs()}
	// One empty write makes the log and proves that writing works.
	if _, _, err = c.exec(`BEGIN IMMEDIATE`); err == nil {
		end := `ROLLBACK`
		if version < userVersion { // programs that do not know this format must not read it
			end = fmt.Sprintf(`PRAGMA user_version=%d; COMMIT`, userVersion)
		}
		err = c.script(end)
	}
	if err == nil {
		w.file, err = os.Stat(s.path)
	}
	if err == nil {
		w.log, err = os.Stat(s.path + "-wal")
	}
	if err == nil {
		err = c.script(`PRAGMA busy_timeout=0`) // begin waits better
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	w.wg.Go(w.loop)
	return w, nil
}

// do has run executed inside a transaction and returns after its commit. Once
// an op is accepted do waits for its end, whatever becomes of the caller: the
// answer is never in doubt.
func (w *writer) do(run func(*conn) error) error {
	o := &op{run: run, done: make(chan error, 1)}
	select {
	case w.ops <- o:
	case <-w.quit:
		return ErrClosed
	}
	select {
	case err := <-o.done:
		return err
	case <-w.quit:
		// The loop drains what it had accepted before it ends.
		w.wg.Wait()
		select {
		case err := <-o.done:
			return err
		default:
			return ErrClosed
		}
	}
}

func (w *writer) close() {
	close(w.quit)
	w.wg.Wait()
	_ = w.c.close() // everything is committed; the log is folded in if we are the last
}

func (w *writer) loop() {
	for {
		if len(w.ops) == 0 {
			w.rested = time.Now()
		}
		select {
		case o := <-w.ops:
			w.commit(w.gather(o))
		case <-w.quit:
			for {
				select {
				case o := <-w.ops:
					w.commit(w.gather(o))
				default:
					return
				}
			}
		}
	}
}

// gather takes what waits already. Callers answered by the last commit are
// about to come back; yielding lets them join this group. It yields twice only:
// under load each time means waiting behind all that can run, and somebody new
// always comes.
func (w *writer) gather(first *op) []*op {
	group := []*op{first}
	for yields := 0; len(group) < maxGroup && yields < 2; {
		select {
		case o := <-w.ops:
			group = append(group, o)
		default:
			yields++
			runtime.Gosched()
		}
	}
	return group
}

// commit writes a group in one transaction and answers its callers. If an op
// fails each gets a transaction of its own, so that nobody suffers for it.
func (w *writer) commit(group []*op) {
	err := w.transact(group)
	if err == nil || len(group) == 1 {
		for _, o := range group {
			o.done <- err
		}
		return
	}
	for _, o := range group {
		o.done <- w.transact([]*op{o})
	}
}

func (w *writer) transact(group []*op) error {
	if w.broken != nil {
		return w.broken
	}
	w.yield()
	if err := w.attempt(group); err != nil {
		return w.s.explain("cannot be written", err)
	}
	w.ids.trim()
	// Committed, but to which file? If somebody removed it the bytes are in no
	// directory any more and must not count as stored.
	w.broken = w.gone()
	return w.broken
}

func (w *writer) attempt(group []*op) error {
	if err := w.begin(); err != nil {
		return err
	}
	err := func() error {
		if err := w.refresh(); err != nil {
			return err
		}
		for _, o := range group {
			if err := o.run(w.c); err != nil {
				return err
			}
		}
		_, _, err := w.c.exec(`COMMIT`)
		return err
	}()
	if err == nil {
		return nil
	}
	w.ids = newIDs() // may hold rows that are taken back now
	// SQLite has rolled back by itself after some errors; then this one fails.
	_, _, _ = w.c.exec(`ROLLBACK`)
	return err
}

// yield lets other processes write, if there are any and this one has had the
// file to itself for a while.
func (w *writer) yield() {
	if w.s.others.Load() > 0 && time.Since(w.rested) > yieldAfter {
		time.Sleep(yieldFor)
		w.rested = time.Now()
	}
}

// begin takes the write lock. SQLite's own waiting sleeps for up to 100 ms at
// a time and so loses against a busy writer again and again.
func (w *writer) begin() error {
	from := time.Now()
	for {
		_, _, err := w.c.exec(`BEGIN IMMEDIATE`)
		if code(err) != codeBusy || time.Since(from) > maxBusy {
			return err
		}
		pause := 500*time.Microsecond + rand.N(time.Millisecond)
		if time.Since(from) > time.Second { // no short step of another writer
			pause *= 10
		}
		time.Sleep(pause)
		w.rested = time.Now()
	}
}

// gone returns an error if file or log are not the ones that were opened.
func (w *writer) gone() error {
	for name, was := range map[string]os.FileInfo{w.s.path: w.file, w.s.path + "-wal": w.log} {
		now, err := os.Stat(name)
		if err == nil && os.SameFile(was, now) {
			continue
		}
		if err == nil {
			err = fmt.Errorf("another file has its name")
		}
		return &Error{Kind: ErrGone, Path: name, What: "was removed or replaced while in use", Err: err,
			Why:  "replies stored since then would be lost",
			Mend: "put the file back if you can, then run the same command again; it makes only what is missing"}
	}
	return nil
}
