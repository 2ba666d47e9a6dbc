package importer

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"circumplex.example/runner/internal/table"
)

// checkDir decides whether the tables may be written into the directory: it is
// not there, is empty, or holds an import of the same file. Anything else needs
// Replace. It returns the manifest that stands there, if any.
func checkDir(job *Job, sha256 string) (*table.Manifest, error) {
	entries, err := os.ReadDir(job.Dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(entries) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	old, err := table.ReadManifest(job.Dir)
	if err == nil && old != nil && old.Import != nil && old.Import.SHA256 == sha256 {
		return old, nil
	}
	if job.Replace {
		return nil, clearOld(job.Dir)
	}
	holds := "something that no import wrote"
	switch {
	case err != nil:
	case old != nil && old.Import != nil:
		holds = fmt.Sprintf("an import of %s, whose content differs from this file's", old.Import.File)
	case old != nil:
		holds = fmt.Sprintf("the results of the experiment %q, collected and not imported", old.Experiment)
	}
	return nil, &originError{dir: filepath.Base(job.Dir), holds: holds}
}

// clearOld removes what of the tables before would be taken for a part of the new
// ones: the history of runs, and the analysis. The tables are written over.
func clearOld(dir string) error {
	if err := os.Remove(filepath.Join(dir, "runs.parquet")); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return os.RemoveAll(filepath.Join(dir, "analysis"))
}

type originError struct{ dir, holds string }

func (e *originError) Error() string {
	return fmt.Sprintf("the results %q hold %s\n    mend: give another --name, or --replace to write over them", e.dir, e.holds)
}

func (e *originError) Unwrap() error { return ErrOrigin }
