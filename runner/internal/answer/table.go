package answer

// table is what is known of the Markdown table being read.
type table struct {
	open    bool
	header  bool  // its columns are known from their headings
	ratings []int // columns that hold answers
}

// readRow reads a line that is a row of a table; it reports false, having
// entered nothing, if the line has no column marks.
func (r *reader) readRow(line []token) bool {
	cells := cut(line)
	if len(cells) < 2 {
		r.table = table{}
		return false
	}
	if rule(line) {
		return true
	}
	if !r.table.open {
		r.table = table{open: true}
		if r.readHeader(cells) {
			return true
		}
	}
	r.last = -1
	if len(r.table.ratings) > 0 {
		r.headedRow(cells, line)
	} else {
		r.plainRow(cells, line)
	}
	return true
}

// cut splits a row at its column marks, without empty cells at the edges.
func cut(line []token) [][]token {
	var cells [][]token
	start, marks := 0, 0
	for i, t := range line {
		if t.kind == mark && t.mark == '|' {
			if i > 0 {
				cells = append(cells, line[start:i])
			}
			start = i + 1
			marks++
		}
	}
	if marks == 0 {
		return nil
	}
	if start < len(line) {
		cells = append(cells, line[start:])
	}
	return cells
}

// rule reports whether a row is the line between head and body.
func rule(line []token) bool {
	for _, t := range line {
		if t.kind != mark || t.mark != '|' && t.mark != '-' && t.mark != ':' && t.mark != '=' && t.mark != '+' {
			return false
		}
	}
	return true
}

// readHeader takes the roles of columns from their headings; it reports false
// if the row is no header.
func (r *reader) readHeader(cells [][]token) bool {
	var ratings []int
	for i, cell := range cells {
		if len(cell) == 0 {
			continue // "#" and empty headings
		}
		if l, ok := r.labelOf(cell); ok && l.rest <= len(cell) || cell[0].kind == number {
			return false
		}
		if rd := r.value(cell, false); rd.status == OK {
			return false
		}
		if r.anyWord(cell, cue) || len(cell) == 1 && r.anyWord(cell, prefix) {
			ratings = append(ratings, i)
		}
	}
	r.table.header, r.table.ratings = true, ratings
	return true
}

func (r *reader) anyWord(toks []token, want role) bool {
	for _, t := range toks {
		if t.kind == word && r.p.vocab.is(t.id, want) {
			return true
		}
	}
	return false
}

// headedRow reads a row whose columns of answers are known. Each belongs to the
// item named in the columns between it and the one before it.
func (r *reader) headedRow(cells [][]token, line []token) {
	var readings []claim
	from := 0
	for _, col := range r.table.ratings {
		if col >= len(cells) {
			break
		}
		c, ok := r.naming(cells, from, col)
		if !ok && len(r.table.ratings) == 1 {
			c, ok = r.naming(cells, col+1, len(cells))
		}
		rd := r.value(cells[col], true)
		rd.item = max(rd.item, c.item)
		c.reading = rd
		c.start, c.end = line[0].start, line[len(line)-1].end
		if !ok && len(readings) > 0 {
			prev := &readings[len(readings)-1]
			prev.reading = prev.and(c.reading) // a second column of answers for the same item
			prev.start, prev.end = c.start, c.end
		} else {
			c.weak = nil
			readings = append(readings, c)
		}
		from = col + 1
	}
	for _, c := range readings {
		r.enter(c)
	}
}

// enter adds a claim, or a bare answer if it names no item.
func (r *reader) enter(c claim) {
	switch {
	case c.label >= 0:
		r.claim(c)
	case c.valued():
		r.bare = append(r.bare, c.reading)
	}
}

// naming finds the item that the cells from..to-1 name, by number or by text.
func (r *reader) naming(cells [][]token, from, to int) (claim, bool) {
	c := claim{label: -1}
	for i := from; i < to && i < len(cells); i++ {
		if n, ok := r.onlyLabel(cells[i]); ok {
			if c.label < 0 || c.byText {
				c.label, c.byText = n, false
			}
		} else if f, ok := r.wholeItem(cells[i]); ok && c.label < 0 {
			c.label, c.byText = f, true
			c.item = f
		} else if l, ok := r.labelStart(cells[i]); ok && c.label < 0 {
			c.label = l
		}
	}
	return c, c.label >= 0
}

// onlyLabel reads a cell that holds an item's number alone: "12", "12.", "Q12".
func (r *reader) onlyLabel(cell []token) (int, bool) {
	if len(cell) == 0 {
		return 0, false
	}
	if integer(cell[0]) && (len(cell) == 1 || len(cell) == 2 && cell[1].kind == mark && (cell[1].mark == '.' || cell[1].mark == ')' || cell[1].mark == ':')) {
		return cell[0].value, true
	}
	if cell[0].kind == keyed || cell[0].kind == word && r.p.vocab.is(cell[0].id, itemKey) {
		if l, ok := r.labelOf(cell); ok {
			return l.number, l.rest >= len(cell)
		}
		if len(cell) == 2 && integer(cell[1]) {
			return cell[1].value, true
		}
	}
	return 0, false
}

// labelStart reads a cell that begins with an item's number: "12. text".
func (r *reader) labelStart(cell []token) (int, bool) {
	if len(cell) == 0 {
		return 0, false
	}
	l, ok := r.labelOf(cell)
	return l.number, ok && l.strong
}

// wholeItem reads a cell that holds an item's text.
func (r *reader) wholeItem(cell []token) (int, bool) {
	for len(cell) > 0 && cell[0].kind == mark {
		cell = cell[1:]
	}
	f, ok := r.p.items.longest(cell)
	return int(f.value), ok && f.value > 0
}

// plainRow reads a row of a table whose headings tell nothing.
func (r *reader) plainRow(cells [][]token, line []token) {
	start, end := line[0].start, line[len(line)-1].end
	if r.pairCells(cells) {
		return
	}
	if numbers := r.numberCells(cells); len(numbers) == len(cells) && !(r.table.header && len(cells) == 2) {
		if len(cells) == 2 && integer(cells[0][0]) {
			rd := numbers[1]
			rd.start, rd.end = start, end
			r.claim(claim{reading: rd, label: cells[0][0].value, weak: &weak{bare: numbers, bond: bondSpace}})
			return
		}
		r.bare = append(r.bare, numbers...)
		return
	}
	c, _ := r.naming(cells, 0, 1)
	rest := cells[1:]
	if c.label < 0 {
		c, rest = r.namedByText(cells), cells
	}
	c.reading = reading{status: Missing, item: c.item}
	for _, cell := range rest {
		if rd := r.value(cell, true); rd.valued() && rd.plain {
			c.reading = c.and(rd)
		} else if len(cell) > 0 && !c.valued() && rd.item == 0 {
			c.status = Unparseable
			if !rd.valued() {
				c.status = rd.status
			}
		}
	}
	c.start, c.end = start, end
	c.self = c.status == OK && c.worded && c.value == c.label
	r.enter(c)
}

// pairCells reads cells that each hold an item's number and its answer.
func (r *reader) pairCells(cells [][]token) bool {
	base := len(r.claims)
	for _, cell := range cells {
		if len(cell) == 0 || r.pair(cell) != len(cell) {
			r.claims = r.claims[:base]
			return false
		}
	}
	return true
}

// namedByText finds the item whose text stands in one of the cells.
func (r *reader) namedByText(cells [][]token) claim {
	for _, cell := range cells {
		if pos, ok := r.wholeItem(cell); ok {
			return claim{label: pos, byText: true, reading: reading{item: pos}}
		}
	}
	return claim{label: -1}
}

// numberCells reads cells that each hold one whole number and nothing else.
func (r *reader) numberCells(cells [][]token) []reading {
	var out []reading
	for _, cell := range cells {
		v, used := signed(cell, 0)
		if used == 0 || used != len(cell) {
			return nil
		}
		out = append(out, reading{status: r.statusOf(v), value: v.value, start: cell[0].start, end: cell[used-1].end})
	}
	return out
}
