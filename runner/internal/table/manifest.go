package table

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"circumplex.example/analysis/tabular"
	"circumplex.example/runner/internal/answer"
	"circumplex.example/schema"
)

// Manifest stands beside the tables as manifest.json. It holds no clock and no
// path: the same store gives the same manifest.
type Manifest struct {
	TableVersion   string             `json:"table_version"`
	Experiment     string             `json:"experiment"`
	Title          string             `json:"title,omitempty"`
	Simulated      string             `json:"simulated"`
	SimulatedNote  string             `json:"simulated_note,omitempty"`
	DesignHash     string             `json:"design_hash"`
	Instrument     ManifestInstrument `json:"instrument"`
	Seed           uint64             `json:"seed"`
	N              int                `json:"n"`
	Replication    string             `json:"replication,omitempty"`
	ProgramVersion string             `json:"program_version"`
	ParserVersion  int                `json:"parser_version"`
	InputsDigest   string             `json:"inputs_digest"`
	Counts         Counts             `json:"counts"`
	Import         *Import            `json:"import,omitempty"`
	// Declaration is the experiment as it was declared; nil for an import.
	Declaration *ManifestTable  `json:"declaration,omitempty"`
	Tables      []ManifestTable `json:"tables"`
}

// ManifestInstrument names the instrument.
type ManifestInstrument struct {
	Name   string `json:"name"`
	Hash   string `json:"hash"`
	Notice string `json:"notice,omitempty"`
}

// ManifestTable pins one file.
type ManifestTable struct {
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
}

const (
	manifestName    = "manifest.json"
	declarationName = "experiment.json"
)

// Names lists the tables of a collection, without runs.
func Names() []string {
	return []string{"benchmarks", "completions", "conditions", "items", "options", "respondents", "responses", "values"}
}

// NewManifest describes the tables that stand in dir.
func NewManifest(dir string, exp *schema.Experiment, info Info, inputs string, counts Counts) (*Manifest, error) {
	m := &Manifest{
		TableVersion: Version, Experiment: exp.Name, Title: exp.Title, Simulated: info.Simulated,
		DesignHash: info.DesignHash, Instrument: ManifestInstrument{exp.Instrument.Name, exp.Instrument.Hash, exp.Instrument.Notice},
		Seed: exp.Seed, N: exp.N, Replication: exp.Replication, ProgramVersion: info.ProgramVersion,
		ParserVersion: answer.Version, InputsDigest: inputs, Counts: counts,
	}
	if info.Simulated != "false" {
		m.SimulatedNote = "answers of the simulated respondent: no language model was asked"
	}
	for _, name := range Names() {
		sum, err := FileDigest(filepath.Join(dir, name+".parquet"))
		if err != nil {
			return nil, err
		}
		m.Tables = append(m.Tables, ManifestTable{File: name + ".parquet", SHA256: sum})
	}
	return m, nil
}

// FileDigest is the SHA-256 of a file, in hexadecimal.
func FileDigest(path string) (string, error) {
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

// Write puts the manifest beside the tables.
func (m *Manifest) Write(dir string) error {
	b, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return tabular.WriteFile(filepath.Join(dir, manifestName), append(b, '\n'))
}

// Declare puts the experiment beside the tables, so that a later one can be held
// against it when its files are long gone, and names it in the manifest.
func (m *Manifest) Declare(dir string, exp *schema.Experiment) error {
	data, err := exp.Encode()
	if err != nil {
		return err
	}
	sum := sha256.Sum256(data)
	m.Declaration = &ManifestTable{File: declarationName, SHA256: hex.EncodeToString(sum[:])}
	return tabular.WriteFile(filepath.Join(dir, declarationName), data)
}

// Declared reads the experiment that Declare put into dir.
func (m *Manifest) Declared(dir string) (*schema.Experiment, error) {
	if m.Declaration == nil {
		return nil, fmt.Errorf("%s does not name the experiment it was made from", filepath.Join(dir, manifestName))
	}
	path := filepath.Join(dir, declarationName)
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	if sum := sha256.Sum256(data); hex.EncodeToString(sum[:]) != m.Declaration.SHA256 {
		return nil, fmt.Errorf("%s is not the file that the manifest beside it names", path)
	}
	exp, err := schema.Decode(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return exp, nil
}

// ReadManifest reads the manifest in dir; nil if there is none.
func ReadManifest(dir string) (*Manifest, error) {
	path := filepath.Join(dir, manifestName)
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s: not a manifest: %w", path, err)
	}
	return &m, nil
}

// Of reports whether the tables were made of these inputs, by this version.
func (m *Manifest) Of(inputs string) bool {
	return m != nil && m.InputsDigest == inputs && m.TableVersion == Version
}

// Current reports whether the tables in dir are those of these inputs, byte for
// byte.
func (m *Manifest) Current(dir, inputs string) bool {
	if !m.Of(inputs) || len(m.Tables) != len(Names()) {
		return false
	}
	files := m.Tables
	if m.Declaration != nil {
		files = append(files[:len(files):len(files)], *m.Declaration)
	}
	for _, t := range files {
		sum, err := FileDigest(filepath.Join(dir, t.File))
		if err != nil || sum != t.SHA256 {
			return false
		}
	}
	return true
}
