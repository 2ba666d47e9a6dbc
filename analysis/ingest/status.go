package ingest

// Status of one answer, as an index into Statuses.
type Status int

// The statuses. OK is the only one with a response.
const (
	OK Status = iota
	NotRun
	Failed
	PersonaFailed
	Refusal
	Unparseable
	Missing
	OutOfRange
	NonInteger
	Ambiguous
	Duplicate
	Truncated
	Empty
	StatusCount = iota // the number of statuses
)

// statusNames are the words of the tables.
var statusNames = [StatusCount]string{"ok", "not_run", "failed", "persona_failed", "refusal", "unparseable", "missing",
	"out_of_range", "non_integer", "ambiguous", "duplicate", "truncated", "empty"}

// Statuses are the words for the statuses, in the order of the constants.
func Statuses() []string { return statusNames[:] }

// String is the status as the tables write it.
func (s Status) String() string { return statusNames[s] }

// statusOf finds a status by its word.
func statusOf(word string) (Status, bool) {
	for i, name := range statusNames {
		if name == word {
			return Status(i), true
		}
	}
	return 0, false
}
