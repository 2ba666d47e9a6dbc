package design

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"circumplex.example/schema"
)

// idLength is the number of hexadecimal digits of an id: 64 bits, so that among
// a million respondents the chance of two alike is one in 37 million.
const idLength = 16

func id(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%d:%s", len(p), p)
	}
	return hex.EncodeToString(h.Sum(nil))[:idLength]
}

func (d *Design) conditionID(c *Cell) string {
	parts := []string{"condition", d.Experiment.Name}
	levels := d.Levels(c)
	for _, f := range d.Experiment.FactorNames() {
		parts = append(parts, f, levels[f])
	}
	return id(parts...)
}

// RespondentID returns the id of one replicate of a cell.
func RespondentID(c *Cell, replicate int) string {
	return id("respondent", c.ID, fmt.Sprint(replicate))
}

// Hash is a digest over everything that decides which requests an experiment
// makes and how its tables are laid out: name, seed, N, factors, where, reask,
// replication and instrument. Titles, benchmarks and analysis options are not
// in it, nor is the address of a server with a declared identity.
func (d *Design) Hash() string {
	e := d.Experiment
	type variable struct {
		*schema.Variable
		Entries []schema.Entry
	}
	type prompt struct {
		Level            schema.Level
		Name             string
		Template, System string
		Variables        []variable
		Form             schema.FormRule
	}
	type model struct {
		Name  string
		Model schema.Model
	}
	var models []model
	for _, m := range e.Models {
		c := *m
		c.Price, c.Retired, c.Notes, c.APIKeyEnv, c.Account = nil, nil, "", "", ""
		if c.Identity != "" {
			c.BaseURL = "" // the identity stands for the address, as in the keys
		}
		models = append(models, model{m.Name, c})
	}
	var prompts []prompt
	for _, p := range e.Prompts {
		x := prompt{Level: p.Level, Name: p.Name, Template: p.Template.Source, Form: p.Form}
		if p.System != nil {
			x.System = p.System.Source
		}
		for _, v := range p.Variables {
			x.Variables = append(x.Variables, variable{v, d.hashedEntries(v)})
		}
		prompts = append(prompts, x)
	}
	cells := make([]string, len(d.cells))
	for i, c := range d.cells {
		cells[i] = d.Describe(c)
	}
	b, err := json.Marshal(map[string]any{
		"name": e.Name, "seed": e.Seed, "n": e.N, "models": models, "prompts": prompts,
		"temperatures": e.Temperatures, "administrations": e.Administration, "further": e.Further,
		"cells": cells, "reask": e.Reask, "replication": e.Replication, "instrument": e.Instrument.Hash,
	})
	if err != nil {
		panic("design: an experiment does not encode: " + err.Error())
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// hashedEntries returns a list's entries in an order that means nothing, unless
// the list is drawn by cycle.
func (d *Design) hashedEntries(v *schema.Variable) []schema.Entry {
	if v.Draw == schema.Cycle {
		return v.Entries
	}
	return sortedEntries(v.Entries)
}
