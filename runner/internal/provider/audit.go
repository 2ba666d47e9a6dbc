package provider

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
)

// unknown ends a mend that the table does not have.
const unknown = "not a known habit of the client"

// Undeclared returns the mends of habits that the table does not list: the
// client changed. The body was right all the same; the conformance suite fails.
func Undeclared(mends []string) []string {
	var out []string
	for _, m := range mends {
		if strings.HasSuffix(m, ": "+unknown) {
			out = append(out, m)
		}
	}
	return out
}

// auditor compares the body that a client made with the one wanted.
type auditor struct {
	habits []habit
	model  string
	mends  []string
}

// note records one mend. value is the client's for what was removed, else the
// wanted one.
func (a *auditor) note(op, path, value, detail string) {
	why := unknown
	for _, h := range a.habits {
		if h.op == op && h.path == path && (h.value == "" || h.value == value) && (h.models == nil || h.models(a.model)) {
			why = h.why
			break
		}
	}
	a.mends = append(a.mends, strings.TrimSpace(op+" "+path+" "+detail)+": "+why)
}

// compare notes what differs between the client's object and the wanted one.
func (a *auditor) compare(prefix string, got map[string]json.RawMessage, want object) {
	wanted := make(map[string]bool, len(want))
	for _, m := range want {
		wanted[m.name] = true
	}
	for _, name := range slices.Sorted(maps.Keys(got)) {
		if !wanted[name] {
			a.remove(prefix+name, got[name])
		}
	}
	for _, m := range want {
		raw, there := got[m.name]
		if m.sub != nil {
			// What is no object has no members: all of the wanted ones are added.
			members := map[string]json.RawMessage{}
			if there && json.Unmarshal(raw, &members) != nil {
				a.remove(prefix+m.name, raw)
			}
			a.compare(prefix+m.name+".", members, m.sub)
			continue
		}
		a.value(prefix+m.name, raw, m.raw, there)
	}
}

// remove notes an undeclared field, each member of an object by itself.
func (a *auditor) remove(path string, raw json.RawMessage) {
	var members map[string]json.RawMessage
	if err := json.Unmarshal(raw, &members); err == nil && len(members) > 0 {
		for _, name := range slices.Sorted(maps.Keys(members)) {
			a.remove(path+"."+name, members[name])
		}
		return
	}
	a.note("removed", path, string(raw), brief(raw))
}

// value notes a field that is missing or of another value.
func (a *auditor) value(path string, got, want []byte, there bool) {
	if !there {
		a.note("added", path, string(want), brief(want))
		return
	}
	if bytes.Equal(got, want) {
		return
	}
	var g, w any
	if json.Unmarshal(got, &g) == nil && json.Unmarshal(want, &w) == nil && reflect.DeepEqual(g, w) {
		return
	}
	op := "corrected"
	if x, ok := g.(float64); ok {
		if y, ok := w.(float64); ok && x != y && float32(x) == float32(y) {
			op = "unrounded"
		}
	}
	if path == "messages" || path == "contents" {
		a.note(op, path, string(want), "")
		return
	}
	a.note(op, path, string(want), fmt.Sprintf("from %s to %s", brief(got), brief(want)))
}

// brief shortens a value for a sentence.
func brief(raw []byte) string {
	const longest = 60
	if len(raw) <= longest {
		return string(raw)
	}
	return strings.ToValidUTF8(string(raw[:longest]), "") + "..."
}
