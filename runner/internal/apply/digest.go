package apply

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"hash"

	"circumplex.example/runner/internal/answer"
	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/table"
)

// inputs digests everything the tables are made from. Equal inputs give equal
// tables, so tables whose manifest has the digest need not be written again.
type inputs struct {
	h       hash.Hash
	mishaps map[completion.Key]string
}

func newInputs(d *design.Design, builder *session.Builder, info table.Info, mishaps map[completion.Key]string) *inputs {
	in := &inputs{sha256.New(), mishaps}
	declared, err := d.Experiment.Encode()
	if err != nil {
		panic("apply: an experiment does not encode: " + err.Error())
	}
	b, err := json.Marshal([]any{table.Version, answer.Version, info})
	if err != nil {
		panic("apply: facts about a collection do not encode: " + err.Error())
	}
	in.h.Write(b)
	in.h.Write(declared)
	// What is left out follows from what the program knows of a model, too.
	for _, c := range d.Cells() {
		for _, s := range builder.Skipped(c) {
			in.h.Write([]byte(c.ID + " " + s))
		}
	}
	return in
}

// add takes one respondent of the design in.
func (in *inputs) add(v *session.Visit) {
	in.h.Write([]byte{byte(v.State)})
	for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
		for i := range turns {
			t := &turns[i]
			if class := in.mishaps[t.Key]; class != "" {
				in.h.Write(t.Key[:])
				in.h.Write([]byte(class))
			}
			if !t.Stored {
				continue
			}
			var b [8]byte
			binary.LittleEndian.PutUint64(b[:], uint64(t.Reply.At))
			in.h.Write(t.Key[:])
			in.h.Write(t.Reply.Sum[:])
			in.h.Write(b[:])
		}
	}
}

func (in *inputs) sum() string { return hex.EncodeToString(in.h.Sum(nil)) }
