package server

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"circumplex.example/runner/internal/simulated"
)

// QuirkNames are the names that ParseQuirks knows, such as refusal_rate.
func QuirkNames() []string {
	var out []string
	for f := range reflect.TypeFor[simulated.Quirks]().Fields() {
		out = append(out, snake(f.Name))
	}
	slices.Sort(out)
	return out
}

// snake writes RefusalRate as refusal_rate, and JSONRate as json_rate.
func snake(name string) string {
	var b strings.Builder
	runes := []rune(name)
	for i, r := range runes {
		starts := i > 0 && unicode.IsUpper(r) && (unicode.IsLower(runes[i-1]) || i+1 < len(runes) && unicode.IsLower(runes[i+1]))
		if starts {
			b.WriteByte('_')
		}
		b.WriteRune(unicode.ToLower(r))
	}
	return b.String()
}

// ParseQuirks reads settings such as "refusal_rate=0.02".
func ParseQuirks(settings []string) (simulated.Quirks, error) {
	var q simulated.Quirks
	for _, setting := range settings {
		name, value, ok := strings.Cut(setting, "=")
		if !slices.Contains(QuirkNames(), name) {
			return q, &UnknownError{What: "quirk", Name: name, Known: QuirkNames()}
		}
		if !ok {
			return q, fmt.Errorf("%q has no value; want for example refusal_rate=0.02", setting)
		}
		v := reflect.ValueOf(&q).Elem()
		field := v.FieldByNameFunc(func(f string) bool { return snake(f) == name })
		if err := setQuirk(field, value); err != nil {
			return q, fmt.Errorf("%q: %w", setting, err)
		}
	}
	return q, nil
}

func setQuirk(field reflect.Value, value string) error {
	switch field.Kind() {
	case reflect.Bool:
		b, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("want true or false, not %q", value)
		}
		field.SetBool(b)
	case reflect.String: // the one text is a value's code
		if !slices.Contains(simulated.Values(), value) {
			return &UnknownError{What: "value", Name: value, Known: simulated.Values()}
		}
		field.SetString(value)
	default:
		rate, _, err := parseRate(value)
		if err != nil || strings.Contains(value, ":") {
			return errRate
		}
		field.SetFloat(rate)
	}
	return nil
}
