package cli

import (
	"fmt"
	"io"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
	"golang.org/x/term"
)

// progress shows how a run goes on: a bar on a terminal, a plain line every few
// seconds elsewhere, nothing for runs that are over before anybody looks.
type progress struct {
	w        io.Writer
	terminal bool

	mu    sync.Mutex
	want  int64
	name  string
	bar   *mpb.Bar
	bars  *mpb.Progress
	quit  chan struct{}
	ended sync.WaitGroup

	done  atomic.Int64
	began time.Time
}

// lineEvery is how often a plain line is written.
const lineEvery = 5 * time.Second

func newProgress(w io.Writer) *progress {
	f, ok := w.(*os.File)
	return &progress{w: w, terminal: ok && term.IsTerminal(int(f.Fd())), quit: make(chan struct{})}
}

// total begins showing n completions to come.
func (p *progress) total(n int) {
	if n == 0 {
		return
	}
	p.want, p.began = int64(n), time.Now()
	if p.terminal {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.bars = mpb.New(mpb.WithOutput(p.w), mpb.WithWidth(28), mpb.WithRefreshRate(150*time.Millisecond))
		p.bar = p.bars.AddBar(p.want,
			mpb.PrependDecorators(decor.Any(func(decor.Statistics) string { return fmt.Sprintf("%-9s", p.phaseName()) })),
			mpb.AppendDecorators(decor.Any(func(decor.Statistics) string { return p.figures() })))
		return
	}
	p.ended.Add(1)
	go p.lines()
}

func (p *progress) phase(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.name = name
}

func (p *progress) phaseName() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.name
}

// add counts n completions.
func (p *progress) add(n int) {
	p.done.Add(int64(n))
	if p.bar != nil {
		p.bar.IncrBy(n)
	}
}

// say prints a line above the bar.
func (p *progress) say(line string) {
	p.mu.Lock()
	bars := p.bars
	p.mu.Unlock()
	if bars != nil {
		fmt.Fprint(p.w, "\r") // the ^C that a terminal echoes moves the cursor, and the bar with it
		if _, err := fmt.Fprintln(bars, line); err == nil {
			return
		}
	}
	fmt.Fprintln(p.w, line)
}

// figures renders count, rate and time left.
func (p *progress) figures() string {
	done, since := p.done.Load(), time.Since(p.began)
	s := fmt.Sprintf(" %s of %s", num(int(done)), num(int(p.want)))
	rate := float64(done) / since.Seconds()
	if since < time.Second || done == 0 {
		return s
	}
	s += ", " + speed(rate)
	if left := time.Duration(float64(p.want-done) / rate * float64(time.Second)); done < p.want {
		s += ", " + duration(left) + " left"
	}
	return s
}

// speed renders a rate; a model on a slow machine makes less than one a second.
func speed(perSecond float64) string {
	if perSecond < 1 {
		return fmt.Sprintf("%.1f/min", 60*perSecond)
	}
	return num(int(perSecond)) + "/s"
}

func duration(d time.Duration) string {
	switch {
	case d >= time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	case d >= time.Minute:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	}
	return fmt.Sprintf("%ds", int(d.Seconds()+0.5))
}

func (p *progress) lines() {
	defer p.ended.Done()
	t := time.NewTicker(lineEvery)
	defer t.Stop()
	whole := false
	for {
		select {
		case <-p.quit:
			return
		case <-t.C:
			if whole {
				continue // what follows the last one, such as drawing, has no count
			}
			whole = p.done.Load() >= p.want
			fmt.Fprintf(p.w, "%s:%s\n", p.phaseName(), p.figures())
		}
	}
}

// close ends the display; what follows is printed below it.
func (p *progress) close() {
	close(p.quit)
	p.ended.Wait()
	if p.bars == nil {
		return
	}
	if p.done.Load() < p.want {
		p.bar.Abort(false)
	}
	p.bars.Wait()
}
