package archive

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/completion"
)

// A part ends with the first conversation that brings it to one of these, so
// that reading one takes little memory and needs no other.
const (
	partRows  = 1 << 16
	partBytes = 48 << 20
)

// Writer writes an archive.
type Writer struct {
	dir      string
	manifest Manifest
	part     *tabular.Writer
	rows     int
	bytes    int
	maxRows  int
	// mishaps are the errors that came before replies, by key.
	mishaps map[completion.Key]string
}

// Create begins an archive in a directory, which is made if it is missing. One
// that stands there is replaced; a directory of anything else is refused.
// mishaps are the classes of errors that came before replies, by key, which the
// tables show too.
func Create(dir string, about About, mishaps map[completion.Key]string) (*Writer, error) {
	entries, err := os.ReadDir(dir)
	if err == nil && len(entries) > 0 && !Is(dir) {
		return nil, &Error{Kind: ErrFormat, Place: dir, What: "is not empty and holds no archive",
			Why: "nothing is overwritten", Mend: "name a new or empty directory"}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	// What is half written must not look whole, but whose it is.
	w := &Writer{dir: dir, manifest: Manifest{Format: Format, Version: Version, About: about, Parts: []Part{}}, maxRows: partRows, mishaps: mishaps}
	return w, w.writeManifest(Manifest{Format: Format, Version: unfinished})
}

// Add appends a completion. A turn comes after the turn before it, and all
// turns of a conversation one after the other, as store.Sorted gives them.
func (w *Writer) Add(c *completion.Completion, digest completion.Digest) error {
	if err := secret(c); err != nil {
		return &Error{Kind: ErrSecret, Place: w.dir, What: fmt.Sprintf("completion %s %v", c.Request.Key(), err),
			Why: "an archive is made to be published", Mend: "export an experiment that does not use it:  runner cache export DIR OUT"}
	}
	row, err := values(c, digest, w.mishaps[c.Request.Key()])
	if err != nil {
		return fmt.Errorf("completion %s %w", c.Request.Key(), err)
	}
	if w.part != nil && c.Request.Prev == (completion.Key{}) && (w.rows >= w.maxRows || w.bytes >= partBytes) {
		if err := w.end(); err != nil {
			return err
		}
	}
	if w.part == nil {
		name := filepath.Join(w.dir, partName(len(w.manifest.Parts)+1))
		meta := map[string]string{"format": Format, "version": fmt.Sprint(Version)}
		if w.part, err = tabular.Create(name, schema, meta); err != nil {
			return err
		}
	}
	w.rows++
	w.bytes += len(c.Text) + len(c.Sent) + len(c.Body) + 512
	w.manifest.Completions++
	if c.Simulated {
		w.manifest.Simulated++
	}
	return w.part.Append(row...)
}

// end finishes the part that is being written.
func (w *Writer) end() error {
	if w.part == nil {
		return nil
	}
	if err := w.part.Close(); err != nil {
		return err
	}
	name := partName(len(w.manifest.Parts) + 1)
	sum, err := fileDigest(filepath.Join(w.dir, name))
	if err != nil {
		return err
	}
	w.manifest.Parts = append(w.manifest.Parts, Part{File: name, Rows: w.rows, SHA256: sum})
	w.part, w.rows, w.bytes = nil, 0, 0
	return nil
}

// Abort removes the part that is being written. After Close it does nothing.
func (w *Writer) Abort() {
	if w.part != nil {
		w.part.Abort()
	}
}

// Close finishes the archive; the manifest comes last.
func (w *Writer) Close() (*Manifest, error) {
	if err := w.end(); err != nil {
		return nil, err
	}
	if err := w.removeSurplus(); err != nil {
		return nil, err
	}
	if err := writeReadme(w.dir); err != nil {
		return nil, err
	}
	return &w.manifest, w.writeManifest(w.manifest)
}

// removeSurplus removes parts of an archive that stood here before.
func (w *Writer) removeSurplus() error {
	entries, err := os.ReadDir(w.dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		known := slices.ContainsFunc(w.manifest.Parts, func(p Part) bool { return p.File == e.Name() })
		if isPart(e.Name()) && !known {
			if err := os.Remove(filepath.Join(w.dir, e.Name())); err != nil {
				return err
			}
		}
	}
	return nil
}

func (w *Writer) writeManifest(m Manifest) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return tabular.WriteFile(filepath.Join(w.dir, manifestName), append(b, '\n'))
}

func fileDigest(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// secretHeaders are names of headers that give somebody access.
var secretHeaders = []string{"authorization", "proxy-authorization", "cookie", "set-cookie", "api-key", "x-api-key", "x-goog-api-key"}

// secret refuses a completion that holds a credential. None should ever be
// stored; this is the last gate before it would be published.
func secret(c *completion.Completion) error {
	for _, line := range c.Header {
		name, _, _ := strings.Cut(line, ":")
		if slices.Contains(secretHeaders, strings.ToLower(strings.TrimSpace(name))) {
			return fmt.Errorf("has a header %q, which may be a secret", strings.TrimSpace(name))
		}
	}
	if u, err := url.Parse(c.Request.Origin.Identity); err == nil && u.User != nil {
		return fmt.Errorf("names an endpoint with a user in its address, which may be a secret")
	}
	return nil
}
