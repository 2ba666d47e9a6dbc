package importer

import (
	"math/big"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"circumplex.example/runner/internal/answer"
)

// status is the status of an answer, small enough for a table of many cells.
type status uint8

const (
	statusOK status = iota
	statusMissing
	statusOutOfRange
	statusNonInteger
	statusAmbiguous
	statusUnparseable
)

// words are the statuses as the tables have them.
var words = [...]answer.Status{answer.OK, answer.Missing, answer.OutOfRange, answer.NonInteger, answer.Ambiguous, answer.Unparseable}

func (s status) String() string { return string(words[s]) }

// why says, for a report, what is wrong with a cell of this status.
func (s status) why() string {
	return [...]string{"", "no answer", "not on the scale", "no whole number", "more than one number", "no number"}[s]
}

// cellReader reads the cell of an item. A cell is an answer if it holds one
// whole number of the scale and nothing else; 4.0 is 4.
type cellReader struct {
	min, max int
	// na are the texts that mean missing.
	na []string
	// decimalComma admits 4,0 for 4.0: in files whose cells are not separated by
	// commas it cannot mean anything else.
	decimalComma bool
}

var (
	integer      = regexp.MustCompile(`^[+-]?[0-9]+$`)
	decimal      = regexp.MustCompile(`^[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)([eE][+-]?[0-9]{1,2})?$`)
	commaDecimal = regexp.MustCompile(`^[+-]?[0-9]+,[0-9]+$`)
	digits       = regexp.MustCompile(`[0-9]+`)
)

// maxNumber is the length of text up to which a cell may be a number.
const maxNumber = 64

// read returns the response if the status is ok.
func (r cellReader) read(text string) (response int, s status) {
	if len(text) == 1 && text[0] >= '0' && text[0] <= '9' && len(r.na) == 0 {
		return r.whole(int64(text[0] - '0'))
	}
	t := strings.TrimSpace(text)
	if t == "" || slices.Contains(r.na, t) {
		return 0, statusMissing
	}
	if r.decimalComma && commaDecimal.MatchString(t) {
		t = strings.Replace(t, ",", ".", 1)
	}
	switch {
	case integer.MatchString(t):
		n, err := strconv.ParseInt(t, 10, 64)
		if err != nil {
			return 0, statusOutOfRange
		}
		return r.whole(n)
	case len(t) <= maxNumber && decimal.MatchString(t):
		return r.fraction(t)
	case len(digits.FindAllStringIndex(t, 2)) > 1:
		return 0, statusAmbiguous
	}
	return 0, statusUnparseable
}

func (r cellReader) whole(n int64) (int, status) {
	if n < int64(r.min) || n > int64(r.max) {
		return 0, statusOutOfRange
	}
	return int(n), statusOK
}

// fraction reads a number with a decimal point, exactly: 4.00000000000000000001
// is not 4.
func (r cellReader) fraction(t string) (int, status) {
	x, ok := new(big.Rat).SetString(t)
	if !ok {
		return 0, statusUnparseable
	}
	switch {
	case x.Cmp(big.NewRat(int64(r.min), 1)) < 0 || x.Cmp(big.NewRat(int64(r.max), 1)) > 0:
		return 0, statusOutOfRange
	case !x.IsInt():
		return 0, statusNonInteger
	}
	return r.whole(x.Num().Int64())
}

// clip makes the text of a cell what raw_answer holds: trimmed, valid, at most
// answer.MaxRaw bytes.
func clip(text string) string {
	t := strings.ToValidUTF8(strings.TrimSpace(text), "\uFFFD")
	if len(t) <= answer.MaxRaw {
		return strings.Clone(t)
	}
	n := answer.MaxRaw
	for !utf8.RuneStart(t[n]) {
		n--
	}
	return strings.Clone(t[:n])
}
