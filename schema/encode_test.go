package schema_test

import (
	"bytes"
	"errors"
	"reflect"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"circumplex.example/schema"
)

// What Encode writes, Decode gives back: every field of the experiments of this
// repository, with the same bytes again.
func TestEncodingOfExperimentsIsReadBack(t *testing.T) {
	for _, name := range []string{"paper", "quickstart", "faults"} {
		t.Run(name, func(t *testing.T) {
			want, problems := schema.Load("../experiments/" + name)
			if problems.HasErrors() {
				t.Fatal(problems)
			}
			roundTrip(t, want)
		})
	}
}

func roundTrip(t *testing.T, want *schema.Experiment) {
	t.Helper()
	data, err := want.Encode()
	if err != nil {
		t.Fatal(err)
	}
	got, err := schema.Decode(data)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(want, got, cmpopts.IgnoreFields(schema.Experiment{}, "Dir", "Root"), cmpopts.IgnoreUnexported(schema.Experiment{}),
		cmp.Comparer(func(a, b *schema.Template) bool { return reflect.DeepEqual(a, b) })); d != "" {
		t.Errorf("- encoded, + decoded:\n%s", d)
	}
	again, err := got.Encode()
	if err != nil || !bytes.Equal(again, data) {
		t.Errorf("encoded again it has other bytes (%v)", err)
	}
}

// A field that is added to Experiment, or to anything in it, is in the encoding:
// this fills every field there is with something of its own.
func TestEncodingLeavesNoFieldOut(t *testing.T) {
	var exp schema.Experiment
	f := filler{}
	f.fill(t, reflect.ValueOf(&exp).Elem())
	exp.Dir, exp.Root = "", ""
	if f.n < 100 {
		t.Fatalf("only %d values were filled in", f.n)
	}
	roundTrip(t, &exp)
}

// filler gives every value another number or text.
type filler struct{ n int }

func (f *filler) fill(t *testing.T, v reflect.Value) {
	f.n++
	switch x := v.Addr().Interface().(type) {
	case **schema.Template:
		tmpl, err := schema.ParseTemplate("text {x} " + strings.Repeat("i", f.n%7))
		if err != nil {
			t.Fatal(err)
		}
		*x = tmpl
		return
	case *schema.Draw:
		*x = schema.Generate
		return
	case *schema.Mode:
		*x = schema.Sequential
		return
	case *schema.Entry:
		*x = schema.Entry{"x": "text", "number": int64(f.n)}
		return
	case *map[string]any:
		*x = map[string]any{"top_p": float64(f.n) / 7, "stop": []any{"a", "b"}, "text": "t", "yes": true}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(strings.Repeat("s", f.n%9+1))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(f.n))
	case reflect.Uint64:
		v.SetUint(1<<53 - uint64(f.n))
	case reflect.Float64:
		v.SetFloat(float64(f.n) / 3)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		f.fill(t, v.Elem())
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			f.fill(t, v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(t, v.Index(i))
		}
	case reflect.Map:
		v.Set(reflect.MakeMap(v.Type()))
		for range 2 {
			key, value := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
			f.fill(t, key)
			f.fill(t, value)
			v.SetMapIndex(key, value)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() {
				f.fill(t, v.Field(i))
			}
		}
	default:
		t.Fatalf("the filler does not know %s", v.Type())
	}
}

// What no program of this version wrote is refused in words.
func TestDecodeRefuses(t *testing.T) {
	exp, problems := schema.Load("../experiments/quickstart")
	if problems.HasErrors() {
		t.Fatal(problems)
	}
	data, err := exp.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const pre = "not an experiment as this version of runner encodes it: "
	for _, c := range []struct{ name, old, new, want string }{
		{"no JSON", "{", "", "json: cannot unmarshal string into Go value of type schema.encoded"},
		{"another format", `"format": 1`, `"format": 2`, "its format is 2, this version reads 1"},
		{"a field of a later version", `"seed"`, `"sead": 1, "seed"`, `json: unknown field "sead"`},
		{"n", `"n": 100`, `"n": 0`, "its n is 0"},
		{"a draw", `"Draw": "shuffle"`, `"Draw": "lots"`, `variable "name" of prompt "names": its draw is "lots"`},
		{"a template", "Answer as {title}", "Answer as {title", `prompt "names": "{title {surname}" is no placeholder: a name of letters, digits and _ is wanted between the braces`},
		{"a mode", `"mode": "batch"`, `"mode": "bunch"`, `administration "batch" has the mode "bunch"`},
		{"a part of an entry", `"surname": "Begay"`, `"surname": 1.5`, "variable \"name\": the entry surname = 1.5 is no whole number"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if n := bytes.Count(data, []byte(c.old)); n == 0 {
				t.Fatalf("the encoding does not hold %q", c.old)
			}
			_, err := schema.Decode(bytes.Replace(data, []byte(c.old), []byte(c.new), 1))
			if !errors.Is(err, schema.ErrEncoding) || !strings.HasPrefix(err.Error(), pre) {
				t.Fatalf("got %v", err)
			}
			if got := strings.TrimPrefix(err.Error(), pre); !strings.HasSuffix(got, c.want) {
				t.Errorf("got  %s\nwant %s", got, c.want)
			}
		})
	}
}

// Whatever the bytes are, Decode either refuses them or gives an experiment that
// encodes and decodes to itself.
func FuzzDecode(f *testing.F) {
	exp, problems := schema.Load("../experiments/faults")
	if problems.HasErrors() {
		f.Fatal(problems)
	}
	data, err := exp.Encode()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add([]byte(`{"format": 1}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		e, err := schema.Decode(b)
		if err != nil {
			return
		}
		once, err := e.Encode()
		if err != nil {
			t.Fatal(err)
		}
		again, err := schema.Decode(once)
		if err != nil {
			t.Fatal(err)
		}
		twice, err := again.Encode()
		if err != nil || !bytes.Equal(once, twice) {
			t.Fatalf("%v\n%s\n%s", err, once, twice)
		}
	})
}
