package report

import (
	"slices"

	"circumplex.example/analysis/tabular"
)

func col(name string, t tabular.Type, doc string) tabular.Column {
	return tabular.Column{Name: name, Type: t, Doc: doc}
}

func null(name string, t tabular.Type, doc string) tabular.Column {
	return tabular.Column{Name: name, Type: t, Nullable: true, Doc: doc}
}

// reason is the last column of every table.
func reason(what string) tabular.Column {
	return null("na_reason", tabular.String, "why "+what+" is null; null where it is not")
}

// Schemas describe the tables of the analysis for an experiment with these
// further factors: scores, value_summary, correlations, mds, fit, anchor_curve,
// sensitivity, intervals, differences, split_half, quality, quality_items,
// quality_values and served, in this order.
func Schemas(factors []string) []tabular.Schema {
	key := []tabular.Column{
		col("condition_id", tabular.String, "the condition, as in conditions.parquet"),
		col("model", tabular.String, "level of the factor model"),
		col("prompt", tabular.String, "level of the factor prompt"),
		null("temperature", tabular.Float64, "level of the factor temperature; null where it is not stated"),
		col("administration", tabular.String, "level of the factor administration"),
	}
	for _, f := range factors {
		key = append(key, col(f, tabular.String, "level of the factor "+f))
	}
	table := func(name, doc string, columns ...tabular.Column) tabular.Schema {
		return tabular.Schema{Name: name, Doc: doc, Columns: append(key[:len(key):len(key)], columns...)}
	}
	value := col("value", tabular.String, "code of the value")
	return slices.Concat([]tabular.Schema{
		table("scores", "One row a respondent and value.",
			col("respondent_id", tabular.String, "the respondent, as in respondents.parquet"),
			col("replicate", tabular.Int32, "number of the respondent within the condition, from 1"),
			value,
			null("raw", tabular.Float64, "mean of the answered items of the value, reverse-keyed items turned round; null for a session that is left out"),
			null("centred", tabular.Float64, "raw minus the mean of all answered items of the session"),
			col("used", tabular.Bool, "whether the session takes part in the statistics"),
			reason("the score")),
		table("value_summary", "One row a condition and value.", summaryColumns(value)...),
		table("correlations", "One row a condition and ordered pair of values.",
			value, col("value_2", tabular.String, "code of the other value"),
			null("r", tabular.Float64, "correlation of the two scores over the sessions used"),
			reason("r")),
		table("mds", "One row a condition and value: the map that is printed.",
			value,
			null("x", tabular.Float64, "first coordinate of the condition's own map"),
			null("y", tabular.Float64, "second coordinate of the condition's own map"),
			null("fitted_x", tabular.Float64, "first coordinate after Procrustes, in the benchmark's space"),
			null("fitted_y", tabular.Float64, "second coordinate after Procrustes, in the benchmark's space"),
			null("benchmark_x", tabular.Float64, "first coordinate of the benchmark"),
			null("benchmark_y", tabular.Float64, "second coordinate of the benchmark"),
			reason("the place on the map")),
		table("fit", "One row a condition: how many sessions were used, and how they match the benchmarks.", fitColumns()...),
		table("anchor_curve", "One row a condition, anchored value and offset round the circle; the rows of anchor \"all\" are the mean over the anchors.",
			col("anchor", tabular.String, "code of the anchored value, or all"),
			col("offset", tabular.Int32, "steps round the circle from the anchored value, from 0"),
			col("sessions", tabular.Int32, "sessions with this anchor"),
			null("mean", tabular.Float64, "mean centred score at this offset"),
			null("fitted", tabular.Float64, "a + b cos(2 pi offset/n - phi) at this offset; only for all"),
			null("a", tabular.Float64, "mean level of the fitted curve; only for all"),
			null("b", tabular.Float64, "amplitude, not negative; only for all"),
			null("phi", tabular.Float64, "offset of the peak in radians, in (-pi, pi]; only for all"),
			null("r2", tabular.Float64, "share of the variance of the points that the curve explains; only for all"),
			reason("the mean, or for all the fitted curve,")),
		table("sensitivity", "One row a condition and combination of choices, from the Torgerson start alone.",
			col("scores", tabular.String, "raw or centred"),
			col("mds", tabular.String, "ratio, interval, ordinal or classical"),
			col("dissimilarity", tabular.String, "one_minus_r or sqrt_2_1mr"),
			null("ssd", tabular.Float64, "SSD against the structure benchmark"),
			null("stress1", tabular.Float64, "Stress-1 of the map"),
			reason("ssd")),
	}, uncertaintySchemas(key), qualitySchemas(key), []tabular.Schema{servedSchema(key), printedSchema(key)})
}

// summaryColumns are those of value_summary after the condition's.
func summaryColumns(value tabular.Column) []tabular.Column {
	return []tabular.Column{
		value, col("name", tabular.String, "name of the value"),
		col("n", tabular.Int32, "sessions with a score of this value"),
		null("mean_raw", tabular.Float64, "mean of the raw scores"),
		null("sd_raw", tabular.Float64, "standard deviation of the raw scores, divisor n - 1"),
		null("mean_centred", tabular.Float64, "mean of the centred scores"),
		null("sd_centred", tabular.Float64, "standard deviation of the centred scores, divisor n - 1"),
		null("rank", tabular.Float64, "rank of mean_centred, of mean_raw where the instrument claims no circle; 1 is the highest, ties share the average"),
		null("benchmark", tabular.Float64, "the value's number in the benchmark of means"),
		null("alpha", tabular.Float64, "Cronbach's alpha of the value's items"),
		null("alpha_na_reason", tabular.String, "why alpha is null"),
		reason("mean or rank"),
	}
}

// fitColumns are those of fit after the condition's.
func fitColumns() []tabular.Column {
	return []tabular.Column{
		col("simulated", tabular.Bool, "whether a simulated respondent answered"),
		col("n_planned", tabular.Int32, "sessions planned"), col("n_complete", tabular.Int32, "sessions complete"),
		col("n_used", tabular.Int32, "sessions used in every statistic"), col("n_dropped", tabular.Int32, "sessions left out of every statistic"),
		col("n_no_answer", tabular.Int32, "left out: not one valid answer"),
		col("n_too_few", tabular.Int32, "left out: fewer answers than min_answered asks for"),
		col("n_value_missing", tabular.Int32, "left out: a value without an answer"),
		col("n_distinct", tabular.Int32, "different vectors of answers among the sessions used"),
		null("means_benchmark", tabular.String, "name of the benchmark of means"),
		null("rho", tabular.Float64, "Spearman's rho of the means (raw ones where the instrument claims no circle, else centred) with the benchmark"),
		null("rho_p", tabular.Float64, "two-sided p of rho, from t with number of values - 2 degrees of freedom"),
		null("rho_na_reason", tabular.String, "why rho is null"),
		null("structure_benchmark", tabular.String, "name of the benchmark of the structure"),
		null("structure_kind", tabular.String, "its kind: human, theory or model"),
		col("scores", tabular.String, "raw or centred"), col("correlation", tabular.String, "pearson or spearman"),
		col("missing", tabular.String, "pairwise or listwise"), col("mds", tabular.String, "ratio, interval, ordinal or classical"),
		col("dissimilarity", tabular.String, "one_minus_r or sqrt_2_1mr"),
		null("stress1", tabular.Float64, "Stress-1 of the map"),
		null("starts", tabular.Int32, "starts, Torgerson's among them"),
		null("share_at_best", tabular.Float64, "share of the starts that reach the lowest Stress-1"),
		null("iterations", tabular.Int32, "iterations of the start that was kept"),
		null("converged", tabular.Bool, "false if the limit of iterations ended it"),
		null("negative_disparities", tabular.Int32, "disparities below zero (interval only)"),
		null("ssd", tabular.Float64, "SSD against the structure benchmark, 0 is a perfect match"),
		null("ssd_low", tabular.Float64, "lowest SSD over all starts"), null("ssd_high", tabular.Float64, "highest SSD over all starts"),
		null("r", tabular.Float64, "root of 1 - SSD"),
		null("p", tabular.Float64, "permutation p: (permutations at most as large + 1)/(permutations + 1)"),
		null("permutations", tabular.Int32, "permutations; null if none were asked for"),
		null("null_mean", tabular.Float64, "mean SSD of random labels"),
		null("null_q05", tabular.Float64, "5 % point of the SSD of random labels"),
		null("null_q01", tabular.Float64, "1 % point of the SSD of random labels"),
		reason("ssd"),
	}
}
