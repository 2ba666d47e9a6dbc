package report

import (
	"encoding/json"
	"math"
)

// chart is a figure as a vega-lite specification, beside its picture: the same
// numbers, to be restyled or combined by those who want to.
type chart map[string]any

// vegaSchema is the version of vega-lite that the specifications are written in.
const vegaSchema = "https://vega.github.io/schema/vega-lite/v5.json"

// specification is the chart as a file. Keys are sorted by encoding/json, so the
// same numbers give the same bytes.
func (a *analysis) specification(title string, results []*result, rows []chart, c chart) ([]byte, error) {
	heading := chart{"text": title, "subtitle": []string{or(a.opts.Title, a.opts.Experiment)}, "anchor": "start"}
	if b := a.bannerOf(results); b != "" {
		heading["subtitle"] = []string{or(a.opts.Title, a.opts.Experiment), b}
	}
	if rows == nil {
		rows = []chart{} // a figure without a number has no rows; null is no data in vega-lite
	}
	c["$schema"], c["title"], c["data"] = vegaSchema, heading, chart{"values": rows}
	out, err := json.MarshalIndent(c, "", " ")
	return append(out, '\n'), err
}

// field is one channel of an encoding.
func field(name, kind, title string, more ...any) chart {
	c := chart{"field": name, "type": kind, "title": title}
	for i := 0; i < len(more); i += 2 {
		c[more[i].(string)] = more[i+1]
	}
	return c
}

// colours are those of the pictures, which colour-blind people can tell apart.
var colours = []string{"#0072b2", "#e69f00", "#009e73", "#7b3294", "#56b4e9", "#000000", "#d55e00", "#cc79a7"}

// keyed are the levels of a condition as columns.
func (a *analysis) keyed(r *result) chart {
	c := chart{"model": a.modelName(r.c), "prompt": r.c.Prompt, "temperature": "T = " + tempOf(r.c), "administration": r.c.Administration, "condition": conditionTitle(a, r)}
	for k, f := range a.d.Factors {
		c[f] = r.c.Levels[k]
	}
	return c
}

// number is a finite number, or null.
func number(x float64) any {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return nil
	}
	return x
}

// spearmanChart is Figure 2a.
func (a *analysis) spearmanChart() ([]byte, error) {
	var rows []chart
	for i := range a.results {
		r := &a.results[i]
		row := a.keyed(r)
		row["column"] = r.c.Prompt + ", T = " + tempOf(r.c)
		if row["rho"] = nil; r.rhoNA == "" {
			row["rho"], row["p"] = r.rho.Rho, number(r.rho.P)
		}
		rows = append(rows, row)
	}
	ink := chart{"condition": chart{"test": "datum.rho > 0.7", "value": "#ffffff"}, "value": "#000000"}
	return a.specification("Figure 2a. Rank correlation of the value means with the benchmark", a.pointers(), rows, chart{
		"facet": chart{"row": field("administration", "nominal", "administration")},
		"spec": chart{
			"width": chart{"step": 44}, "height": chart{"step": 26},
			"encoding": chart{"x": field("column", "nominal", "prompt and temperature"), "y": field("model", "nominal", "model")},
			"layer": []chart{
				{"mark": "rect", "encoding": chart{"color": field("rho", "quantitative", "Spearman's rho", "scale", chart{"scheme": "blues", "domain": []float64{0, 1}})}},
				{"mark": "text", "encoding": chart{"text": field("rho", "quantitative", "Spearman's rho", "format", ".2f"), "color": ink}},
			},
		}})
}

// meansChart is Figure 2b of one group.
func (a *analysis) meansChart(g group) ([]byte, error) {
	var rows []chart
	var codes []string
	order := a.valueOrder()
	for _, v := range order {
		codes = append(codes, a.d.Values[v].Code)
	}
	for _, r := range g.results {
		if r.meansNA != "" {
			continue
		}
		for _, v := range order {
			row := a.keyed(r)
			row["value"], row["mean"] = a.d.Values[v].Code, number(r.means[v])
			if a.means != nil {
				row["benchmark"] = a.means.Means[v]
			}
			if a.resampling {
				if iv, na := a.interval(r, v, r.means[v]); na == "" {
					row["low"], row["high"] = iv.Low, iv.High
				}
			}
			rows = append(rows, row)
		}
	}
	x := field("value", "nominal", "value", "sort", codes)
	y := field("mean", "quantitative", "mean centred score")
	layers := []chart{{"mark": chart{"type": "line", "point": true}, "encoding": chart{"x": x, "y": y, "color": field("model", "nominal", "model", "scale", chart{"range": colours})}}}
	if a.resampling {
		layers = append(layers, chart{"mark": "rule", "encoding": chart{"x": x, "y": field("low", "quantitative", "mean centred score"), "y2": chart{"field": "high"},
			"color": field("model", "nominal", "model")}})
	}
	if a.means != nil {
		layers = append(layers, chart{"mark": chart{"type": "line", "color": "#d55e00", "strokeWidth": 3},
			"encoding": chart{"x": x, "y": chart{"field": "benchmark", "type": "quantitative", "aggregate": "mean"}}})
	}
	return a.specification("Figure 2b. Means of the values. "+g.title, g.results, rows, chart{
		"facet": chart{"row": field("prompt", "nominal", "prompt"), "column": field("temperature", "nominal", "temperature")},
		"spec":  chart{"layer": layers}})
}

// mapChart is a map, or several beside each other.
func (a *analysis) mapChart(title string, results []*result) ([]byte, error) {
	var rows []chart
	for _, r := range results {
		for _, p := range a.mapOf(r).Points {
			row := a.keyed(r)
			row["value"], row["name"] = p.Label, p.Name
			row["benchmark_x"], row["benchmark_y"] = number(p.Benchmark[0]), number(p.Benchmark[1])
			row["x"], row["y"] = number(p.Fitted[0]), number(p.Fitted[1])
			if r.fitNA == "" {
				row["ssd"] = r.match.SSD
			}
			rows = append(rows, row)
		}
	}
	bare := chart{"axis": nil}
	at := func(name string) chart { return field(name, "quantitative", "", "axis", bare["axis"]) }
	label := chart{"field": "value", "type": "nominal"}
	fitted, bench := chart{"x": at("x"), "y": at("y")}, chart{"x": at("benchmark_x"), "y": at("benchmark_y")}
	return a.specification(title, results, rows, chart{
		"columns": 4, "facet": field("condition", "nominal", "condition"),
		"spec": chart{"width": 300, "height": 300, "layer": []chart{
			{"mark": chart{"type": "rule", "color": "#777777"}, "encoding": chart{"x": at("x"), "y": at("y"), "x2": chart{"field": "benchmark_x"}, "y2": chart{"field": "benchmark_y"}}},
			{"mark": chart{"type": "point", "color": "#d55e00", "filled": false}, "encoding": bench},
			{"mark": chart{"type": "point", "color": "#0072b2", "filled": true}, "encoding": fitted},
			{"mark": chart{"type": "text", "dy": -9, "color": "#0072b2"}, "encoding": chart{"x": fitted["x"], "y": fitted["y"], "text": label}},
			{"mark": chart{"type": "text", "dy": -9, "color": "#9e3d00"}, "encoding": chart{"x": bench["x"], "y": bench["y"], "text": label}},
		}}})
}

// shiftChart is Figure 4.
func (a *analysis) shiftChart() ([]byte, error) {
	var rows []chart
	var shown []*result
	for i := range a.results {
		r := &a.results[i]
		if !r.anchored || r.curve == nil || r.curveNA != "" {
			continue
		}
		shown = append(shown, r)
		for s, mean := range r.curve.Offset {
			row := a.keyed(r)
			row["offset"], row["mean"], row["fitted"] = s, number(mean), number(r.sine.At(float64(s), len(r.curve.Offset)))
			rows = append(rows, row)
		}
	}
	x := field("offset", "quantitative", "offset from the anchored value")
	return a.specification("Figure 4. Anchor shift: mean score by offset round the circle from the anchored value", shown, rows, chart{
		"columns": 4, "facet": field("condition", "nominal", "condition"),
		"spec": chart{"layer": []chart{
			{"mark": chart{"type": "line", "color": "#d55e00", "interpolate": "monotone"}, "encoding": chart{"x": x, "y": field("fitted", "quantitative", "mean centred score")}},
			{"mark": chart{"type": "point", "color": "#0072b2", "filled": true}, "encoding": chart{"x": x, "y": field("mean", "quantitative", "mean centred score")}},
		}}})
}

// administrationChart is Figure 6.
func (a *analysis) administrationChart() ([]byte, error) {
	var rows []chart
	var shown []*result
	for _, p := range a.administrationPairs() {
		for _, r := range []*result{p.first, p.second} {
			shown = append(shown, r)
			row := a.keyed(r)
			row["cell"] = a.modelName(r.c) + ", " + r.c.Prompt + ", T = " + tempOf(r.c)
			for _, l := range r.c.Levels {
				row["cell"] = row["cell"].(string) + ", " + l
			}
			if row["rho"] = nil; r.rhoNA == "" {
				row["rho"] = r.rho.Rho
			}
			rows = append(rows, row)
		}
	}
	y := field("cell", "nominal", "model, prompt, temperature")
	return a.specification("Figure 6. Rank correlation with the benchmark in batch and in sequence", shown, rows, chart{"layer": []chart{
		{"mark": chart{"type": "line", "color": "#777777"}, "encoding": chart{"x": field("rho", "quantitative", "Spearman's rho"), "y": y, "detail": chart{"field": "cell", "type": "nominal"}}},
		{"mark": chart{"type": "point", "filled": true, "size": 60}, "encoding": chart{"x": field("rho", "quantitative", "Spearman's rho"), "y": y,
			"color": field("administration", "nominal", "administration", "scale", chart{"range": colours})}},
	}})
}
