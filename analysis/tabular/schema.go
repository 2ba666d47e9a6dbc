package tabular

import (
	"fmt"

	"github.com/apache/arrow/go/v17/parquet"
	"github.com/apache/arrow/go/v17/parquet/schema"
)

// Type is the type of a column's values.
type Type int

// The types a column may have. Timestamp is microseconds since 1970-01-01 UTC.
const (
	String Type = iota + 1
	Int32
	Int64
	Float64
	Bool
	Timestamp
)

// typeNames are the words used in codebooks and messages.
var typeNames = [...]string{"unsupported", "string", "int32", "int64", "float64", "bool", "timestamp[us, UTC]"}

// String is the type's name as a codebook and an error message show it.
func (t Type) String() string {
	if t < 0 || int(t) >= len(typeNames) {
		return typeNames[0]
	}
	return typeNames[t]
}

// Column describes one column of a table.
type Column struct {
	Name     string
	Type     Type
	Nullable bool   // a missing value is null; never NaN, "" or a word
	Doc      string // what the value means, for the codebook
}

// Schema describes a table: the writer obeys it and the codebook is made of it.
type Schema struct {
	Name    string // file name without ending, such as "responses"
	Doc     string // what one row is
	Columns []Column
}

// Index is the position of the named column, or -1.
func (s Schema) Index(name string) int {
	for i, c := range s.Columns {
		if c.Name == name {
			return i
		}
	}
	return -1
}

// validate refuses a schema that cannot be written.
func (s Schema) validate() error {
	if s.Name == "" {
		return fmt.Errorf("a table needs a name")
	}
	if len(s.Columns) == 0 {
		return fmt.Errorf("table %s has no columns", s.Name)
	}
	seen := make(map[string]bool, len(s.Columns))
	for i, c := range s.Columns {
		switch {
		case c.Name == "":
			return fmt.Errorf("table %s: column %d has no name", s.Name, i+1)
		case c.Type < String || c.Type > Timestamp:
			return fmt.Errorf("table %s, column %s: no such type: %d", s.Name, c.Name, int(c.Type))
		case seen[c.Name]:
			return fmt.Errorf("table %s: two columns are named %q", s.Name, c.Name)
		}
		seen[c.Name] = true
	}
	return nil
}

// group is the Parquet schema. The root is Required: some readers refuse the
// Repeated root that the library writes by default.
func (s Schema) group() (*schema.GroupNode, error) {
	fields := make(schema.FieldList, len(s.Columns))
	for i, c := range s.Columns {
		n, err := c.node()
		if err != nil {
			return nil, fmt.Errorf("table %s, column %s: %w", s.Name, c.Name, err)
		}
		fields[i] = n
	}
	return schema.NewGroupNode("schema", parquet.Repetitions.Required, fields, -1)
}

// node is the Parquet description of the column.
func (c Column) node() (schema.Node, error) {
	rep := parquet.Repetitions.Required
	if c.Nullable {
		rep = parquet.Repetitions.Optional
	}
	var logical schema.LogicalType
	var phys parquet.Type
	switch c.Type {
	case String:
		phys, logical = parquet.Types.ByteArray, schema.StringLogicalType{}
	case Int32:
		phys = parquet.Types.Int32
	case Int64:
		phys = parquet.Types.Int64
	case Float64:
		phys = parquet.Types.Double
	case Bool:
		phys = parquet.Types.Boolean
	case Timestamp:
		phys = parquet.Types.Int64
		logical = schema.NewTimestampLogicalType(true, schema.TimeUnitMicros)
	}
	if logical == nil {
		logical = schema.NoLogicalType{}
	}
	return schema.NewPrimitiveNodeLogical(c.Name, rep, logical, phys, -1, -1)
}

// columnOf describes a column found in a file; its Type is 0 if this package
// has no type for it.
func columnOf(d *schema.Column) Column {
	c := Column{Name: d.Name(), Nullable: d.MaxDefinitionLevel() > 0}
	if d.MaxRepetitionLevel() > 0 || d.MaxDefinitionLevel() > 1 || len(d.ColumnPath()) != 1 {
		c.Name = d.Path()
		return c
	}
	c.Type = typeOf(d)
	return c
}

// typeOf maps physical and logical type of a flat column to a Type, or 0.
func typeOf(d *schema.Column) Type {
	logical := d.LogicalType()
	plain := logical == nil || logical.Equals(schema.NoLogicalType{}) || !logical.IsValid()
	switch d.PhysicalType() {
	case parquet.Types.ByteArray:
		if _, ok := logical.(schema.StringLogicalType); ok {
			return String
		}
	case parquet.Types.Int32:
		if plain || logical.Equals(schema.NewIntLogicalType(32, true)) {
			return Int32
		}
	case parquet.Types.Int64:
		if ts, ok := logical.(*schema.TimestampLogicalType); ok {
			if ts.TimeUnit() == schema.TimeUnitMicros && ts.IsAdjustedToUTC() {
				return Timestamp
			}
			return 0
		}
		if plain || logical.Equals(schema.NewIntLogicalType(64, true)) {
			return Int64
		}
	case parquet.Types.Double:
		return Float64
	case parquet.Types.Boolean:
		return Bool
	}
	return 0
}
