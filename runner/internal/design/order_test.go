package design_test

import (
	"slices"
	"testing"

	"circumplex.example/runner/internal/design"
	"circumplex.example/schema"
)

func quickstart(t *testing.T) *design.Design {
	t.Helper()
	exp, problems := schema.Load("../../../experiments/quickstart")
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	d, err := design.New(exp)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// ranked returns the cells' indexes in the order of one replicate.
func ranked(d *design.Design, cells []*design.Cell, replicate int) []string {
	sorted := slices.Clone(cells)
	slices.SortFunc(sorted, func(a, b *design.Cell) int {
		if d.BlockRank(a, replicate) < d.BlockRank(b, replicate) {
			return -1
		}
		return 1
	})
	var ids []string
	for _, c := range sorted {
		ids = append(ids, d.Describe(c))
	}
	return ids
}

func TestBlocksAreInAnOrderOfTheirOwn(t *testing.T) {
	d := quickstart(t)
	first, second := ranked(d, d.Cells(), 1), ranked(d, d.Cells(), 2)
	if slices.Equal(first, second) {
		t.Error("two replicates have one order")
	}
	// Every cell comes early about as often as late.
	n := len(d.Cells())
	sum := map[string]int{}
	const blocks = 2000
	for r := 1; r <= blocks; r++ {
		for pos, id := range ranked(d, d.Cells(), r) {
			sum[id] += pos
		}
	}
	for id, s := range sum {
		// Mean (n-1)/2, standard error of it sqrt((n*n-1)/12/blocks): five of them.
		if mean := float64(s) / blocks; mean < float64(n-1)/2-0.72 || mean > float64(n-1)/2+0.72 {
			t.Errorf("%s comes at %.2f on average of %d cells", id, mean, n)
		}
	}
}

// TestBlockRanksArePinned: a run that another build goes on with keeps its order.
func TestBlockRanksArePinned(t *testing.T) {
	d := quickstart(t)
	for _, c := range []struct {
		cell, replicate int
		want            uint64
	}{{0, 1, 0x4400ecde00c41df1}, {0, 2, 0xf46d672381e44b23}, {1, 1, 0x688f28fa6343b710}, {2, 300, 0x26501a29a2d39ad1}} {
		if got := d.BlockRank(d.Cells()[c.cell], c.replicate); got != c.want {
			t.Errorf("cell %d, replicate %d: rank %#x, want %#x", c.cell, c.replicate, got, c.want)
		}
	}
}

// TestNoCellIsBeforeAnother more often than after it, over 1,000 blocks, give or
// take four standard deviations of a fair coin; and one cell in a block is where
// it was in the block before.
func TestNoCellIsBeforeAnother(t *testing.T) {
	d := quickstart(t)
	const blocks, off = 1000, 64
	before := map[[2]string]int{}
	var last []string
	again := 0
	for r := 1; r <= blocks; r++ {
		ids := ranked(d, d.Cells(), r)
		for i, id := range ids {
			if last != nil && last[i] == id {
				again++
			}
			for _, later := range ids[i+1:] {
				before[[2]string{id, later}]++
			}
		}
		last = ids
	}
	for pair, n := range before {
		if n < blocks/2-off || n > blocks/2+off {
			t.Errorf("%s is before %s in %d of %d blocks", pair[0], pair[1], n, blocks)
		}
	}
	if again < blocks-2*off || again > blocks+2*off {
		t.Errorf("%d cells are where they were in the block before, want about %d", again, blocks)
	}
}

func TestAnAddedCellLeavesTheOthersInTheirOrder(t *testing.T) {
	d := quickstart(t)
	all, some := ranked(d, d.Cells(), 7), ranked(d, d.Cells()[3:], 7)
	for _, c := range d.Cells()[:3] {
		all = slices.DeleteFunc(all, func(id string) bool { return id == d.Describe(c) })
	}
	if !slices.Equal(all, some) {
		t.Errorf("got %v, want %v", some, all)
	}
}
