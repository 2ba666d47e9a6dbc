package cli

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"

	"circumplex.example/runner/internal/apply"
	"circumplex.example/schema"
)

// storePaths says where completions lie: --store, RUNNER_STORE, the
// experiment's own store field, else the user's data directory, with simulated
// completions in the cache directory, where losing them costs nothing.
func (a *app) storePaths(exp *schema.Experiment) (apply.Paths, error) {
	dir := a.flags.store
	if dir == "" {
		dir = os.Getenv("RUNNER_STORE")
	}
	if dir == "" && exp.Store != "" {
		dir = exp.Store
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(exp.Root, dir)
		}
	}
	if dir != "" {
		abs, err := filepath.Abs(dir)
		if err != nil {
			return apply.Paths{}, err
		}
		return apply.Paths{Real: filepath.Join(abs, "store.db"), Simulated: filepath.Join(abs, "simulated.db")}, nil
	}
	data, err := dataDir()
	if err != nil {
		return apply.Paths{}, noHome(err)
	}
	cache, err := os.UserCacheDir()
	if err != nil {
		return apply.Paths{}, noHome(err)
	}
	return apply.Paths{
		Real:      filepath.Join(data, "circumplex", "store.db"),
		Simulated: filepath.Join(cache, "circumplex", "simulated.db"),
	}, nil
}

func noHome(err error) error {
	return &exitError{code: exitStore, err: fmt.Errorf("no place for the store: %w\n    mend: name one:  --store DIR  or  RUNNER_STORE=DIR", err)}
}

// dataDir is where this user's programs keep data that must not be lost.
func dataDir() (string, error) {
	switch runtime.GOOS {
	case "darwin":
		return os.UserConfigDir() // ~/Library/Application Support serves both
	case "windows":
		return os.UserCacheDir() // %LocalAppData% serves both
	}
	if d := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(d) {
		return d, nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(home, ".local", "share"), nil
}

// resultsDir is where the tables of an experiment lie.
func (a *app) resultsDir(exp *schema.Experiment) (string, error) {
	dir := a.flags.results
	if dir == "" {
		dir = filepath.Join(exp.Root, "results")
	}
	name := exp.Name
	if a.flags.simulate {
		name += "-simulated"
	}
	return filepath.Abs(filepath.Join(dir, name))
}

// writable makes the directory of the results, so that a run cannot ask all it
// has to ask and then have nowhere to put the tables.
func writable(dir string) error {
	err := os.MkdirAll(dir, 0o755)
	if err == nil {
		var f *os.File
		if f, err = os.CreateTemp(dir, ".writable-*"); err == nil {
			err = errors.Join(f.Close(), os.Remove(f.Name()))
		}
	}
	if err != nil {
		return &exitError{code: exitStore, err: fmt.Errorf("no place for the results: %w\n    mend: make the directory writable, or name another:  --results DIR", err)}
	}
	return nil
}

// shown is a path as it is printed: relative to the working directory if it
// lies below it.
func shown(path string) string {
	wd, err := os.Getwd()
	if err != nil {
		return path
	}
	rel, err := filepath.Rel(wd, path)
	if err != nil || !filepath.IsLocal(rel) {
		return path
	}
	return filepath.ToSlash(rel)
}
