package store

// The header fields that say what the file is. file(1) and sqlite3 show them.
//
// Format 2 may leave texts out of bodies (see fold); all else is as in format 1,
// which is read as it is and becomes 2 with the first body without them.
const (
	applicationID = 0x63697263 // "circ"
	userVersion   = 2
	oldestVersion = 1
)

// schema makes an empty store of format userVersion. Column comments stay in
// the file: `sqlite3 store.db .schema` explains a store without this program.
const schema = `
CREATE TABLE origin ( -- who is asked, and how: what all requests of a cell share
  id          INTEGER PRIMARY KEY,
  digest      BLOB NOT NULL UNIQUE, -- sha256 of the canonical bytes in the key
  provider    TEXT NOT NULL,        -- wire format
  identity    TEXT NOT NULL,        -- endpoint, '' for the provider's own
  model       TEXT NOT NULL,        -- as requested
  parameters  TEXT NOT NULL,        -- JSON object, as sent
  pool        TEXT NOT NULL,        -- replication pool
  independent TEXT NOT NULL         -- JSON list of factor=level
) STRICT;
CREATE TABLE served ( -- who answered and how the reply ended
  id            INTEGER PRIMARY KEY,
  model         TEXT NOT NULL,
  fingerprint   TEXT NOT NULL,
  status        TEXT NOT NULL,
  finish_reason TEXT NOT NULL,
  http_status   INTEGER NOT NULL,
  version       TEXT NOT NULL,    -- of the program
  simulated     INTEGER NOT NULL,
  UNIQUE (model, fingerprint, status, finish_reason, http_status, version, simulated)
) STRICT;
CREATE TABLE message ( -- texts sent, each once
  id     INTEGER PRIMARY KEY,
  digest BLOB NOT NULL UNIQUE, -- sha256 of the text
  text   BLOB NOT NULL         -- byte 0 and the text, or byte 1 and its zstd
) STRICT;
CREATE TABLE completion ( -- the narrow table: planning and tables scan it
  id                INTEGER PRIMARY KEY,
  key               BLOB NOT NULL UNIQUE, -- sha256 of the request
  origin            INTEGER NOT NULL,
  served            INTEGER NOT NULL,
  sample            INTEGER NOT NULL,
  attempt           INTEGER NOT NULL,
  started_us        INTEGER NOT NULL,     -- Unix time, microseconds
  latency_ns        INTEGER NOT NULL,
  tries             INTEGER NOT NULL,
  prompt_tokens     INTEGER,              -- NULL: not reported
  completion_tokens INTEGER,
  reasoning_tokens  INTEGER,
  cached_tokens     INTEGER,
  digest            BLOB NOT NULL,        -- sha256 of the text
  text              TEXT NOT NULL,        -- the reply as the model wrote it
  crc               INTEGER NOT NULL      -- CRC-32C of the columns that planning reads
) STRICT;
CREATE TABLE detail ( -- the rest of a completion
  id       INTEGER PRIMARY KEY,           -- of the completion
  prev     BLOB,                          -- key of the turn before
  messages BLOB NOT NULL,                 -- new since: role byte, varint id of message
  entry    BLOB NOT NULL,                 -- sha256 over the whole entry
  data     BLOB NOT NULL                  -- lineage, response id, mends, headers, body sent, body received.
  -- First byte of data and message.text: bit 0, the rest is zstd; bit 1, the rest is a list of pieces. A piece
  -- is a varint n and, if n is even, n/2 bytes as they are; else it is text (n-1)/2 as a JSON string. The texts
  -- are the messages of the conversation from its beginning, and the reply after them, numbered from 0.
) STRICT;
CREATE TABLE owner ( -- processes that claim
  id      INTEGER PRIMARY KEY,            -- random
  name    TEXT NOT NULL,                  -- host, process id
  seen_us INTEGER NOT NULL                -- last heartbeat
) STRICT;
CREATE TABLE claim ( -- requests about to be sent
  key   BLOB PRIMARY KEY,
  owner INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE TABLE generation ( -- one row, raised by every deletion
  n INTEGER NOT NULL
) STRICT;
INSERT INTO generation VALUES (0);
CREATE TABLE ledger ( -- every billed try, stored or not
  id                INTEGER PRIMARY KEY,
  at_us             INTEGER NOT NULL,
  experiment        TEXT NOT NULL,
  origin            INTEGER NOT NULL,
  key               BLOB NOT NULL,
  tries             INTEGER NOT NULL,
  prompt_tokens     INTEGER,
  completion_tokens INTEGER,
  reasoning_tokens  INTEGER,
  cached_tokens     INTEGER,
  cost_micros       INTEGER,              -- millionths of a dollar, NULL: price unknown
  outcome           TEXT NOT NULL
) STRICT;
`
