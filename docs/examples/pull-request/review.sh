#!/bin/sh
# Reviews the experiments of a repository as a pull request would change them:
# is each sound, what does the change mean, does a small simulated run go through?
#
#   sh review.sh [--base REV] [--comment FILE] [DIR...]
#
# REV is what the change is held against (default: where the work left the main
# branch), FILE gets the Markdown for the comment (default: comment.md), DIR are
# the experiments (default: every directory with a line that begins "experiment:").
# RUNNER names the program (default: runner). No model is asked, no key is needed,
# and nothing is written but FILE.
#
# Exit code: 0 if all is sound, 1 if an experiment is not or a run fails.
set -eu

base='' comment=comment.md runner=${RUNNER:-runner}
while [ $# -gt 0 ]; do
    case $1 in
    --base) base=$2 && shift 2 ;;
    --comment) comment=$2 && shift 2 ;;
    --) shift && break ;;
    -*) echo "review.sh: there is no option $1" >&2 && exit 64 ;;
    *) break ;;
    esac
done

tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

# Names of directories may hold anything but a line end.
if [ $# -gt 0 ]; then
    printf '%s\n' "$@" >"$tmp/dirs"
else
    git ls-files -z --cached --others --exclude-standard -- '*.cue' | tr '\0' '\n' |
        while IFS= read -r file; do
            if [ -f "$file" ] && grep -q '^experiment:' "$file"; then dirname "$file"; fi
        done | sort -u >"$tmp/dirs"
fi
if [ ! -s "$tmp/dirs" ]; then
    echo "review.sh: no experiment found; name its directory" >&2
    exit 64
fi

# quoted FILE: as a block of code by indentation, which no text can end, and
# without control characters.
quoted() {
    echo
    tr -d '\000-\010\013-\037\177' <"$1" | sed 's/^/    /'
    echo
}

# add FILE WHAT: to the comment, as long as it has room (65,536 characters).
add() {
    if [ $(($(wc -m <"$tmp/comment") + $(wc -m <"$1"))) -lt 64000 ]; then
        cat "$1" >>"$tmp/comment"
    else
        printf '\n%s is left out, because the comment would be too long; the log of the run holds it.\n' "$2" >>"$tmp/comment"
    fi
}

# difference DIR FORMAT: 2 if anything changes. What validate said is in $tmp/valid.
difference() {
    if [ -z "$base" ]; then
        "$runner" diff --detailed-exitcode --format "$2" "$1"
    elif git rev-parse --verify --quiet "$base:./$1" >/dev/null; then
        "$runner" diff --detailed-exitcode --format "$2" "$base:./$1" "$1"
    else
        echo '### A new experiment'
        quoted "$tmp/valid"
        return 2
    fi
}

bad=0 same=0
printf '<!-- runner review -->\n' >"$tmp/comment"
while IFS= read -r dir <&3; do
    echo "=== $dir"
    code=0
    "$runner" validate "$dir" >"$tmp/out" 2>&1 || code=$?
    cat "$tmp/out"
    cp "$tmp/out" "$tmp/valid"
    if [ "$code" -ne 0 ]; then
        { echo '### An experiment is not sound' && quoted "$tmp/out"; } >"$tmp/part"
        add "$tmp/part" 'An experiment that is not sound'
        bad=1
        continue
    fi

    code=0
    difference "$dir" markdown >"$tmp/part" 2>"$tmp/out" || code=$?
    case $code in
    0) same=$((same + 1)) ;;
    2) add "$tmp/part" 'The change of an experiment' ;;
    *)
        cat "$tmp/out" >&2
        { echo '### A change cannot be told' && quoted "$tmp/out"; } >"$tmp/part"
        add "$tmp/part" 'A change that cannot be told'
        bad=1
        ;;
    esac
    [ "$code" -ne 2 ] || difference "$dir" text || [ $? -eq 2 ]

    # Two respondents of each cell, answered by the simulated respondent.
    code=0
    rm -rf "$tmp/store" "$tmp/results"
    "$runner" apply --simulate --first 2 --no-analysis --store "$tmp/store" --results "$tmp/results" "$dir" >"$tmp/out" 2>&1 || code=$?
    if [ "$code" -ne 0 ]; then
        cat "$tmp/out" >&2
        { echo '### A simulated run fails' && quoted "$tmp/out"; } >"$tmp/part"
        add "$tmp/part" 'A simulated run that fails'
        bad=1
    else
        grep '^made ' "$tmp/out" || true
    fi
done 3<"$tmp/dirs"

if [ "$same" -gt 0 ]; then
    printf '\nExperiments without a change: %d.\n' "$same" >>"$tmp/comment"
fi
if [ "$bad" -eq 0 ]; then
    printf '\nAll experiments are sound, and a simulated run of two respondents a cell goes through.\n' >>"$tmp/comment"
fi
cp "$tmp/comment" "$comment"
echo "comment: $comment"
exit "$bad"
