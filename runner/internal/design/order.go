package design

import "fmt"

// BlockRank orders the cells within one replicate: lower ranks come first. The
// order is another one for each replicate and follows from the seed, so that what
// changes over time falls on all cells alike (randomised complete blocks, Fisher
// 1935). It hangs on the cell's id alone: an added cell leaves the others in
// their order.
func (d *Design) BlockRank(c *Cell, replicate int) uint64 {
	return digestWord("order", fmt.Sprint(d.Experiment.Seed), fmt.Sprint(replicate)).mix(digestWord(c.ID))
}
