package simulated

import (
	"strings"
	"sync"
)

const cacheShards = 16

// cache is a bounded map from a text to what was read in it, safe for
// concurrent use. A full shard is emptied: what it held is only read again.
type cache[T any] struct {
	perShard int
	shards   [cacheShards]struct {
		sync.RWMutex
		m map[string]T
	}
}

// newCache returns a cache of at most about limit entries.
func newCache[T any](limit int) *cache[T] {
	return &cache[T]{perShard: max(1, limit/cacheShards)}
}

// get returns the entry of text, made by read if it is not there. read must be
// a function of text alone; it may run more than once and outside any lock.
func (c *cache[T]) get(text string, read func(string) T) T {
	s := &c.shards[shardOf(text)]
	s.RLock()
	v, ok := s.m[text]
	s.RUnlock()
	if ok {
		return v
	}
	own := strings.Clone(text) // text is mostly a part of a long message
	v = read(own)
	s.Lock()
	defer s.Unlock()
	if s.m == nil || len(s.m) >= c.perShard {
		s.m = make(map[string]T)
	}
	s.m[own] = v
	return v
}

func shardOf(text string) int {
	n := len(text)
	if n == 0 {
		return 0
	}
	return (n + int(text[n/2])*7 + int(text[n-1])*13) % cacheShards
}
