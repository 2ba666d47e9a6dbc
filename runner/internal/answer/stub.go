package answer

var refusals [][]string

func (p *Parser) readBatch(text string, finish Finish, out []Answer) {
	for i := range out {
		out[i] = Answer{Status: Unparseable}
	}
}

func (p *Parser) readSingle(position int, text string, finish Finish) Answer {
	return Answer{Status: Unparseable}
}
