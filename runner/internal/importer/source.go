package importer

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"iter"
	"os"
	"path/filepath"

	"circumplex.example/schema/diag"
)

// source is an open file of answers: a header and rows of text.
type source struct {
	path, sha256 string
	// format is what a person calls it, such as "CSV, semicolon-separated".
	format string
	// decimalComma says that 4,0 is 4.0.
	decimalComma bool
	header       []string
	// unreadable marks columns of a type that cannot be read; nil where all can.
	unreadable []bool
	// rows yields the rows in order; an error ends them. Cells are valid until
	// the next row.
	rows func(wanted []int) iter.Seq2[row, error]
	shut func() error
}

// row is one row of a file.
type row struct {
	// number counts from 1, without the header.
	number int
	cells  []string
	// place returns where a cell stands.
	place func(column int) diag.Place
}

func (s *source) close() {
	if s.shut != nil {
		_ = s.shut() // it was opened for reading
	}
}

// parquetMagic begins and ends a Parquet file.
var parquetMagic = []byte("PAR1")

// open opens a CSV or Parquet file; which of them, its first bytes say.
func open(path string, p pattern) (*source, error) {
	st, err := os.Stat(path)
	if err == nil && st.IsDir() {
		err = &os.PathError{Op: "open", Path: path, Err: fmt.Errorf("it is a directory")}
	}
	if err != nil {
		return nil, unreadable(path, err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, unreadable(path, err)
	}
	sum := sha256.Sum256(data)
	var src *source
	if bytes.HasPrefix(data, parquetMagic) {
		src, err = openParquet(path)
	} else {
		src, err = openCSV(path, data, p)
	}
	if err != nil {
		return nil, err
	}
	src.path, src.sha256 = path, hex.EncodeToString(sum[:])
	return src, nil
}

// unreadable is a problem with the file as a whole.
func unreadable(path string, err error) error {
	return cannotRead(path, err, "give a CSV or Parquet file with one row a respondent")
}

func cannotRead(path string, err error, mend string) error {
	var pe *os.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return problem(path, diag.Problem{What: fmt.Sprintf("the file cannot be read: %v", err), Mend: mend})
}

// problem is a file's one problem.
func problem(path string, p diag.Problem) error {
	if p.Place.File == "" {
		p.Place.File = absolute(path)
	}
	var l diag.List
	l.Add(p)
	return l
}

// absolute lets the command show the place relative to its directory.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}
