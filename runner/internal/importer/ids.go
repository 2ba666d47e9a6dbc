package importer

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strconv"

	"circumplex.example/runner/internal/table"
)

// idLength is the number of hexadecimal digits of an id, as in a collection.
const idLength = 16

// id digests its parts, each with its length, so that no two lists of parts are
// written alike. The first part of imported ids keeps them apart from those of
// a collection of the same name.
func id(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:idLength]
}

func conditionID(name string, factors, levels []string) string {
	parts := []string{"imported condition", name}
	for i, f := range factors {
		parts = append(parts, f, levels[i])
	}
	return id(parts...)
}

func respondentID(c *condition, replicate int) string {
	return id("imported respondent", c.id, strconv.Itoa(replicate))
}

// digest is over everything given.
func digest(v ...any) string {
	b, err := json.Marshal(v)
	if err != nil {
		panic("importer: a job does not encode: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// designHash identifies what was imported: the name, the file's bytes, how they
// were read and the instrument.
func designHash(job *Job, src *source) string {
	return digest("import", Version, job.Name, src.sha256, job.options(), job.Instrument.Hash)
}

// inputsDigest is over everything the tables follow from.
func inputsDigest(job *Job, src *source, info table.Info, title string) string {
	return digest(table.Version, Version, job.Name, title, info, src.sha256, job.Instrument, job.Benchmarks, job.Analysis)
}
