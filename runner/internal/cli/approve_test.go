package cli

import (
	"errors"
	"io"
	"strings"
	"testing"
)

func TestAQuestionEndsWithAnInterrupt(t *testing.T) {
	silent, w := io.Pipe()
	defer w.Close()
	stop := make(chan struct{})
	close(stop)
	var ee *exitError
	if _, err := readAnswer(stop, silent); !errors.As(err, &ee) || ee.code != exitInterrupted {
		t.Errorf("%v, want exit %d", err, exitInterrupted)
	}
	for _, said := range []string{"yes\n", "yes"} {
		if got, err := readAnswer(make(chan struct{}), strings.NewReader(said)); err != nil || strings.TrimSpace(got) != "yes" {
			t.Errorf("%q: %q, %v", said, got, err)
		}
	}
}
