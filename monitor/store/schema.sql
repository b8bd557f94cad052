-- Version 1. Times are seconds since 1970, UTC. Columns named *_packed hold JSON, compressed when
-- that makes it smaller (monitor/store/packed.h).

-- One row a domain that was ever looked at: where it stands and what is remembered between looks.
CREATE TABLE domain (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  first_at INTEGER NOT NULL,        -- the first look
  look_at INTEGER NOT NULL,         -- the latest look; all a quiet look writes
  posture_packed BLOB NOT NULL,     -- a check without "seen" was seen at look_at
  watch_packed BLOB NOT NULL,       -- suspicions, open regressions and their baseline
  trust_packed BLOB NOT NULL,       -- its place on the trusted list, and how long conditions held
  dmarc_since INTEGER               -- when the p=none record was first seen
);

-- The MTA-STS policy that a sender who wrote to the domain would still hold (RFC 8461).
CREATE TABLE remembered_policy (
  domain_id INTEGER PRIMARY KEY REFERENCES domain (id) ON DELETE CASCADE,
  mode TEXT NOT NULL,
  policy_id TEXT NOT NULL,
  mx_json TEXT NOT NULL,
  fetched_at INTEGER NOT NULL,
  max_age INTEGER NOT NULL,
  body_digest TEXT NOT NULL
);

-- What many rows share, each kept once and named by its SHA-256: certificates, endpoints, facts.
CREATE TABLE piece (
  id INTEGER PRIMARY KEY,
  sha256 TEXT NOT NULL UNIQUE,
  packed BLOB NOT NULL
);

-- One row each time that a level or a fact of a check moved; nothing is written when nothing moved.
CREATE TABLE change (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  domain_id INTEGER NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
  check_id TEXT NOT NULL,
  was TEXT NOT NULL,                -- level names
  now TEXT NOT NULL,
  kind TEXT NOT NULL,
  summary TEXT NOT NULL,            -- for people
  facts_was INTEGER NOT NULL REFERENCES piece (id),
  facts_now INTEGER NOT NULL REFERENCES piece (id)
);
CREATE INDEX change_of_domain ON change (domain_id, id);
CREATE INDEX change_facts_was ON change (facts_was);
CREATE INDEX change_facts_now ON change (facts_now);

-- What was seen: the latest look of each domain, and the looks on both sides of each change.
CREATE TABLE evidence (
  id INTEGER PRIMARY KEY,
  domain_id INTEGER NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
  at INTEGER NOT NULL,
  kept INTEGER NOT NULL,            -- 1: on a side of a change; 0: replaced by the next look
  digest TEXT NOT NULL,             -- equal for looks that saw the same
  body_packed BLOB NOT NULL
);
CREATE INDEX evidence_of_domain ON evidence (domain_id, at);

-- Which pieces a row of evidence is made of.
CREATE TABLE evidence_piece (
  evidence_id INTEGER NOT NULL REFERENCES evidence (id) ON DELETE CASCADE,
  piece_id INTEGER NOT NULL REFERENCES piece (id),
  PRIMARY KEY (evidence_id, piece_id)
) WITHOUT ROWID;
CREATE INDEX evidence_of_piece ON evidence_piece (piece_id);

-- Regressions as told to people, gathered by what they share; open ones and ended ones. Written with
-- the look that changed them, so it is the outbox too: what stands here is told, also after a crash.
CREATE TABLE incident (
  id INTEGER PRIMARY KEY,
  state TEXT NOT NULL,
  since INTEGER NOT NULL,
  ended_at INTEGER,
  body_packed BLOB NOT NULL
);
CREATE INDEX incident_by_state ON incident (state);

-- One row each time that an entry changed its state or tier.
CREATE TABLE trust_transition (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  domain_id INTEGER NOT NULL REFERENCES domain (id) ON DELETE CASCADE,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  from_tier TEXT NOT NULL,
  to_tier TEXT NOT NULL,
  causes_json TEXT NOT NULL
);
CREATE INDEX trust_transition_of_domain ON trust_transition (domain_id, id);

-- Published editions of the feed, byte for byte. Serials only grow.
CREATE TABLE feed_edition (
  serial INTEGER PRIMARY KEY,
  issued INTEGER NOT NULL,
  expires INTEGER NOT NULL,
  sha256 TEXT NOT NULL,
  body BLOB NOT NULL,
  signature TEXT NOT NULL,          -- minisign file; empty: not signed
  jws TEXT NOT NULL
);

-- What people did over the admin listener, and who they said they were.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL
);
