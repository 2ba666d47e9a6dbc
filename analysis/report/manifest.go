package report

import (
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"

	"circumplex.example/analysis/ingest"
	"circumplex.example/analysis/tabular"
)

// manifestName is the file that says what an analysis was made of.
const manifestName = "manifest.json"

// manifest is what an analysis was made of and what it made.
type manifest struct {
	ReportVersion string            `json:"report_version"`
	Overrides     Overrides         `json:"overrides,omitempty"`
	Resampled     bool              `json:"resampled,omitempty"` // with intervals, unless the options say none
	Inputs        map[string]string `json:"inputs"`              // file to SHA-256
	Outputs       map[string]string `json:"outputs"`             // file to SHA-256
	Simulated     string            `json:"simulated"`
	Notes         []string          `json:"notes,omitempty"`
	Factors       []string          `json:"factors,omitempty"` // the further ones
	Headlines     []Headline        `json:"headlines"`
}

// digestInputs is the manifest of a run that has not made anything yet.
func digestInputs(dir string, over Overrides) (*manifest, error) {
	m := &manifest{ReportVersion: Version, Overrides: over, Inputs: map[string]string{}}
	for _, name := range append(ingest.Tables(), "completions") {
		d, err := digestFile(filepath.Join(dir, name+".parquet"))
		if errors.Is(err, fs.ErrNotExist) {
			continue // reading reports it with a mend
		}
		if err != nil {
			return nil, err
		}
		m.Inputs[name+".parquet"] = d
	}
	return m, nil
}

// readManifest reads the manifest of the run before; one that is absent or
// damaged is as good as none, because it only saves work.
func readManifest(out string) *manifest {
	m := &manifest{}
	data, err := os.ReadFile(filepath.Join(out, manifestName))
	if err != nil || json.Unmarshal(data, m) != nil {
		return &manifest{}
	}
	return m
}

// upToDate tells whether the files of m stand as they were made, from what now
// would be made of.
func (m *manifest) upToDate(now *manifest, out string) bool {
	if m.ReportVersion != now.ReportVersion || !maps.Equal(m.Inputs, now.Inputs) || !maps.Equal(m.Overrides, now.Overrides) || len(m.Outputs) == 0 {
		return false
	}
	if now.Resampled && !m.Resampled {
		return false // the other way round it holds all that is wanted, and more
	}
	for name, want := range m.Outputs {
		if got, err := digestFile(filepath.Join(out, filepath.FromSlash(name))); err != nil || got != want {
			return false
		}
	}
	return true
}

// removeStale removes what the run before wrote and this one did not, such as
// the table of an administration that is gone.
func (m *manifest) removeStale(now *manifest, out string) {
	for name := range m.Outputs {
		if _, ok := now.Outputs[name]; !ok && filepath.IsLocal(filepath.FromSlash(name)) {
			os.Remove(filepath.Join(out, filepath.FromSlash(name)))
		}
	}
}

// write writes the manifest, last of all files.
func (m *manifest) write(out string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return tabular.WriteFile(filepath.Join(out, manifestName), append(data, '\n'))
}

// summary is what the command prints of it.
func (m *manifest) summary(out string, unchanged bool) *Summary {
	files := append(slices.Collect(maps.Keys(m.Outputs)), manifestName)
	slices.Sort(files)
	return &Summary{Dir: out, Files: files, Unchanged: unchanged, Simulated: m.Simulated, Headlines: m.Headlines, Factors: m.Factors, Notes: m.Notes}
}
