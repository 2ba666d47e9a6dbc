package provider

// Decoded is what a decoder makes of a body, for the fuzz targets.
type Decoded struct {
	Text, Finish, Status string
	Class                Class
	Message              string
	OK                   bool
}

// Decode runs a provider's decoder.
func Decode(provider string, body []byte) Decoded {
	r, f := formats[provider].decode(body)
	switch {
	case (r == nil) == (f == nil):
		panic("a decoder gave both a reply and a fault, or neither")
	case f != nil:
		return Decoded{Class: f.class, Message: f.message}
	}
	return Decoded{Text: r.text, Finish: r.finish, Status: string(r.status), OK: true}
}

// Classify gives the class of a failed response and what an error repeats of it.
func Classify(status int, body []byte) (Class, string) {
	c := readComplaint(body)
	return classify(status, c), tidy(c.message)
}

// MaxBody is the longest reply that is read.
const MaxBody = maxBody
