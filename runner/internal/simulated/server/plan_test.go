package server

import (
	"errors"
	"math"
	"testing"
)

func TestParsePlan(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"429=5%, reset=0.02", "429=5%,reset=2%"},
		{"slow=2%:50ms,stall=1%", "slow=2%:50ms,stall=1%:2s"},
		{"mixed=16%,429=4%", "408=1%,409=1%,429=5%,429date=1%,500=1%,502=1%,503=1%,504=1%,529=1%,error200=1%,reset=1%,cut=1%,truncate=1%,empty=1%,slow=1%:300ms,stall=1%:2s"},
		{"refusal=100%,500=100%", "500=100%,refusal=100%"},
		{"quota=0%", ""},
	} {
		p, err := ParsePlan(c.text)
		if err != nil || p.String() != c.want {
			t.Errorf("ParsePlan(%q) = %q, %v; want %q", c.text, p, err, c.want)
		}
		if again, err := ParsePlan(p.String()); err != nil || again.String() != p.String() {
			t.Errorf("ParsePlan(%q) = %q, %v", p, again, err)
		}
	}
}

func TestParsePlanRefuses(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"429", `"429" has no rate; want for example 429=5%`},
		{"429=x", `"429=x": want a rate from 0% to 100%, for example 5% or 0.05`},
		{"429=101%", `"429=101%": want a rate from 0% to 100%, for example 5% or 0.05`},
		{"429=-1%", `"429=-1%": want a rate from 0% to 100%, for example 5% or 0.05`},
		{"429=NaN", `"429=NaN": want a rate from 0% to 100%, for example 5% or 0.05`},
		{"429=1%,429=2%", `"429" is named twice`},
		{"429=1%:2s", `"429=1%:2s": only slow and stall take a duration`},
		{"slow=1%:x", `"slow=1%:x": want a duration after the colon, for example 300ms, not "x"`},
		{"500=60%,reset=50%", `faults of the transport add up to 110 %; want at most 100 %`},
		{"refusal=60%,prose=50%", `faults of the text add up to 110 %; want at most 100 %`},
		{"429x=1%", `there is no fault "429x"`},
	} {
		_, err := ParsePlan(c.text)
		if err == nil || err.Error() != c.want {
			t.Errorf("ParsePlan(%q): %v, want %s", c.text, err, c.want)
		}
	}
	var unknown *UnknownError
	if _, err := ParsePlan("x=1%"); !errors.As(err, &unknown) || len(unknown.Known) != len(faults)+1 {
		t.Errorf("unknown fault: %v", err)
	}
}

// Faults strike as often as the plan says, and a retry meets another draw.
func TestFaultsStrikeAtTheirRates(t *testing.T) {
	s := New(Options{Seed: 3, Faults: plan(t, "mixed=20%,quota=5%")})
	const n = 40000
	got, both := map[string]int{}, 0
	for i := range n {
		d := hashed("rate", string(rune(i)))
		first := s.opts.Faults.struck(s.uniform(drawFault, d, 0), false)
		if first != nil {
			got[first.name]++
		}
		if first != nil && s.opts.Faults.struck(s.uniform(drawFault, d, 1), false) != nil {
			both++
		}
	}
	for name, want := range map[string]float64{"429": 0.0125, "stall": 0.0125, "quota": 0.05} {
		if share := float64(got[name]) / n; math.Abs(share-want) > 0.003 {
			t.Errorf("%s struck %.4f of requests, want %.4f", name, share, want)
		}
	}
	if share := float64(both) / n; math.Abs(share-0.0625) > 0.006 {
		t.Errorf("two tries were struck in %.4f, want %.4f", share, 0.0625)
	}
}

func TestParseQuirks(t *testing.T) {
	q, err := ParseQuirks([]string{"refusal_rate=0.02", "json_rate=5%", "markdown_table_rate=1", "near_constant_basic=true", "constant_value=COR"})
	if err != nil || q.RefusalRate != 0.02 || q.JSONRate != 0.05 || q.MarkdownTableRate != 1 || !q.NearConstantBasic || q.ConstantValue != "COR" {
		t.Errorf("%+v, %v", q, err)
	}
	for _, c := range []struct{ text, want string }{
		{"refusal=1", `there is no quirk "refusal"`},
		{"refusal_rate", `"refusal_rate" has no value; want for example refusal_rate=0.02`},
		{"refusal_rate=2", `"refusal_rate=2": want a rate from 0% to 100%, for example 5% or 0.05`},
		{"constant_value=CORR", `"constant_value=CORR": there is no value "CORR"`},
		{"near_constant_basic=perhaps", `"near_constant_basic=perhaps": want true or false, not "perhaps"`},
	} {
		if _, err := ParseQuirks([]string{c.text}); err == nil || err.Error() != c.want {
			t.Errorf("ParseQuirks(%q): %v, want %s", c.text, err, c.want)
		}
	}
}
