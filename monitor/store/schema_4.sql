-- Version 4: a fleet is known again at once after a restart.

-- What follows from posture_packed and watch_packed and must be known of the whole fleet, as JSON
-- (monitor/store/glances.h). NULL: follows from them, not written down by this version yet.
ALTER TABLE domain ADD COLUMN glance TEXT;

-- The version of mailfleet that wrote the glances: another one may judge otherwise. One row.
CREATE TABLE glanced_by (
  version TEXT NOT NULL
);
