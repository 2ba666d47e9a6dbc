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

// Money is rounded as a whole, and a small amount is not shown as none.
func TestDollars(t *testing.T) {
	for usd, want := range map[float64]string{
		0: "$0.00", 0.0001: "$0.0001", 0.0273: "$0.0273", 0.1: "$0.10", 1.999: "$2.00", 12.5: "$12.50", 999.996: "$1,000.00", 12345.6: "$12,345.60",
	} {
		if got := dollars(usd); got != want {
			t.Errorf("dollars(%v) = %s, want %s", usd, got, want)
		}
	}
}
