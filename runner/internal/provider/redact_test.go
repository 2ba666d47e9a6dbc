package provider

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

func TestRedactorKnowsTheKeyInEveryDress(t *testing.T) {
	const key = `sk-A/b+c=%"d\e~0123456789`
	inJSON, err := json.Marshal(key)
	if err != nil {
		t.Fatal(err)
	}
	var unicode, percent strings.Builder
	for i := range len(key) {
		fmt.Fprintf(&unicode, `\u%04X`, key[i])
		fmt.Fprintf(&percent, `%%%02x`, key[i])
	}
	dresses := map[string]string{
		"plain": key, "JSON": string(inJSON[1 : len(inJSON)-1]), "JSON with slashes": strings.ReplaceAll(string(inJSON[1:len(inJSON)-1]), "/", `\/`),
		"unicode": unicode.String(), "percent": percent.String(), "query": url.QueryEscape(key), "path": url.PathEscape(key),
		"one character": strings.Replace(key, "k", `\u006b`, 1),
	}
	for i, before := range []string{"", "Bearer ", "x:", "user:"} {
		dresses[fmt.Sprint("base64 ", i)] = base64.StdEncoding.EncodeToString([]byte(before + key + "!"))
		dresses[fmt.Sprint("base64 of addresses ", i)] = base64.RawURLEncoding.EncodeToString([]byte(before + key))
	}
	r := Endpoint{Key: key, KeyEnv: "K"}.redactor()
	for name, dress := range dresses {
		got := r.text("<" + dress + ">")
		kept := strings.ReplaceAll(got, "(from $K)", "")
		if !strings.Contains(got, "(from $K)") || len(kept) > 2+8+8 { // base64 digits that hold a part of a neighbour, and "Bearer "
			t.Errorf("%s: %q became %q", name, dress, got)
		}
	}
	for _, other := range []string{"1. 4\n2. 5", `1. 4\n2. 100 %`, "sk-", `\u003c`, strings.ToLower(key)} {
		if got := r.text(other); got != other {
			t.Errorf("%q became %q", other, got)
		}
	}
	if r := (Endpoint{Key: "none"}).redactor(); r.text("none of them") != "none of them" {
		t.Error("a placeholder is struck out")
	}
}
