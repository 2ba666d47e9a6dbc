package store

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
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
	// A commit costs as much for sixteen callers as for five: a group waits a little
	// until it is as large as the last one was, up to this many.
	crowded  = 16
	lingered = 500 * time.Microsecond
)

// op is one caller's part of a transaction. run may be called again after a
// rollback, so it must not change anything outside the database for good.
type op struct {
	run  func(*conn) error
	done chan error
}

// writer is the one connection that writes, with two goroutines: one commits groups
// of operations, which SQLite writes to its log but does not sync, the other syncs
// the log and answers their callers, while the next group is written.
//
// SQLite would sync within its commit, and nothing could be written meanwhile. Nobody
// is answered before what he asked for is on disk, as then. But another process, or
// reader, may see it some milliseconds earlier. What it writes to the store because of
// that comes after it in the log, and a log that is cut off loses its end first; an
// export or table that it finishes in that time may hold a reply which a power cut
// takes from the store. Before the log is copied into the file, and when it begins
// anew, SQLite syncs by itself (synchronous=NORMAL).
type writer struct {
	s       *Store
	c       *conn
	log     *os.File // SQLite takes no locks on it, so that closing it loses none
	ops     chan *op
	written chan []*op // committed, not synced
	quit    chan struct{}
	wg      sync.WaitGroup

	files  map[string]os.FileInfo // file and log, as they were at first
	broken atomic.Pointer[error]  // why nothing is written any more
	lost   atomic.Bool            // a sync failed
	rested time.Time              // when others last had a chance to write
	last   int                    // size of the last group
	format int64                  // of the file, once that is known; see mayFold
	ids    ids

	generation int64 // of the file when ids was begun
}

func newWriter(s *Store) (*writer, error) {
	c, err := s.dial(false)
	if err != nil {
		return nil, err
	}
	w := &writer{s: s, c: c, ops: make(chan *op, maxGroup), written: make(chan []*op), quit: make(chan struct{}),
		files: map[string]os.FileInfo{}, ids: newIDs()}
	// One empty write makes the log and proves that writing works.
	if _, _, err = c.exec(`BEGIN IMMEDIATE`); err == nil {
		_, _, err = c.exec(`ROLLBACK`)
	}
	if err == nil {
		w.log, err = os.OpenFile(s.path+"-wal", os.O_RDWR, 0)
	}
	for _, name := range []string{s.path, s.path + "-wal"} {
		if err == nil {
			w.files[name], err = os.Stat(name)
		}
	}
	if err == nil {
		err = c.script(`PRAGMA busy_timeout=0`) // begin waits better
	}
	if err != nil {
		return nil, errors.Join(err, w.shut())
	}
	w.wg.Go(w.loop)
	w.wg.Go(w.settle)
	return w, nil
}

// shut closes log and connection.
func (w *writer) shut() error {
	if w.log != nil {
		_ = w.log.Close() // synced; on Windows SQLite could not remove it while it is open
	}
	return w.c.close()
}

// do has run executed inside a transaction and returns when that is on disk. Once
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
	if w.lost.Load() {
		// The log may end in what never reached the disk. Whoever opens the store next
		// cuts it off there; to close the connection would copy it into the file.
		return
	}
	_ = w.shut() // everything is synced; the log is copied into the file if we are the last
}

func (w *writer) loop() {
	defer close(w.written)
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

// gather takes what waits already, and in a crowd what comes soon. Callers answered
// by the last commit are about to come back; yielding lets them join this group. It
// yields twice only: under load each time means waiting behind all that can run, and
// somebody new always comes.
func (w *writer) gather(first *op) []*op {
	group := []*op{first}
	defer func() { w.last = len(group) }()
	group = w.linger(group)
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

// linger waits a little until the group is as large as the last one.
func (w *writer) linger(group []*op) []*op {
	enough := min(crowded, w.last)
	if len(group)+len(w.ops) >= enough {
		return group // the rest is taken without waiting
	}
	end := time.NewTimer(lingered)
	defer end.Stop()
	for len(group) < enough {
		select {
		case o := <-w.ops:
			group = append(group, o)
		case <-end.C:
			return group
		}
	}
	return group
}

// commit writes a group in one transaction and has its callers answered. If an op
// fails each gets a transaction of its own, so that nobody suffers for it.
func (w *writer) commit(group []*op) {
	err := w.transact(group)
	if err == nil {
		w.written <- group
		return
	}
	if len(group) == 1 {
		group[0].done <- err
		return
	}
	good := group[:0]
	for _, o := range group {
		if err := w.transact([]*op{o}); err != nil {
			o.done <- err
			continue
		}
		good = append(good, o)
	}
	if len(good) > 0 {
		w.written <- good
	}
}

// settle syncs what was committed and answers the callers. After a failure it
// accepts nothing any more: the system may have dropped what it could not write, and
// the next sync would not say so.
func (w *writer) settle() {
	for group := range w.written {
		err := w.synced()
		if err != nil {
			w.broken.CompareAndSwap(nil, &err)
		}
		for _, o := range group {
			o.done <- err
		}
	}
}

func (w *writer) synced() error {
	if broken := w.broken.Load(); broken != nil {
		return *broken
	}
	if err := w.s.opts.sync(w.log); err != nil {
		w.lost.Store(true)
		e := &Error{Kind: ErrUnusable, Path: w.s.path + "-wal", What: "cannot be synced to the disk", Err: err,
			Why:  "the disk reported a failure; the replies that were on their way to it may be lost",
			Mend: "check the disk, then  runner cache verify, and run the same command again; it makes only what is missing"}
		if full(err) {
			e.Why = "the disk is full; the replies that were on their way to it may be lost"
			e.Mend = "make room and run the same command again; it makes only what is missing"
		}
		return e
	}
	// On disk, but in which file? If somebody removed it the bytes are in no
	// directory any more and must not count as stored.
	return w.gone()
}

func (w *writer) transact(group []*op) error {
	if broken := w.broken.Load(); broken != nil {
		return *broken
	}
	w.yield()
	if err := w.attempt(group); err != nil {
		return w.s.explain("cannot be written", err)
	}
	w.ids.trim()
	return nil
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
	w.ids, w.format = newIDs(), 0 // may be of what is taken back now
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
	for name, was := range w.files {
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
