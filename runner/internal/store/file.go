package store

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
)

// inspect looks at the file before SQLite does, so that a file that is no
// store of ours is left exactly as it is. A missing file is fs.ErrNotExist.
func inspect(path string) error {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return fs.ErrNotExist
	case err != nil:
		return unusable(path, "cannot be looked at", err)
	case info.IsDir():
		return &Error{Kind: ErrUnusable, Path: path, What: "is a directory, want a file",
			Mend: "name the directory that holds store.db: --store DIR or RUNNER_STORE=DIR"}
	case !info.Mode().IsRegular():
		return &Error{Kind: ErrUnusable, Path: path, What: "is no regular file",
			Mend: "keep the store elsewhere: --store DIR or RUNNER_STORE=DIR"}
	}
	f, err := os.Open(path)
	if err != nil {
		return unusable(path, "cannot be read", err)
	}
	defer f.Close()
	header := make([]byte, 100)
	if n, err := io.ReadFull(f, header); err != nil {
		if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			return unusable(path, "cannot be read", err)
		}
		header = header[:n]
	}
	return checkHeader(path, header, info.Size())
}

func unusable(path, what string, err error) error {
	return &Error{Kind: ErrUnusable, Path: path, What: what, Err: err,
		Mend: "make file and directory readable and writable, or keep the store elsewhere: --store DIR or RUNNER_STORE=DIR"}
}

const magic = "SQLite format 3\x00"

// checkHeader reads the fields of SQLite's header that say whose file it is.
func checkHeader(path string, h []byte, size int64) error {
	if len(h) < 100 || string(h[:len(magic)]) != magic {
		return &Error{Kind: ErrFormat, Path: path, What: fmt.Sprintf("is not a store (%d bytes that do not begin like one)", size),
			Why:  "it was left as it is",
			Mend: "move it away, or keep the store elsewhere: --store DIR or RUNNER_STORE=DIR"}
	}
	app, version := binary.BigEndian.Uint32(h[68:]), binary.BigEndian.Uint32(h[60:])
	if err := checkFormat(path, int64(app), int64(version)); err != nil {
		return err
	}
	return checkSize(path, h, size)
}

func checkFormat(path string, app, version int64) error {
	switch {
	case app != applicationID:
		return &Error{Kind: ErrFormat, Path: path, What: "is a database of another program",
			Why:  fmt.Sprintf("its application id is %#x, a store has %#x; it was left as it is", app, applicationID),
			Mend: "keep the store elsewhere: --store DIR or RUNNER_STORE=DIR"}
	case version > userVersion:
		return &Error{Kind: ErrFormat, Path: path, What: fmt.Sprintf("is a store of format %d, this program knows up to %d", version, userVersion),
			Why:  "a newer program wrote it; it was left as it is",
			Mend: "use that program, or keep another store: --store DIR or RUNNER_STORE=DIR"}
	case version < oldestVersion:
		return &Error{Kind: ErrFormat, Path: path, What: fmt.Sprintf("is a store of format %d, want %d to %d", version, oldestVersion, userVersion),
			Why:  "no released program wrote that format; it was left as it is",
			Mend: "restore it from a backup, or keep another store: --store DIR or RUNNER_STORE=DIR"}
	}
	return nil
}

// checkSize tells a file that was cut off. While there is a log the file may
// lawfully be shorter than its header says: the rest is in the log.
func checkSize(path string, h []byte, size int64) error {
	if info, err := os.Stat(path + "-wal"); err == nil && info.Size() > 0 {
		return nil
	}
	pageSize := int64(binary.BigEndian.Uint16(h[16:]))
	if pageSize == 1 {
		pageSize = 65536
	}
	if want := pageSize * int64(binary.BigEndian.Uint32(h[28:])); size < want {
		return &Error{Kind: ErrCorrupt, Path: path, What: fmt.Sprintf("is cut off: %d bytes, its header says %d", size, want),
			Why:  "a copy of it may have been interrupted; it was left as it is",
			Mend: "put a backup in its place, or move it away and  runner cache import BACKUP"}
	}
	return nil
}

// create makes an empty store under path unless there is one by then. It is
// built under another name and linked: nobody ever sees half a store.
func create(path string) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return unusable(path, "its directory cannot be made", err)
	}
	tmp, err := os.CreateTemp(dir, ".store-*.new")
	if err != nil {
		return unusable(path, "cannot be made", err)
	}
	name := tmp.Name()
	defer os.Remove(name)
	if err := tmp.Close(); err != nil {
		return unusable(path, "cannot be made", err)
	}
	if err := build(name); err != nil {
		return unusable(path, "cannot be made", err)
	}
	if err := os.Link(name, path); err != nil && !errors.Is(err, fs.ErrExist) {
		// No hard links here. Renaming could replace a store that another
		// process made this moment, so look once more.
		if _, statErr := os.Stat(path); !errors.Is(statErr, fs.ErrNotExist) {
			return nil
		}
		if err := os.Rename(name, path); err != nil {
			return unusable(path, "cannot be made", err)
		}
	}
	return syncDir(dir)
}

// build writes the schema and closes the file again, which leaves no log.
func build(name string) error {
	c, err := dial(name, "mode=rw")
	if err != nil {
		return err
	}
	err = c.script(fmt.Sprintf(`PRAGMA synchronous=FULL; BEGIN; PRAGMA application_id=%d; PRAGMA user_version=%d; %s COMMIT; PRAGMA journal_mode=WAL;`,
		applicationID, userVersion, schema))
	return errors.Join(err, c.close())
}

// syncDir makes the new name durable. Not every system can sync a directory;
// those that cannot keep names by themselves.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return nil
	}
	defer d.Close()
	_ = d.Sync()
	return nil
}
