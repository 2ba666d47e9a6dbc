// Package store keeps completions under their key: durable, verified, claimed,
// shared between processes.
//
// A store is one SQLite file. Writes go through one connection that commits in
// groups: while one transaction is synced to disk the next is written, and every
// caller is answered when the commit that holds its part is on disk. An entry is never
// overwritten and nothing expires. Each read of a text checks it against its
// digest, each full read checks the whole entry; damage is ErrCorrupt and never
// a miss.
//
// It knows completions and their requests. It must not know experiments, plans
// or providers.
//
//	s, err := store.Open(ctx, path, store.Options{})
//	r, err := s.Submit(ctx, store.Batch{Claim: keys})         // before sending
//	r, err = s.Submit(ctx, store.Batch{Put: done, Claim: next}) // one durable step
package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Options say how a store is opened. The zero value is good for use.
type Options struct {
	// Detector tells network file systems; nil asks the operating system.
	Detector Detector
	// ReadOnly opens for reading: nothing is made or changed. A file that does
	// not exist reads as an empty store.
	ReadOnly bool
	// Heartbeat is how often this process shows that it lives, default 2 s.
	Heartbeat time.Duration
	// Expiry is how long after its last heartbeat the claims of a process may
	// be taken over, default 15 s.
	Expiry time.Duration
	// Now is the clock, default time.Now.
	Now func() time.Time
	// Poll is how often Await looks, default 50 ms at first and then less often.
	Poll time.Duration

	sync func(*os.File) error // for tests; default syncData
}

func (o Options) withDefaults() Options {
	if o.Heartbeat <= 0 {
		o.Heartbeat = 2 * time.Second
	}
	if o.Expiry <= 0 {
		o.Expiry = 15 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.sync == nil {
		o.sync = syncData
	}
	if o.Poll <= 0 {
		o.Poll = 50 * time.Millisecond
	}
	return o
}

// Store is an open store. Its methods may be called from several goroutines.
type Store struct {
	path  string
	opts  Options
	owner owner

	readers readers
	names   names
	recent  recent

	writer *writer      // nil if read only
	others atomic.Int64 // live processes besides this one, at the last heartbeat
	stop   context.CancelFunc
	beat   sync.WaitGroup
	closed atomic.Bool
}

// Open opens the store at path and makes it if it is missing. Its errors are of
// kind ErrNetwork, ErrFormat, ErrCorrupt or ErrUnusable, and a file that is no
// store is left as it is.
func Open(ctx context.Context, path string, opts Options) (*Store, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, unusable(path, "has no absolute path", err)
	}
	// SQLite follows a link too, and has its log beside the file itself.
	if file, err := filepath.EvalSymlinks(abs); err == nil {
		abs = file
	}
	s := &Store{path: abs, opts: opts.withDefaults(), owner: newOwner()}
	if err := checkLocal(abs, opts.Detector); err != nil {
		return nil, err
	}
	if err := s.locate(); err != nil {
		return nil, err
	}
	if err := s.start(); err != nil {
		return nil, err
	}
	return s, nil
}

// locate finds or makes the file and decides how connections are made.
func (s *Store) locate() error {
	s.readers.dial = func() (*conn, error) { return s.dial(true) }
	err := inspect(s.path)
	if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if s.opts.ReadOnly {
		s.readers.dial = dialEmpty
		return nil
	}
	if err := create(s.path); err != nil {
		return err
	}
	return inspect(s.path)
}

// start opens the connections and begins to write and to show life.
func (s *Store) start() error {
	c, err := s.readers.get()
	if err != nil {
		return s.explain("cannot be opened", err)
	}
	app, err := c.number(`PRAGMA application_id`)
	if err != nil {
		return errors.Join(s.explain("cannot be read", err), c.close())
	}
	version, err := c.number(`PRAGMA user_version`)
	if err == nil {
		err = checkFormat(s.path, app, version)
	}
	s.readers.put(c)
	if err != nil || s.opts.ReadOnly {
		return s.closeOn(s.explain("cannot be read", err))
	}
	if s.writer, err = newWriter(s); err != nil {
		return s.closeOn(s.explain("cannot be written", err))
	}
	ctx, stop := context.WithCancel(context.Background())
	s.stop = stop
	if err := s.join(ctx); err != nil {
		stop()
		s.writer.close()
		return s.closeOn(err)
	}
	s.beat.Go(func() { s.heartbeat(ctx) })
	return nil
}

// closeOn closes the readers if there is an error, which it returns.
func (s *Store) closeOn(err error) error {
	if err != nil {
		return errors.Join(err, s.readers.close())
	}
	return nil
}

// dial opens a connection to the file.
func (s *Store) dial(reading bool) (*conn, error) {
	c, err := s.dialMode("mode=rw", reading)
	if !reading || !s.opts.ReadOnly || err == nil {
		return c, err
	}
	if n := code(err); n != codeReadOnly && n != codeCantOpen {
		return nil, err
	}
	// The log cannot be made: perhaps a published copy on a medium that cannot
	// be written. Without a log the file is whole by itself.
	if info, statErr := os.Stat(s.path + "-wal"); statErr == nil && info.Size() > 0 {
		return nil, err
	}
	return s.dialMode("immutable=1", reading)
}

func (s *Store) dialMode(mode string, reading bool) (*conn, error) {
	c, err := dial(s.path, mode)
	if err != nil {
		return nil, err
	}
	pragmas := `PRAGMA busy_timeout=20000; PRAGMA synchronous=NORMAL; PRAGMA trusted_schema=OFF; PRAGMA temp_store=MEMORY;`
	if runtime.GOOS == "darwin" { // there a plain fsync stops at the disk's cache
		pragmas += `PRAGMA fullfsync=ON; PRAGMA checkpoint_fullfsync=ON;`
	}
	if reading {
		pragmas += `PRAGMA query_only=ON; PRAGMA cache_size=-8192;`
	} else {
		pragmas += fmt.Sprintf(`PRAGMA cache_size=-%d; PRAGMA wal_autocheckpoint=%d; PRAGMA journal_size_limit=67108864;`, writerCacheKB, checkpointPages)
	}
	if err = c.script(pragmas); err == nil {
		_, err = c.number(`PRAGMA schema_version`) // opens the log
	}
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// dialEmpty opens an empty store that is nowhere.
func dialEmpty() (*conn, error) {
	c, err := dial("", "")
	if err != nil {
		return nil, err
	}
	err = c.script(fmt.Sprintf(`PRAGMA application_id=%d; PRAGMA user_version=%d; %s`, applicationID, userVersion, schema))
	if err != nil {
		return nil, errors.Join(err, c.close())
	}
	return c, nil
}

// Path is the store's file, absolute.
func (s *Store) Path() string { return s.path }

// Close gives this process's claims back and closes the file. What was
// submitted before is finished. Closing twice is allowed.
func (s *Store) Close() error {
	if s.closed.Swap(true) {
		return nil
	}
	var err error
	if s.writer != nil {
		s.stop()
		s.beat.Wait()
		err = s.leave()
		s.writer.close()
		if s.writer.lost.Load() {
			return err // the last connection that is closed copies the log into the file
		}
	}
	return errors.Join(err, s.readers.close())
}

// readers are the connections for reading, one for each reader at a time.
type readers struct {
	dial   func() (*conn, error)
	mu     sync.Mutex
	free   []*conn
	closed bool
}

func (r *readers) get() (*conn, error) {
	r.mu.Lock()
	if n := len(r.free); n > 0 {
		c := r.free[n-1]
		r.free = r.free[:n-1]
		r.mu.Unlock()
		return c, nil
	}
	closed := r.closed
	r.mu.Unlock()
	if closed {
		return nil, ErrClosed
	}
	return r.dial()
}

func (r *readers) put(c *conn) {
	r.mu.Lock()
	if !r.closed && len(r.free) < 4 {
		r.free = append(r.free, c)
		c = nil
	}
	r.mu.Unlock()
	if c != nil {
		_ = c.close() // it only read
	}
}

func (r *readers) close() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed = true
	var err error
	for _, c := range r.free {
		err = errors.Join(err, c.close())
	}
	r.free = nil
	return err
}

// read calls f with a connection, in one view of the file: what others commit
// meanwhile is not seen.
func (s *Store) read(ctx context.Context, doing string, f func(*conn) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.closed.Load() {
		return ErrClosed
	}
	c, err := s.readers.get()
	if err != nil {
		return s.explain(doing, err)
	}
	defer s.readers.put(c)
	if _, _, err := c.exec(`BEGIN`); err != nil {
		return s.explain(doing, err)
	}
	err = f(c)
	if _, _, end := c.exec(`ROLLBACK`); err == nil {
		err = end
	}
	if ctx.Err() != nil && errors.Is(err, ctx.Err()) {
		return err
	}
	return s.explain(doing, err)
}
