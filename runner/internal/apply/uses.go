package apply

import (
	"context"
	"fmt"

	"circumplex.example/runner/internal/completion"
	"circumplex.example/runner/internal/design"
	"circumplex.example/runner/internal/session"
	"circumplex.example/runner/internal/table"
)

// Walk goes over every respondent of a design, as far as replies are stored.
// The visit is used again for the next one.
func Walk(ctx context.Context, l *Library, d *design.Design, b *session.Builder, each func(*session.Visit)) error {
	answers, generations, err := Origins(d, b)
	if err != nil {
		return err
	}
	stored, err := loadBriefs(ctx, l, answers, generations, d.Experiment.Reask > 0)
	if err != nil {
		return err
	}
	w := &session.Walker{Builder: b, Replies: stored, Valid: table.NewReader(d.Experiment.Instrument).Valid}
	var v session.Visit
	for _, c := range d.Cells() {
		if err := ctx.Err(); err != nil {
			return err
		}
		for r := range d.Respondents(c) {
			if err := w.Visit(r, &v); err != nil {
				return err
			}
			each(&v)
		}
	}
	return nil
}

// Uses adds to keys every stored completion that a design uses.
func Uses(ctx context.Context, l *Library, d *design.Design, b *session.Builder, keys map[completion.Key]bool) error {
	return Walk(ctx, l, d, b, func(v *session.Visit) {
		for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
			for i := range turns {
				if turns[i].Stored {
					keys[turns[i].Key] = true
				}
			}
		}
	})
}

// Gap tells what is missing of a design, for a message.
type Gap struct {
	// Cells counts cells with something missing; First is the first missing
	// request, Place where it belongs.
	Cells int            `json:"cells"`
	First completion.Key `json:"-"`
	Key   string         `json:"first_key"`
	Place string         `json:"first_place"`
}

// note takes in the first missing request of a respondent.
func (g *Gap) note(d *design.Design, v *session.Visit, seen map[int]bool) {
	if v.State != session.Partial && v.State != session.PersonaMissing {
		return
	}
	if !seen[v.Respondent.Cell.Index] {
		seen[v.Respondent.Cell.Index] = true
		g.Cells++
	}
	if g.Key != "" {
		return
	}
	for _, turns := range [][]session.Turn{v.Personas, v.Turns} {
		for _, t := range turns {
			if t.Stored {
				continue
			}
			g.First, g.Key = t.Key, t.Key.String()
			g.Place = fmt.Sprintf("cell (%s), replicate %d, turn %d", d.Describe(v.Respondent.Cell), v.Respondent.Replicate, t.Turn)
			if t.Turn == 0 {
				g.Place = fmt.Sprintf("cell (%s), replicate %d, its persona", d.Describe(v.Respondent.Cell), v.Respondent.Replicate)
			}
			return
		}
	}
}
