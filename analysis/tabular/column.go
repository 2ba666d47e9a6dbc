package tabular

import (
	"math"
	"strings"
	"time"
	"unicode/utf8"
)

// dictBytes is the largest dictionary a row group's string column builds; past
// it values are kept one by one. It stays under the limit that
// properties sets, so that one dictionary page and one data page always suffice.
const dictBytes = 512 << 10

// ColumnWriter appends values to one column. Appending a value of another type
// than the column's, a null where none may be, or a number that is not finite
// is an error that the next EndRow returns.
type ColumnWriter struct {
	w   *Writer
	col Column
	n   int // values appended in this row group, nulls included

	defs  []int16 // nullable columns: 1 for a value, 0 for null
	nulls int

	// Strings: an entry for each distinct value, or for each value once the
	// dictionary has grown too large (plain).
	codes    []int32 // one a row; 0 stands in for null
	dict     []string
	index    map[string]int32
	last     string
	lastCode int32
	plain    bool
	bytes    int

	// The other types, without the nulls.
	i32  []int32
	i64  []int64
	f64  []float64
	bool []bool
}

// value notes that a value, not a null, is appended, and checks the type.
func (c *ColumnWriter) value(t Type) bool {
	c.n++
	if c.col.Nullable {
		c.defs = append(c.defs, 1)
	}
	if c.col.Type == t {
		return true
	}
	c.w.fail(c.col.Name, "a %s was appended to a column of type %s", t, c.col.Type)
	return false
}

// AppendNull appends a missing value.
func (c *ColumnWriter) AppendNull() {
	c.n++
	if !c.col.Nullable {
		c.w.fail(c.col.Name, "null in a column that may not be null")
		return
	}
	c.nulls++
	c.defs = append(c.defs, 0)
	if c.col.Type == String {
		c.codes = append(c.codes, 0)
	}
}

// AppendString appends s, with invalid UTF-8 replaced by U+FFFD: other readers
// refuse a file that holds any.
func (c *ColumnWriter) AppendString(s string) {
	if !c.value(String) {
		return
	}
	// Rows are sorted, so most strings repeat the one before.
	if s != c.last || len(c.dict) == 0 {
		c.intern(s)
	}
	c.codes = append(c.codes, c.lastCode)
}

// intern finds or makes the dictionary entry of s.
func (c *ColumnWriter) intern(s string) {
	if !utf8.ValidString(s) {
		s = strings.ToValidUTF8(s, "\uFFFD")
	}
	c.last = s
	if !c.plain {
		if code, ok := c.index[s]; ok {
			c.lastCode = code
			return
		}
		if c.index == nil {
			c.index = make(map[string]int32)
		}
		c.index[s] = int32(len(c.dict))
	}
	c.lastCode = int32(len(c.dict))
	c.dict = append(c.dict, s)
	c.bytes += len(s) + 4
	if c.bytes > dictBytes {
		c.plain = true
	}
}

// AppendInt32 appends v.
func (c *ColumnWriter) AppendInt32(v int32) {
	if c.value(Int32) {
		c.i32 = append(c.i32, v)
	}
}

// AppendInt64 appends v.
func (c *ColumnWriter) AppendInt64(v int64) {
	if c.value(Int64) {
		c.i64 = append(c.i64, v)
	}
}

// AppendFloat64 appends v, which must be finite: a missing number is null.
func (c *ColumnWriter) AppendFloat64(v float64) {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		c.w.fail(c.col.Name, "%v is not a number to store; a missing value is null", v)
	}
	if c.value(Float64) {
		c.f64 = append(c.f64, v)
	}
}

// AppendBool appends v.
func (c *ColumnWriter) AppendBool(v bool) {
	if c.value(Bool) {
		c.bool = append(c.bool, v)
	}
}

// AppendTime appends t, cut to microseconds.
func (c *ColumnWriter) AppendTime(t time.Time) { c.AppendMicros(t.UnixMicro()) }

// AppendMicros appends a time given in microseconds since 1970-01-01 UTC.
func (c *ColumnWriter) AppendMicros(us int64) {
	if c.value(Timestamp) {
		c.i64 = append(c.i64, us)
	}
}

// AppendStringOrNull appends s, or null if s is empty.
func (c *ColumnWriter) AppendStringOrNull(s string) {
	if s == "" {
		c.AppendNull()
		return
	}
	c.AppendString(s)
}

// appendAny appends a Go value; see Writer.Append.
func (c *ColumnWriter) appendAny(v any) {
	switch v := v.(type) {
	case nil:
		c.AppendNull()
	case string:
		c.AppendString(v)
	case bool:
		c.AppendBool(v)
	case float64:
		c.AppendFloat64(v)
	case time.Time:
		c.AppendTime(v)
	case int:
		c.appendInt(int64(v))
	case int32:
		c.appendInt(int64(v))
	case int64:
		c.appendInt(v)
	default:
		c.appendPointer(v)
	}
}

// appendInt appends an integer of any size to an integer column of any size.
func (c *ColumnWriter) appendInt(v int64) {
	switch {
	case c.col.Type == Int64:
		c.AppendInt64(v)
	case v > math.MaxInt32 || v < math.MinInt32:
		c.n++
		c.w.fail(c.col.Name, "%d does not fit into an int32", v)
	default:
		c.AppendInt32(int32(v))
	}
}

// appendPointer follows a pointer; nil is null.
func (c *ColumnWriter) appendPointer(v any) {
	switch p := v.(type) {
	case *string:
		appendDeref(c, p)
	case *bool:
		appendDeref(c, p)
	case *float64:
		appendDeref(c, p)
	case *int:
		appendDeref(c, p)
	case *int32:
		appendDeref(c, p)
	case *int64:
		appendDeref(c, p)
	case *time.Time:
		appendDeref(c, p)
	default:
		c.n++
		c.w.fail(c.col.Name, "cannot append a %T", v)
	}
}

// appendDeref appends what p points to, or null.
func appendDeref[T any](c *ColumnWriter, p *T) {
	if p == nil {
		c.AppendNull()
		return
	}
	c.appendAny(*p)
}
