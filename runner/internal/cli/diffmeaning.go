package cli

import (
	"fmt"
	"regexp"
	"strings"

	"circumplex.example/runner/internal/diff"
)

// endpoints says where requests and keys go.
func (v *diffView) endpoints() []block {
	var out []block
	for _, x := range []struct {
		sign string
		list []diff.Endpoint
	}{{"+", v.d.EndpointsAdded}, {"-", v.d.EndpointsRemoved}} {
		for _, e := range x.list {
			out = append(out, block{sign: x.sign, says: endpoint(e)})
		}
	}
	return out
}

func endpoint(e diff.Endpoint) marked {
	where := "its own address"
	if e.Host != "" {
		where = named(e.Host)
	}
	key := "no key declared"
	if e.KeyFrom != "" {
		key = "key from " + named(e.KeyFrom)
	}
	var models []string
	for _, m := range e.Models {
		models = append(models, said(m))
	}
	return marked(fmt.Sprintf("%s at %s, %s, for %s", named(e.Provider), where, key, strings.Join(models, ", ")))
}

func (v *diffView) endpointsSummary() string {
	return plusMinus(len(v.d.EndpointsAdded), len(v.d.EndpointsRemoved), "address or key")
}

// tables says what published tables mean now.
func (v *diffView) tables() []block {
	var out []block
	group := func(title string, fields []diff.Field, each func(diff.Field) []block) {
		if len(fields) == 0 {
			return
		}
		out = append(out, block{sign: "~", says: marked(title)})
		for i, f := range fields {
			if i == fieldsShown {
				out = append(out, block{depth: 1, sign: "*", says: marked(fmt.Sprintf("and %s more", num(len(fields)-i)))})
				break
			}
			out = append(out, each(f)...)
		}
	}
	group("questionnaire: scores before and after cannot be compared", v.d.Instrument, itemBlocks)
	group("benchmarks: the same answers are compared with something else", v.d.Benchmarks, benchmarkBlock)
	group("analysis: the same answers give other numbers; nobody is asked again", v.d.Analysis, fieldBlocks)
	return out
}

var itemPath = regexp.MustCompile(`^items\.0*([0-9]+)\.(?:texts\.)?`)

// itemBlocks names an item as people do.
func itemBlocks(f diff.Field) []block {
	f.Path = itemPath.ReplaceAllString(f.Path, "item $1, ")
	return fieldBlocks(f)
}

// fieldsShown is how many fields of one kind are named.
const fieldsShown = 10

func benchmarkBlock(f diff.Field) []block {
	if strings.HasSuffix(f.Path, ".numbers") {
		return []block{{depth: 1, sign: "~", says: marked(fmt.Sprintf("%s: %s changed", named(strings.TrimSuffix(f.Path, ".numbers")), count(f.New.(int), "number")))}}
	}
	return fieldBlocks(f)
}

func (v *diffView) harmless() []block {
	var out []block
	for _, f := range v.d.Harmless {
		out = append(out, block{sign: "~", says: marked(named(f.Path) + " " + change(f))})
	}
	return out
}
