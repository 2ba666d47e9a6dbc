# Redoes Table 1 from the tables of an experiment, without runner's code.
#
#   runner export results/quickstart --format csv --out csv
#   Rscript docs/scripts/table1.R csv
#
# needs R alone (Debian: r-base-core), no package. From responses.csv it computes
# the value scores, their correlations and Spearman's rho with the human medians;
# from the maps in analysis_mds.csv the SSD, by a Procrustes fit of its own. It
# prints Table 1 and stops if a number is more than 1e-6 away from the one that
# runner wrote. It does not redo the scaling (MDS) that made the maps.

tolerance <- 1e-6
args <- commandArgs(trailingOnly = TRUE)
if (length(args) != 1) stop("usage: Rscript table1.R DIRECTORY, the one that runner export wrote")

# An empty cell is a missing number; the word NA could be a name, so it is not.
load <- function(name)
  read.csv(file.path(args[1], paste0(name, ".csv")), na.strings = "", check.names = FALSE, encoding = "UTF-8")
options <- load("options")
option <- function(name) options$value[match(name, options$name)]
items <- load("items")
responses <- load("responses")
benchmarks <- load("benchmarks")
fit <- load("analysis_fit")
maps <- load("analysis_mds")
theirs <- load("analysis_correlations")

# Value scores: one row a respondent, one column a value. An answer on a reversed
# scale is turned back, and a reverse-keyed item turned round: 1 becomes 6 on a scale
# from 1 to 6. Both together cancel out.
values <- unique(items$value)
answered <- responses[responses$status == "ok", c("condition_id", "respondent_id", "scale_reversed", "item", "value", "response")]
key <- items[match(answered$item, items$item), ]
turn <- (key$reverse == "true") != (answered$scale_reversed == "true")
answered$score <- ifelse(turn, key$scale_min + key$scale_max - answered$response, answered$response)
raw <- tapply(answered$score, list(answered$respondent_id, factor(answered$value, values)), mean)
condition <- answered$condition_id[match(rownames(raw), answered$respondent_id)]

# Sessions with too few answers are left out, as the options say.
n <- tapply(answered$score, answered$respondent_id, length)[rownames(raw)]
mrat <- tapply(answered$score, answered$respondent_id, mean)[rownames(raw)]
keep <- n >= as.numeric(option("min_answered")) * nrow(items) - 1e-9
if (option("require_all_values") == "true") keep <- keep & rowSums(is.na(raw)) == 0
# MRAT: a person's mean over all items is what the scores are centred on.
centred <- raw - as.vector(mrat)

# The residual of config fitted to target by shift, rotation, reflection and
# scale, both of unit size: 1 minus the squared sum of the singular values.
procrustes_ssd <- function(target, config) {
  unit <- function(x) { x <- sweep(x, 2, colMeans(x)); x / sqrt(sum(x^2)) }
  1 - sum(svd(crossprod(unit(target), unit(config)))$d)^2
}

worst <- 0
checked <- 0
compare <- function(what, ours, printed) {
  if (is.na(printed)) return(invisible()) # NA: na_reason says why
  distance <- abs(ours - printed)
  if (is.na(distance) || distance > tolerance) stop(what, ": ", ours, " here, ", printed, " in the tables")
  worst <<- max(worst, distance)
  checked <<- checked + 1
}

fit$SSD <- NA_real_
for (i in seq_len(nrow(fit))) {
  row <- fit[i, ]
  name <- paste(row$model, row$prompt, row$temperature, row$administration, sep = ", ")
  here <- condition == row$condition_id & keep
  compare(paste0(name, ": sessions"), sum(here), row$n_used)
  if (!any(here)) next

  # Spearman's rho between our mean scores and the human medians. Means that
  # differ only by the rounding of the computer are ties.
  human <- benchmarks[benchmarks$name %in% row$means_benchmark, ]
  means <- round(colMeans(centred[here, , drop = FALSE], na.rm = TRUE), 9)
  if (nrow(human) > 0 && !is.na(row$rho))
    compare(paste0(name, ": rho"), cor(means, human$number[match(values, human$value)], method = "spearman"), row$rho)

  # Correlations of the scores, if they were Pearson's of all pairs.
  if (row$correlation == "pearson" && row$missing == "pairwise") {
    scores <- if (row$scores == "raw") raw else centred
    r <- suppressWarnings(cor(scores[here, , drop = FALSE], use = "pairwise.complete.obs"))
    own <- theirs[theirs$condition_id == row$condition_id & !is.na(theirs$r), ]
    ours <- r[cbind(match(own$value, values), match(own$value_2, values))]
    if (nrow(own) > 0) {
      compare(paste0(name, ": correlations"), max(abs(ours - own$r)), 0)
    }
  }

  # SSD of the map against the benchmark's.
  if (!is.na(row$ssd)) {
    own <- maps[maps$condition_id == row$condition_id, ]
    fit$SSD[i] <- procrustes_ssd(as.matrix(own[c("benchmark_x", "benchmark_y")]), as.matrix(own[c("x", "y")]))
    compare(paste0(name, ": SSD"), fit$SSD[i], row$ssd)
  }
}
if (checked == 0) stop("nothing could be compared")

if (all(fit$simulated == "true")) cat("SIMULATED: no model was asked.\n")
cat("Table 1. SSD against", paste(sort(unique(na.omit(fit$structure_benchmark))), collapse = ", "), "\n")
# Further factors of a design, if it has any, are rows of their own.
key <- names(fit)[2:(match("simulated", names(fit)) - 1)]
lines <- do.call(paste, c(fit[c("administration", setdiff(key, c("prompt", "administration")))], sep = ", "))
print(round(tapply(fit$SSD, list(factor(lines, unique(lines)), factor(fit$prompt, unique(fit$prompt))), sum), 2))
cat(checked, "comparisons agree with runner's, the farthest by", format(worst, digits = 2), "\n")
