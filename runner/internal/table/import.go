package table

import "circumplex.example/schema"

// Import says where answers came from that were collected elsewhere. It holds
// no path and no clock.
type Import struct {
	// File is the base name of the source, SHA256 the digest of its bytes.
	File   string `json:"file"`
	SHA256 string `json:"sha256"`
	// Format is what the file was read as, such as "CSV, comma-separated".
	Format string `json:"format"`
	// Rows are those of the file: Dropped by request and Imported.
	Rows     int `json:"rows"`
	Dropped  int `json:"dropped"`
	Imported int `json:"imported"`
	// Options are the choices of the import, by name.
	Options map[string]string `json:"options"`
}

// Meta returns the key-value metadata that every table of a collection has.
func (i Info) Meta(exp *schema.Experiment) map[string]string { return i.meta(exp) }
