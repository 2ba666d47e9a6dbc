package schema

import "slices"

// analysisColumns are the columns that only tables of the analysis have, sorted. They
// have one for each factor besides, so that a factor cannot be named like one of them.
// A test of the runner holds the list to the tables.
var analysisColumns = []string{
	"a", "alpha", "alpha_benchmark", "alpha_difference", "alpha_n", "alpha_na_reason", "anchor", "answers_ambiguous", "answers_duplicate",
	"answers_empty", "answers_failed", "answers_missing", "answers_non_integer", "answers_not_run", "answers_ok", "answers_out_of_range",
	"answers_persona_failed", "answers_refusal", "answers_truncated", "answers_unparseable", "approximate", "asked", "b", "benchmark", "benchmark_x",
	"benchmark_y", "bootstrap_mean", "centred", "complete", "condition_id_2", "converged", "correlation", "defined", "difference", "dissimilarity",
	"distinct", "drift", "erratum", "estimate", "expected", "factor", "fair", "fingerprints", "fisher_p", "fisher_z", "fitted", "fitted_x",
	"fitted_y", "high", "iterations", "level", "level_1", "level_2", "low", "mds", "mean", "mean_centred", "mean_raw", "means_benchmark", "method",
	"missing", "missing_flag", "missing_share", "model_requested", "model_served", "models_served", "most_frequent", "n", "n_distinct", "n_dropped",
	"n_half", "n_no_answer", "n_too_few", "n_used", "n_value_missing", "na_reason", "name", "negative_disparities", "no_answer", "no_variance",
	"not_run", "null_mean", "null_q01", "null_q05", "offset", "ours", "p", "pairing", "params_skipped", "partial", "permutations", "persona_failed",
	"phi", "planned", "printed", "r", "r2", "rank", "raw", "re_asked", "refused", "repeated", "replies", "resamples", "rho", "rho_na_reason",
	"rho_p", "scores", "sd_centred", "sd_raw", "se", "served_unexpected", "sessions", "sessions_with_missing", "share_at_best", "splits", "ssd",
	"ssd_high", "ssd_low", "ssd_q05", "ssd_q95", "starts", "statistic", "straight_lining", "strata", "stress1", "structure_benchmark",
	"structure_kind", "system_fingerprint", "table", "too_few", "unparseable", "used", "value_2", "value_unanswered", "variance_raw", "why_not_fair",
	"x", "y",
}

// AnalysisColumn reports whether a table of the analysis has a column of this name.
func AnalysisColumn(name string) bool {
	_, found := slices.BinarySearch(analysisColumns, name)
	return found
}

// AnalysisColumns lists the columns that only tables of the analysis have.
func AnalysisColumns() []string { return slices.Clone(analysisColumns) }
