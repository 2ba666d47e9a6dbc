package simulated

import (
	"strconv"
	"strings"
)

// The quirks that are drawn, each with a stream index of its own.
const (
	quirkEmpty = iota
	quirkRefusal
	quirkPersonaRefusal
	quirkTruncate
	quirkSkip
	quirkOutOfRange
	quirkRange
	quirkDecimal
	quirkDuplicate
	quirkTooFew
	quirkTooMany
	quirkZeroBased
	quirkWords
	quirkTable
	quirkJSON
	quirkProse
)

// rate returns the share of replies that a quirk strikes.
func (q *Quirks) rate(quirk int) float64 {
	return [...]float64{
		q.EmptyRate, q.RefusalRate, q.PersonaRefusalRate, q.TruncateRate,
		q.SkipRate, q.OutOfRangeRate, q.RangeRate, q.DecimalRate, q.DuplicateRate,
		q.TooFewRate, q.TooManyRate, q.ZeroBasedRate, q.WordsRate, q.MarkdownTableRate, q.JSONRate, q.ProseRate,
	}[quirk]
}

// any reports whether some quirk changes the form of answers.
func (q *Quirks) any() bool {
	for quirk := quirkTruncate; quirk <= quirkProse; quirk++ {
		if q.rate(quirk) > 0 {
			return true
		}
	}
	return false
}

// quirkDraw decides by a request's key which quirks strike.
type quirkDraw struct {
	*Quirks
	request key
}

func (q quirkDraw) strikes(quirk int) bool {
	rate := q.rate(quirk)
	return rate > 0 && q.request.uniform(streamQuirk, uint64(quirk)) < rate
}

// spoil applies the quirks of single answers, each to one item.
func (q quirkDraw) spoil(answers []answer, s *scale) []answer {
	pick := func(quirk int) *answer {
		return &answers[q.request.below(streamQuirkItem, uint64(quirk), len(answers))]
	}
	if q.strikes(quirkOutOfRange) {
		a := pick(quirkOutOfRange)
		a.rating = s.high + 1
		if q.request.below(streamQuirkItem, 100, 2) == 0 {
			a.rating = s.low - 1
		}
	}
	if q.strikes(quirkRange) {
		a := pick(quirkRange)
		low := min(a.rating, s.high-1)
		a.text = strconv.Itoa(low) + "-" + strconv.Itoa(low+1)
	}
	if q.strikes(quirkDecimal) {
		a := pick(quirkDecimal)
		a.text = strconv.Itoa(min(a.rating, s.high-1)) + ".5"
	}
	if q.strikes(quirkWords) {
		for i := range answers {
			if w := s.labels[answers[i].rating]; w != "" && answers[i].text == "" {
				answers[i].text = w
			}
		}
	}
	if q.strikes(quirkDuplicate) {
		again := *pick(quirkDuplicate)
		again.text = ""
		if again.rating++; again.rating > s.high {
			again.rating = s.high - 1
		}
		answers = append(answers, again)
	}
	if q.strikes(quirkSkip) {
		i := q.request.below(streamQuirkItem, quirkSkip, len(answers))
		answers = append(answers[:i], answers[i+1:]...)
	}
	return answers
}

// form writes the answers in the form that strikes first, or plainly.
func (q quirkDraw) form(in *request, answers []answer) string {
	single := len(in.items) == 1
	switch {
	case !single && len(answers) > 1 && q.strikes(quirkTooFew):
		return bare(answers[:len(answers)-1])
	case !single && len(answers) > 0 && q.strikes(quirkTooMany):
		return bare(append(answers, answers[0]))
	case !single && q.strikes(quirkZeroBased):
		for i := range answers {
			answers[i].number--
		}
	case q.strikes(quirkTable):
		return markdown(answers)
	case in.wantsJSON || q.strikes(quirkJSON):
		return jsonObject(answers)
	case q.strikes(quirkProse):
		return q.prose(answers, single)
	}
	return plain(answers, single)
}

// bare writes answers one a line without numbers.
func bare(answers []answer) string {
	var b []byte
	for i := range answers {
		if i > 0 {
			b = append(b, '\n')
		}
		b = answers[i].append(b)
	}
	return string(b)
}

func markdown(answers []answer) string {
	b := []byte("| Item | Rating |\n| ---: | :---: |")
	for i := range answers {
		b = append(b, "\n| "...)
		b = strconv.AppendInt(b, int64(answers[i].number), 10)
		b = append(b, " | "...)
		b = answers[i].append(b)
		b = append(b, " |"...)
	}
	return string(b)
}

func jsonObject(answers []answer) string {
	b := []byte{'{'}
	for i := range answers {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = append(b, '"')
		b = strconv.AppendInt(b, int64(answers[i].number), 10)
		b = append(b, "\": "...)
		if answers[i].text != "" {
			b = strconv.AppendQuote(b, strings.ToValidUTF8(answers[i].text, ""))
			continue
		}
		b = answers[i].append(b)
	}
	return string(append(b, '}'))
}

var (
	openings = [...]string{
		"Here are my ratings:\n\n", "Sure, this is how I would answer:\n\n", "Thinking about each description in turn, I answer as follows.\n\n",
	}
	closings = [...]string{
		"\n\nThese ratings reflect how I see things overall.", "\n\nI hope this is what you were looking for.", "",
	}
	remarks = [...]string{
		"I would answer this one with ", "My rating is ", "For this description I choose ",
	}
	refusals = [...]string{
		"I'm sorry, but I can't answer questions about personal values.",
		"I do not have personal values, so I am not able to rate these descriptions.",
		"I would prefer not to take part in this questionnaire.",
	}
)

const personaRefusal = "I'm sorry, but I can't make up a person."

// prose writes the answers between sentences.
func (q quirkDraw) prose(answers []answer, single bool) string {
	text := plain(answers, single)
	if single && len(answers) == 1 {
		return remarks[q.request.below(streamPhrase, 1, len(remarks))] + text + "."
	}
	return openings[q.request.below(streamPhrase, 1, len(openings))] + text +
		closings[q.request.below(streamPhrase, 2, len(closings))]
}

// truncate breaks a text off where the quirk strikes: a short one before its
// answer, a long one somewhere in its middle.
func (q quirkDraw) truncate(r reply) reply {
	if !q.strikes(quirkTruncate) {
		return r
	}
	if len(r.text) < 24 {
		return reply{"Looking at this description, I would say that", stopLength}
	}
	at := len(r.text)/5 + q.request.below(streamPhrase, 3, len(r.text)*3/5)
	return reply{cut(r.text, at), stopLength}
}
