// Package tabular is the one place that reads and writes the project's tables
// as Parquet files.
//
// It knows columns, rows, nulls and files. It does not know what a table
// means: questionnaires, conditions and statistics are its callers' business.
//
// A table is described as data by a [Schema], from which the file, the errors
// and the codebook are made:
//
//	values := tabular.Schema{Name: "values", Doc: "one row a value", Columns: []tabular.Column{
//		{Name: "value", Type: tabular.String, Doc: "the value's code"},
//		{Name: "circle_a", Type: tabular.Int32, Nullable: true, Doc: "position, from 0"},
//	}}
//	w, err := tabular.Create("results/values.parquet", values, map[string]string{"table_version": "1"})
//	...
//	defer w.Abort() // does nothing after Close
//	w.Col(0).AppendString("SDT")
//	w.Col(1).AppendInt32(0)
//	err = w.EndRow()
//	...
//	err = w.Close() // synced and renamed: the table exists now, and only now
//
// What is written is a function of the rows, the schema and the metadata: no
// clock, no host, no build enters the bytes. A file is zstd compressed, in row
// groups of 131,072 rows or 64 MiB of text, with data pages of version 1.
package tabular
