package store

import (
	"fmt"
	"os"
	"path/filepath"
)

// Detector names the network file system on which dir lies, "" for a local
// one. It is asked for an existing directory.
type Detector func(dir string) (kind string, err error)

// checkLocal refuses a network file system: SQLite's write-ahead log lives in
// memory shared by all processes of one machine, and network locks lie.
func checkLocal(path string, detect Detector) error {
	if detect == nil {
		detect = detectNetwork
	}
	dir, err := nearestDir(filepath.Dir(path))
	if err != nil {
		return unusable(path, "its directory cannot be looked at", err)
	}
	kind, err := detect(dir)
	if err != nil {
		return &Error{Kind: ErrUnusable, Path: path, What: "cannot tell on which file system it lies", Err: err}
	}
	if kind == "" {
		return nil
	}
	return &Error{
		Kind: ErrNetwork, Path: path, What: fmt.Sprintf("the store would lie on a network file system (%s)", kind),
		Why:  "two machines writing there would damage it, and paid replies with it",
		Mend: "keep it on a local disk: --store DIR or RUNNER_STORE=DIR, and copy it when no run is going on",
	}
}

// nearestDir returns dir or the nearest parent that exists: the one in which
// it would be made.
func nearestDir(dir string) (string, error) {
	for {
		info, err := os.Stat(dir)
		if err == nil && info.IsDir() {
			return filepath.EvalSymlinks(dir)
		}
		if err != nil && !os.IsNotExist(err) {
			return "", err
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", fmt.Errorf("%s: no such directory", dir)
		}
		dir = parent
	}
}
