package server

import (
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"circumplex.example/runner/internal/simulated"
)

// Header is on every reply, so that a client can tell that no model answered.
const Header = "X-Simulated-Respondent"

// CountersPath is where a test reads the counters.
const CountersPath = "/_simulate/counters"

var respondent = "respondent-" + strconv.Itoa(simulated.Version)

// Server is a simulated respondent behind four wire formats. It is safe for
// concurrent use. What it remembers grows with the keys and bodies that it has
// seen, by about a hundred bytes each.
type Server struct {
	opts    Options
	start   time.Time
	routes  []route
	limiter limiter

	mu       sync.Mutex
	counters Counters
	keys     map[digest]*keyState
	bodies   map[digest]int
	models   map[variant]*simulated.Model
	asked    map[string]bool
	loaded   map[string]int // context by model, as Ollama's chats loaded it

	settling atomic.Int64 // requests whose reply is being written
	logMu    sync.Mutex
}

// New returns a server; it listens to nothing by itself.
func New(opts Options) *Server {
	s := &Server{
		opts: opts.withDefaults(),
		keys: map[digest]*keyState{}, bodies: map[digest]int{},
		models: map[variant]*simulated.Model{}, asked: map[string]bool{}, loaded: map[string]int{},
	}
	s.start = s.opts.Now()
	s.counters.ByPath, s.counters.ByOutcome = map[string]int{}, map[string]int{}
	s.limiter = limiter{limit: s.opts.Limit, accounts: map[string]*account{}}
	s.routes = s.table()
	return s
}

// exchange is one request on its way.
type exchange struct {
	*Server
	w      http.ResponseWriter
	r      *http.Request
	format format
	id     identity
	Entry
	settled bool
	abort   bool // the connection is to be closed
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set(Header, respondent)
	if r.URL.Path == CountersPath && r.Method == http.MethodGet {
		c := s.Counters()
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(append(encode(c), '\n')) // who asked has gone, or has it
		return
	}
	rt, rest, wrong := s.find(r)
	x := &exchange{Server: s, w: w, r: r, format: rt.format}
	x.Path = rt.String()
	x.Format = rt.format.name()
	x.Time = s.opts.Now().UTC()
	x.N = s.arrived(x.Path)
	defer x.end()
	switch {
	case rt.serve == nil:
		x.Asked = r.Method + " " + r.URL.Path[:min(len(r.URL.Path), 200)]
		x.refuse(OutcomeNotFound, &failure{status: http.StatusNotFound, message: "Invalid URL (" + r.Method + " " + r.URL.Path + ")"})
	case wrong:
		w.Header().Set("Allow", rt.method)
		x.refuse(OutcomeBadRequest, &failure{status: http.StatusMethodNotAllowed, message: "Not allowed to " + r.Method + " on " + r.URL.Path})
	case x.authorized():
		rt.serve(x, rest)
	}
}

// end counts the exchange out. A reply that was destroyed ends its connection,
// which net/http does for this panic alone.
func (x *exchange) end() {
	x.record(&x.Entry, x.id)
	if x.settled {
		x.settling.Add(-1)
	}
	if x.abort {
		panic(http.ErrAbortHandler)
	}
}

// settle says that from here on a client may have the whole reply.
func (x *exchange) settle() {
	if !x.settled {
		x.settled = true
		x.settling.Add(1)
	}
}

// authorized checks the API key if one is required.
func (x *exchange) authorized() bool {
	want, got := x.opts.RequireKey, x.format.key(x.r)
	if want == "" || got == want {
		return true
	}
	x.refuse(OutcomeUnauthorized, badKey(got == ""))
	return false
}

func badKey(missing bool) *failure {
	f := &failure{status: http.StatusUnauthorized, missing: missing, message: "API key not valid. Please pass a valid API key."}
	if missing {
		f.message = "You didn't provide an API key."
	}
	return f
}

// route is one endpoint. A path that ends in a slash takes all below it.
type route struct {
	method, path string
	format       format
	ask          bool // a reply is asked for: limits and faults hold
	serve        func(x *exchange, rest string)
}

func (r route) String() string {
	if r.serve == nil {
		return "other"
	}
	path := r.path
	if strings.HasSuffix(path, "/") {
		path += "{model}"
	}
	if _, ok := r.format.(gemini); ok && r.ask {
		path += ":generateContent"
	}
	return r.method + " " + path
}

func (s *Server) table() []route {
	var (
		o = ollama{context: s.opts.Context}
		a = anthropic{}
	)
	asks := func(f format, paths ...string) []route {
		var out []route
		for _, p := range paths {
			out = append(out, route{http.MethodPost, p, f, true, (*exchange).ask})
		}
		return out
	}
	out := asks(openAI{}, "/v1/chat/completions", "/chat/completions")
	out = append(out, asks(a, "/v1/messages", "/messages")...)
	out = append(out, asks(o, "/api/chat")...)
	out = append(out, asks(gemini{}, "/v1beta/models/", "/v1/models/")...)
	get := func(path string, f format, serve func(*exchange, string)) {
		out = append(out, route{http.MethodGet, path, f, false, serve})
	}
	for _, p := range []string{"/v1/models", "/models"} {
		get(p, openAI{}, (*exchange).listOpenAI)
		get(p+"/", openAI{}, (*exchange).oneOpenAI)
	}
	get("/v1beta/models", gemini{}, (*exchange).listGemini)
	get("/v1beta/models/", gemini{}, (*exchange).oneGemini)
	get("/api/tags", o, (*exchange).tagsOllama)
	get("/api/ps", o, (*exchange).psOllama)
	get("/api/version", o, (*exchange).versionOllama)
	return append(out, route{http.MethodPost, "/api/show", o, false, (*exchange).showOllama})
}

// find returns the route of a request and what the path holds beyond it, and
// whether the path is known by another method only.
func (s *Server) find(r *http.Request) (out route, rest string, wrong bool) {
	path := r.URL.Path
	for _, rt := range s.routes {
		below, ok := strings.CutPrefix(path, rt.path)
		if !ok || below != "" && !strings.HasSuffix(rt.path, "/") || below == "" && strings.HasSuffix(rt.path, "/") {
			continue
		}
		if _, isGemini := rt.format.(gemini); isGemini && rt.ask && !strings.HasSuffix(path, ":generateContent") && !strings.HasSuffix(path, ":streamGenerateContent") {
			continue
		}
		if rt.method == r.Method {
			return spoken(rt, r), below, false
		}
		out, wrong = rt, true
	}
	if !wrong {
		out = route{format: guess(r)}
	}
	return spoken(out, r), "", wrong
}

// spoken tells Anthropic's list of models from OpenAI's, which has the same path.
func spoken(rt route, r *http.Request) route {
	if _, ok := rt.format.(openAI); !ok || r.Header.Get(anthropicVersion) == "" {
		return rt
	}
	switch rt.path {
	case "/v1/models", "/models":
		rt.format, rt.serve = anthropic{}, (*exchange).listAnthropic
	case "/v1/models/", "/models/":
		rt.format, rt.serve = anthropic{}, (*exchange).oneAnthropic
	}
	return rt
}

// guess returns the format in which a path that is not known was meant.
func guess(r *http.Request) format {
	switch {
	case strings.HasPrefix(r.URL.Path, "/v1beta/"):
		return gemini{}
	case strings.HasPrefix(r.URL.Path, "/api/"):
		return ollama{}
	case r.Header.Get(anthropicVersion) != "":
		return anthropic{}
	}
	return openAI{}
}
