-- Version 4: a fleet is known again at once after a restart. A row of `domain` is small now and is all
-- that the start reads, and all that a quiet look writes; what is large stands beside it.

CREATE TABLE memory (
  domain_id INTEGER PRIMARY KEY REFERENCES domain (id) ON DELETE CASCADE,
  posture_packed BLOB NOT NULL,     -- a check without "seen" was seen at look_at
  watch_packed BLOB NOT NULL        -- suspicions, open regressions and their baseline
);
INSERT INTO memory (domain_id, posture_packed, watch_packed)
  SELECT id, posture_packed, watch_packed FROM domain;
ALTER TABLE domain DROP COLUMN posture_packed;
ALTER TABLE domain DROP COLUMN watch_packed;

-- What follows from the memory and must be known of the whole fleet, as JSON
-- (monitor/store/glances.h). NULL: follows from it, not written down by this version yet.
ALTER TABLE domain ADD COLUMN glance TEXT;

-- The version of mailfleet that wrote the glances: another one may judge otherwise. One row.
CREATE TABLE glanced_by (
  version TEXT NOT NULL
);
