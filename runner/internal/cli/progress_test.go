package cli

import "testing"

func TestSpeed(t *testing.T) {
	for _, c := range []struct {
		perSecond float64
		want      string
	}{{0.0044, "0.3/min"}, {0.5, "30.0/min"}, {1, "1/s"}, {4321.9, "4,321/s"}} {
		if got := speed(c.perSecond); got != c.want {
			t.Errorf("%v a second: got %q, want %q", c.perSecond, got, c.want)
		}
	}
}
