package answer

// fastBatch reads the plain form that most models give: lines "1. 4" to
// "n. 4", nothing else. It reports false, having read nothing, for every
// other text. It must agree with readBatch; a test holds it to that.
func (p *Parser) fastBatch(text string, finish Finish, out []Answer) bool {
	if p.n < 2 || finish == FinishLength {
		return false
	}
	i := 0
	for pos := 1; pos <= p.n; pos++ {
		start := i
		label, next := plainInt(text, i)
		if next == i || label != pos || text[i] == '0' || next+1 >= len(text) || text[next] != '.' || text[next+1] != ' ' {
			return false
		}
		v, end, ok := p.plainScore(text, next+2)
		if !ok {
			return false
		}
		out[pos-1] = Answer{Status: OK, Response: v, Raw: text[start:end]}
		i = end
		if i < len(text) && text[i] == '\n' {
			i++
		} else if pos < p.n {
			return false
		}
	}
	return i == len(text)
}

// fastSingle reads a reply that is one number and nothing else.
func (p *Parser) fastSingle(text string, finish Finish) (Answer, bool) {
	if finish == FinishLength {
		return Answer{}, false
	}
	v, end, ok := p.plainScore(text, 0)
	if !ok || (end < len(text) && text[end:] != "\n") {
		return Answer{}, false
	}
	return Answer{Status: OK, Response: v, Raw: text[:end]}, true
}

// plainScore reads a number of at most four digits within the scale, with an
// optional minus sign.
func (p *Parser) plainScore(text string, i int) (value, end int, ok bool) {
	neg := i < len(text) && text[i] == '-'
	if neg {
		i++
	}
	v, end := plainInt(text, i)
	if end == i || end-i > 4 {
		return 0, end, false
	}
	if neg {
		v = -v
	}
	return v, end, p.inScale(v)
}

// plainInt reads up to nine ASCII digits from i on; end == i if there is none.
func plainInt(text string, i int) (value, end int) {
	start := i
	for i < len(text) && i-start < 9 && text[i] >= '0' && text[i] <= '9' {
		value = value*10 + int(text[i]-'0')
		i++
	}
	return value, i
}
