# The only list of tasks. `just` shows it; `just RECIPE` runs one.
# Needs just (rust-just on PyPI, or your package manager) and Go. No other tool
# has to be installed: cue and golangci-lint are fetched and built at the versions
# below.

golangci := "github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0"
platforms := "linux/amd64 linux/arm64 darwin/amd64 darwin/arm64 windows/amd64 windows/arm64"

# shows this list
default:
    @just --list --unsorted

# what has to hold before a commit: format, vet, lint, cue vet, tests
check: format vet lint cue test

# fails if gofmt would change a file
format:
    @files=$(git ls-files -z '*.go' | xargs -0 gofmt -l); if [ -n "$files" ]; then echo "gofmt would change:"; echo "$files"; exit 1; fi

# go vet
vet:
    go vet ./...

# golangci-lint with .golangci.yml; the first time it is built, which takes minutes
lint:
    GOFLAGS= go run {{ golangci }} run ./...

# stock cue vet, at the version in go.mod, of every experiment
cue:
    @for dir in experiments/*/; do echo "cue vet ${dir%/}"; go run cuelang.org/go/cmd/cue@$(go list -m -f '{{{{.Version}}' cuelang.org/go) vet -c "./${dir%/}" || exit 1; done

# all tests
test *FLAGS:
    go test {{ FLAGS }} ./...

# tests with the race detector, in random order (needs a C compiler)
race:
    CGO_ENABLED=1 go test -race -shuffle=on -timeout 20m ./...

# each fuzz target for a while: just fuzz 1m
fuzz TIME="10s":
    @git grep -l '^func Fuzz' -- '*_test.go' | xargs -n1 dirname | sort -u | while read -r dir; do \
        go test -list '^Fuzz' "./$dir" | grep '^Fuzz' | while read -r target; do \
            echo "$dir $target"; go test -run '^$' -fuzz "^$target\$" -fuzztime {{ TIME }} "./$dir" || exit 1; \
        done || exit 1; done

# benchmarks, once each: just bench 5 for a comparison with benchstat
bench COUNT="1" PACKAGES="./...":
    go test -run '^$' -bench . -benchmem -count {{ COUNT }} {{ PACKAGES }}

# rewrites goldens, expected outputs and generated pages; look at the difference
golden:
    go test ./analysis/report ./analysis/published ./runner/internal ./runner/internal/cli -update
    git diff --stat

# how often the 95 % intervals hold the truth in simulated data (six minutes on two cores); rewrites coverage.csv
intervals:
    RUN_SLOW=1 go test ./analysis/bootstrap -count=1 -run TestCoverageStudy -timeout 3h -v -update

# coverage of the tests, by function and in all, in cover.out
cover:
    go test -coverpkg=./... -coverprofile=cover.out ./...
    go tool cover -func=cover.out | tail -1

# the paper's whole design with the simulated respondent, without network
paper *FLAGS:
    go run ./runner apply ./experiments/paper --simulate {{ FLAGS }}

# a real small model behind llama.cpp on this machine: downloads 135 MB, takes minutes
local-model:
    bash .ci/local-model

# everything that CI checks, or some sections of it: just ci static readme
ci *SECTIONS:
    bash .ci/run {{ SECTIONS }}

# programs for all systems with checksums, in dist/; they need nothing installed
release:
    rm -rf dist && mkdir dist
    @[ -z "$(git status --porcelain)" ] || echo "note: there are changes that are in no commit; the programs will say so"
    @for p in {{ platforms }}; do \
        os=${p%/*}; arch=${p#*/}; ext=; [ "$os" = windows ] && ext=.exe; \
        echo "dist/runner-$os-$arch$ext"; \
        CGO_ENABLED=0 GOOS=$os GOARCH=$arch go build -trimpath -buildvcs=auto -ldflags='-s -w' -o "dist/runner-$os-$arch$ext" ./runner || exit 1; \
    done
    @"{{ just_executable() }}" licences > dist/THIRD-PARTY-LICENSES.txt
    cp LICENSE NOTICE dist
    cd dist && (sha256sum runner-* 2>/dev/null || shasum -a 256 runner-*) > SHA256SUMS && cat SHA256SUMS
    @if [ -x "dist/runner-$(go env GOHOSTOS)-$(go env GOHOSTARCH)" ]; then "dist/runner-$(go env GOHOSTOS)-$(go env GOHOSTARCH)" version; fi

# prints the licences of all that is compiled into the programs
licences:
    @bash .ci/licences {{ platforms }}

# gives the module another name, when the project has a home
rename-module NAME:
    @if [ -n "$(git status --porcelain)" ]; then echo "commit first: there are changes"; exit 1; fi
    git grep -lz --fixed-strings circumplex.example -- ':!CHANGELOG.md' | xargs -0 perl -pi -e 's|circumplex\.example|{{ NAME }}|g'
    gofmt -w analysis experiments runner schema
    go build ./... && git diff --stat | tail -1
