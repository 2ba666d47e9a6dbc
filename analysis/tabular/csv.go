package tabular

import (
	"encoding/csv"
	"io"
	"strconv"
	"strings"
)

// WriteCSV writes a small table as CSV (RFC 4180, lines end in \n), each cell
// guarded by GuardCell.
func WriteCSV(w io.Writer, header []string, rows [][]string) error {
	cw := csv.NewWriter(w)
	guarded := make([]string, 0, len(header))
	for _, row := range append([][]string{header}, rows...) {
		guarded = guarded[:0]
		for _, cell := range row {
			guarded = append(guarded, GuardCell(cell))
		}
		if err := cw.Write(guarded); err != nil {
			return err
		}
	}
	cw.Flush()
	return cw.Error()
}

// GuardCell puts an apostrophe before text that a spreadsheet would run as a
// formula: text that begins with = + - @, a tab or a line end, also after
// spaces. Numbers stay as they are.
func GuardCell(s string) string {
	t := strings.TrimLeft(s, " \u00a0\ufeff")
	if t == "" || !strings.ContainsRune("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20", []rune(t)[0]) {
		return s
	}
	if _, err := strconv.ParseFloat(s, 64); err == nil {
		return s
	}
	return "'" + s
}
