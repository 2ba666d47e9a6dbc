package cli

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"circumplex.example/runner/internal/importer"
	"circumplex.example/schema"
	"circumplex.example/schema/diag"
)

// instrumentFlags are the flags of import instrument.
type instrumentFlags struct {
	name, into, key, scale, structure, encoding, title, licence string
	values, labels, columns, forms                              []string
	reverse                                                     []int
	clean, gaps, share, replace                                 bool
}

// job reads the flags.
func (f instrumentFlags) job(file string) (*importer.InstrumentJob, error) {
	usage := func(format string, args ...any) error {
		return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
	}
	if f.name == "" {
		return nil, usage("--name is needed\n    mend: runner import instrument %s --name NAME", file)
	}
	if err := schema.FieldName(f.name); err != nil {
		return nil, usage("--name %w", err)
	}
	job := &importer.InstrumentJob{File: file, Name: f.name, Title: f.title, Licence: f.licence, Labels: map[int]string{}, Reverse: f.reverse,
		Structure: f.structure, Encoding: f.encoding, Forms: f.forms, Clean: f.clean, Gaps: f.gaps}
	if kinds := []string{"circumplex", "none"}; f.structure != "" && !slices.Contains(kinds, f.structure) {
		return nil, usage("--structure %s: there is no such structure\n    mend: %s", f.structure, diag.DidYouMean(f.structure, kinds))
	}
	if f.scale != "" {
		if n, err := fmt.Sscanf(f.scale+"\n", "%d-%d\n", &job.Min, &job.Max); n != 2 || err != nil || job.Min >= job.Max {
			return nil, usage("--scale %s: want its lowest and highest point, for example  --scale 1-6", f.scale)
		}
	} else if f.key == "" {
		return nil, usage("--scale is needed where no --key gives one\n    mend: runner import instrument %s --name %s --scale 1-6", file, f.name)
	}
	labels, err := pairs("--label", "'1=never'", f.labels)
	if err != nil {
		return nil, err
	}
	for point, label := range labels {
		n, perr := strconv.Atoi(point)
		if perr != nil {
			return nil, usage("--label %s=%s: %q is no point of a scale", point, label, point)
		}
		job.Labels[n] = label
	}
	if job.Columns, err = pairs("--column", "neutral=Wording", f.columns); err != nil {
		return nil, err
	}
	for _, v := range f.values {
		code, name, named := strings.Cut(v, "=")
		if !named {
			name = code
		}
		if code == "" || name == "" || slices.ContainsFunc(job.Values, func(x schema.Value) bool { return x.Code == code }) {
			return nil, usage("--values %s: want each code once, for example  --values TID=Tidiness,CUR=Curiosity", v)
		}
		job.Values = append(job.Values, schema.Value{Code: code, Name: name})
	}
	if f.key != "" && len(job.Values) > 0 {
		return nil, usage("--key %s has values of its own: leave out --values", f.key)
	}
	job.Key, err = instrumentKey(f.key)
	return job, err
}

// instrumentKey loads the instrument whose key is taken. A name may leave out
// the _key at its end, as in pvqrr.
func instrumentKey(given string) (*schema.Instrument, error) {
	if given == "" {
		return nil, nil
	}
	if known := schema.ShippedInstruments(); !slices.Contains(known, given) && slices.Contains(known, given+"_key") {
		given += "_key"
	}
	in, problems := schema.LoadInstrument(given)
	if problems.HasErrors() {
		return nil, problems
	}
	return in, nil
}
