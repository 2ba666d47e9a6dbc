package revision

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// kinds are the files that an experiment may be made of: CUE, and what CUE can
// embed. Nothing else is read, so results and figures cost nothing.
var kinds = []string{".cue", ".json", ".yaml", ".yml", ".toml", ".txt"}

const symlink = "120000"

// blob is one file of a revision.
type blob struct{ mode, id, path string }

// Extract writes the module that holds a directory (relative to Root, with
// slashes) as it stands in a commit below into, and returns where the directory
// lies there.
func (r *Repo) Extract(ctx context.Context, commit, dir, into string) (string, error) {
	dir = path.Clean(filepath.ToSlash(dir))
	if !filepath.IsLocal(dir) {
		return "", fmt.Errorf("%s lies outside of the repository\n    mend: name a directory within it", dir)
	}
	all, err := r.tree(ctx, commit)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(all, func(b blob) bool { return below(b.path, dir) }) {
		return "", fmt.Errorf("%s has no directory %s: %w", commit[:min(12, len(commit))], dir, ErrNoDirectory)
	}
	module := moduleOf(all, dir)
	var wanted []blob
	for _, b := range all {
		if below(b.path, module) && slices.Contains(kinds, path.Ext(b.path)) {
			wanted = append(wanted, b)
		}
	}
	if err := r.write(ctx, wanted, into); err != nil {
		return "", err
	}
	out := filepath.Join(into, filepath.FromSlash(dir))
	return out, os.MkdirAll(out, 0o755)
}

// below reports whether a file lies in a directory.
func below(file, dir string) bool { return dir == "." || strings.HasPrefix(file, dir+"/") }

// tree lists the files of a commit.
func (r *Repo) tree(ctx context.Context, commit string) ([]blob, error) {
	out, err := r.git(ctx, nil, "ls-tree", "-r", "-z", "--full-tree", commit)
	if err != nil {
		return nil, err
	}
	var all []blob
	for line := range strings.SplitSeq(string(out), "\x00") {
		meta, name, ok := strings.Cut(line, "\t")
		parts := strings.Fields(meta)
		if !ok || len(parts) != 3 || parts[1] != "blob" {
			continue
		}
		all = append(all, blob{mode: parts[0], id: parts[2], path: name})
	}
	return all, nil
}

// moduleOf returns the directory at or above dir that holds cue.mod; dir itself
// if none does.
func moduleOf(all []blob, dir string) string {
	for d := dir; ; d = path.Dir(d) {
		file := path.Join(d, "cue.mod", "module.cue")
		if slices.ContainsFunc(all, func(b blob) bool { return b.path == file }) {
			return d
		}
		if d == "." || d == "/" {
			return dir
		}
	}
}

// write reads the files from git in one go and writes them below a directory,
// which they cannot leave.
func (r *Repo) write(ctx context.Context, files []blob, into string) error {
	var ask bytes.Buffer
	for _, b := range files {
		fmt.Fprintln(&ask, b.id)
	}
	out, err := r.git(ctx, ask.Bytes(), "cat-file", "--batch")
	if err != nil {
		return err
	}
	root, err := os.OpenRoot(into)
	if err != nil {
		return err
	}
	in := bufio.NewReader(bytes.NewReader(out))
	for _, b := range files {
		data, err := object(in)
		if err == nil {
			err = put(root, b, data)
		}
		if err != nil {
			return errors.Join(fmt.Errorf("reading %s from git: %w", b.path, err), root.Close())
		}
	}
	return root.Close()
}

// object reads one answer of git cat-file --batch: "ID blob SIZE", the bytes, and
// a line end.
func object(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	parts := strings.Fields(line)
	if len(parts) != 3 {
		return nil, fmt.Errorf("git does not have it (%s)\n    mend: git fetch  brings what a partial clone left out", strings.TrimSpace(line))
	}
	n, err := strconv.Atoi(parts[2])
	if err != nil {
		return nil, err
	}
	data := make([]byte, n+1)
	_, err = io.ReadFull(in, data)
	return data[:n], err
}

// put writes one file. A link that leads out of the module is left out.
func put(root *os.Root, b blob, data []byte) error {
	name := filepath.FromSlash(b.path)
	if err := root.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	if b.mode == symlink {
		target := filepath.FromSlash(string(data))
		if filepath.IsAbs(target) || !filepath.IsLocal(filepath.Join(filepath.Dir(name), target)) {
			return nil
		}
		return root.Symlink(target, name)
	}
	return root.WriteFile(name, data, 0o644)
}
