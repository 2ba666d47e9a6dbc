package answer

// Version is the version of the reading rules. It is recorded with the tables
// and raised whenever a text could be read differently than before.
//
//	2  an item answered twice, differently, is a duplicate also in a reply to one
//	   item, where it was unparseable, and stays one if it is answered a third time
//	3  a reply that repeats items and answers none is unparseable throughout, where
//	   items were missing or ambiguous; in a reply to one item, the next item's
//	   number before prose is ambiguous, and an item's own number twice ("1. 1. They")
//	   is ambiguous, where they were answers; an empty "3." below "2. N/A" is no
//	   answer to item 2
const Version = 3

// Status says what became of one item. Only OK comes with a response.
type Status string

// The statuses a parser gives.
const (
	// OK: one whole number within the scale was read.
	OK Status = "ok"
	// Refusal: the model declined to answer, or a filter withheld its answer.
	Refusal Status = "refusal"
	// Unparseable: there is text for the item, but no answer can be read in it.
	Unparseable Status = "unparseable"
	// Missing: other items are answered, this one is passed over or left blank.
	Missing Status = "missing"
	// OutOfRange: a whole number that is not on the scale.
	OutOfRange Status = "out_of_range"
	// NonInteger: a number between two points of the scale, such as 3.5.
	NonInteger Status = "non_integer"
	// Ambiguous: more than one answer could be meant, or it cannot be told
	// which item an answer belongs to.
	Ambiguous Status = "ambiguous"
	// Duplicate: the item was answered more than once, with different answers.
	Duplicate Status = "duplicate"
	// Truncated: the text was cut off before the item was answered in full.
	Truncated Status = "truncated"
	// Empty: the reply holds no text.
	Empty Status = "empty"
)

// Statuses that a parser never gives; callers set them for items that have no
// reply to read.
const (
	// NotRun: the request has not been made yet.
	NotRun Status = "not_run"
	// Failed: the request was made and brought no reply.
	Failed Status = "failed"
	// PersonaFailed: the respondent was not asked, as its persona could not be
	// generated.
	PersonaFailed Status = "persona_failed"
)

// Statuses returns every status, those of callers included, in a fixed order.
func Statuses() []Status {
	return []Status{OK, NotRun, Failed, PersonaFailed, Refusal, Unparseable, Missing,
		OutOfRange, NonInteger, Ambiguous, Duplicate, Truncated, Empty}
}

// Finish says how the completion ended, as far as its provider told. It decides
// the status of items without an answer, and whether the last number of a text
// may be half a number; it never changes an answer into another.
type Finish uint8

const (
	// FinishStop: the model ended its reply, or nothing is known.
	FinishStop Finish = iota
	// FinishLength: the reply was cut off at a limit of length.
	FinishLength
	// FinishFilter: a content filter or the provider's policy stopped the reply.
	FinishFilter
)

// Answer is what was read for one item.
type Answer struct {
	Status Status
	// Response is the scale point; valid only if Status is OK, otherwise 0.
	Response int
	// Raw is the piece of the reply it was read from, as the model wrote it
	// (invalid UTF-8 replaced), at most MaxRaw bytes; "" if there is none.
	Raw string
}

// MaxRaw is the greatest length of Answer.Raw in bytes.
const MaxRaw = 240

// Scale is the response scale: the whole numbers from Min to Max.
type Scale struct {
	Min, Max int
	// Labels are the words of scale points; any may be absent.
	Labels map[int]string
}

// Sheet describes what was asked.
type Sheet struct {
	Scale Scale
	// Items are the texts as shown at positions 1 to n; a text may be "" if it
	// is not known, but their number must be right.
	Items []string
}

// Parser reads replies to one sheet. It is safe for concurrent use.
type Parser struct {
	n      int
	scale  Scale
	vocab  *vocabulary
	items  trie // item texts; the value is the position, or 0 for a text shown twice
	labels trie // scale words; the value is an index into points
	points []point

	labelled []int               // the scale points that have words, ascending
	refusals map[int32][][]int32 // wordings of a refusal by their first word
}

// point is what one wording of the scale stands for.
type point struct {
	value  int
	shared bool // two scale points bear the same words: they tell nothing
}

// NewParser prepares a parser; the sheet is not kept.
func NewParser(s Sheet) *Parser {
	p := &Parser{n: len(s.Items), scale: Scale{Min: s.Scale.Min, Max: s.Scale.Max}, vocab: newVocabulary()}
	p.addRefusals()
	p.addLabels(s.Scale.Labels)
	p.addItems(s.Items)
	return p
}

// Batch reads the reply to all items at once. It returns one answer for each
// item, by position.
func (p *Parser) Batch(text string, finish Finish) []Answer {
	out := make([]Answer, p.n)
	if p.fastBatch(text, finish, out) {
		return out
	}
	p.readBatch(text, finish, out)
	return out
}

// Single reads the reply to the one item that was shown under the number
// position, counted from 1.
func (p *Parser) Single(position int, text string, finish Finish) Answer {
	if a, ok := p.fastSingle(text, finish); ok {
		return a
	}
	return p.readSingle(position, text, finish)
}

// inScale reports whether v is a point of the scale.
func (p *Parser) inScale(v int) bool { return v >= p.scale.Min && v <= p.scale.Max }
