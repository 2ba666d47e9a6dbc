package session

import "circumplex.example/schema"

// charsPerToken is the usual rule of thumb for English text.
const charsPerToken = 4

// TextTokens estimates the tokens of a text of so many bytes.
func TextTokens(bytes int) int64 { return int64((bytes + charsPerToken - 1) / charsPerToken) }

// tokensPerAnswer is a number, its item's number and a line end.
const tokensPerAnswer = 4

// AnswerTokens estimates what so many answers take.
func AnswerTokens(items int) int64 { return int64(items) * tokensPerAnswer }

// PersonaTokens is what a persona of two or three sentences is taken to need.
const PersonaTokens = 80

// Tokens estimates what the turns after the first done ones send and receive,
// at four characters a token. A sequential session sends the whole
// conversation again with every turn.
func (s *Session) Tokens(done int) (prompt, reply int64) {
	if s.Mode == schema.Batch {
		return TextTokens(len(s.opening) + 2 + len(s.items.block)), int64(len(s.items.lines)) * tokensPerAnswer
	}
	sent := TextTokens(len(s.opening) + 2)
	history := sent
	for i, line := range s.items.lines {
		history += TextTokens(len(line))
		if i >= done {
			if s.Mode == schema.Sequential {
				prompt += history
			} else {
				prompt += sent + TextTokens(len(line))
			}
			reply += tokensPerAnswer
		}
		history += tokensPerAnswer
	}
	return prompt, reply
}

// Longest estimates the tokens of the session's longest conversation, replies
// included, at four characters a token.
func (s *Session) Longest() int64 {
	prompt, reply := s.Tokens(0)
	switch s.Mode {
	case schema.Sequential:
		return s.NewTokens(0) + reply
	case schema.Isolated:
		longest := int64(0)
		for _, line := range s.items.lines {
			longest = max(longest, TextTokens(len(line)))
		}
		return TextTokens(len(s.opening)+2) + longest + tokensPerAnswer
	}
	return prompt + reply
}

// NewTokens estimates what the turns after the first done ones of a sequential
// session send that no earlier turn said.
func (s *Session) NewTokens(done int) int64 {
	var n int64
	if done == 0 {
		n = TextTokens(len(s.opening) + 2)
	}
	for _, line := range s.items.lines[done:] {
		n += TextTokens(len(line))
	}
	return n
}
