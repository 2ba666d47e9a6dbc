package mds

import "slices"

// linear writes the least-squares linear function a + b·δ of the
// dissimilarities for the distances. Where the δ do not differ it is the mean
// distance.
func linear(dhat, dist, delta []float64) {
	n := float64(len(dist))
	var md, mx float64
	for i, d := range dist {
		md += d
		mx += delta[i]
	}
	md, mx = md/n, mx/n
	var sxx, sxy float64
	for i, d := range dist {
		e := delta[i] - mx
		sxx += e * e
		sxy += e * (d - md)
	}
	b := 0.0
	if sxx > 1e-20*mx*mx*n {
		b = sxy / sxx
	}
	for i, v := range delta {
		dhat[i] = md + b*(v-mx)
	}
}

// monotone is the monotone regression of distances on the order of the
// dissimilarities.
type monotone struct {
	order  []int32    // pairs by rising dissimilarity
	ties   [][2]int32 // ranges of order with equal dissimilarities
	mean   []float64  // of the blocks of the regression
	weight []float64
}

// tieTolerance, relative to the largest dissimilarity, is how near two must
// stand to count as tied: rounding, not a difference.
const tieTolerance = 1e-12

func newMonotone(delta []float64) *monotone {
	m := &monotone{
		order:  make([]int32, len(delta)),
		mean:   make([]float64, 0, len(delta)),
		weight: make([]float64, 0, len(delta)),
	}
	largest := 0.0
	for i := range m.order {
		m.order[i] = int32(i)
		largest = max(largest, delta[i])
	}
	slices.SortStableFunc(m.order, byValue(delta))
	for lo := 0; lo < len(delta); {
		hi := lo + 1
		for hi < len(delta) && delta[m.order[hi]]-delta[m.order[hi-1]] <= tieTolerance*largest {
			hi++
		}
		if hi > lo+1 {
			m.ties = append(m.ties, [2]int32{int32(lo), int32(hi)})
		}
		lo = hi
	}
	return m
}

// byValue compares pairs by their value in v.
func byValue(v []float64) func(a, b int32) int {
	return func(a, b int32) int {
		switch {
		case v[a] < v[b]:
			return -1
		case v[a] > v[b]:
			return 1
		}
		return int(a - b)
	}
}

// fit writes to dhat the rising sequence closest to the distances, by pooling
// adjacent violators. Tied dissimilarities are put in the order of their
// distances first (primary approach), so that ties constrain nothing.
func (m *monotone) fit(dhat, dist []float64) {
	for _, t := range m.ties {
		slices.SortFunc(m.order[t[0]:t[1]], byValue(dist))
	}
	mean, weight := m.mean[:0], m.weight[:0]
	for _, at := range m.order {
		v, w := dist[at], 1.0
		for len(mean) > 0 && mean[len(mean)-1] >= v {
			last := len(mean) - 1
			v = (v*w + mean[last]*weight[last]) / (w + weight[last])
			w += weight[last]
			mean, weight = mean[:last], weight[:last]
		}
		mean, weight = append(mean, v), append(weight, w)
	}
	i := 0
	for b, v := range mean {
		for range int(weight[b]) {
			dhat[m.order[i]] = v
			i++
		}
	}
}
