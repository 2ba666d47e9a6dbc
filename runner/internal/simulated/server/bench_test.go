package server

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
)

// batch57 is a batch of 57 items, about as long as a real one.
func batch57() string {
	var b strings.Builder
	b.WriteString("For each description, say how much this person is like you, from 1 (not like me at all) to 6 (very much like me).\\n")
	for i := range 57 {
		fmt.Fprintf(&b, "\\n%d. It is important to this person to have a say in matter %d and to be respected by others for it.", i+1, i)
	}
	return b.String()
}

// One client and server together, over loopback: requests a second of one
// connection, and of many.
func BenchmarkServe(b *testing.B) {
	bodies := map[string]string{
		"short": openAIBody,
		"batch": strings.Replace(openAIBody, batch, batch57(), 1),
	}
	for _, name := range []string{"short", "batch"} {
		b.Run(name, func(b *testing.B) {
			s, hs := listen(b, Options{})
			hs.Client().Transport.(*http.Transport).MaxIdleConnsPerHost = 256
			var n atomic.Int64
			b.SetParallelism(16)
			b.ReportAllocs()
			b.RunParallel(func(pb *testing.PB) {
				for pb.Next() {
					r, err := http.NewRequest(http.MethodPost, hs.URL+"/v1/chat/completions", strings.NewReader(bodies[name]))
					if err != nil {
						b.Error(err)
						return
					}
					d := hashed("bench", fmt.Sprint(n.Add(1)))
					r.Header.Set(idempotencyHeader, fmt.Sprintf("%x", d[:]))
					resp, err := hs.Client().Do(r)
					if err != nil {
						b.Error(err)
						return
					}
					if _, err := io.Copy(io.Discard, resp.Body); err != nil || resp.StatusCode != http.StatusOK {
						b.Errorf("%d, %v", resp.StatusCode, err)
					}
					resp.Body.Close()
				}
			})
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "requests/s")
			if c := s.Counters(); c.Acknowledged != b.N && b.N > 1 {
				b.Errorf("%d acknowledged of %d", c.Acknowledged, b.N)
			}
		})
	}
}

// The handler alone, without a network.
func BenchmarkHandler(b *testing.B) {
	for _, w := range wires {
		b.Run(w.name, func(b *testing.B) {
			s := New(Options{})
			body := strings.Replace(w.body, batch, batch57(), 1)
			b.ReportAllocs()
			for b.Loop() {
				if status, got, _ := record(s, w.post(body)); status != http.StatusOK {
					b.Fatal(got)
				}
			}
		})
	}
}
