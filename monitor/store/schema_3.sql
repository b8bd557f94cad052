-- Version 3. What people announced over the admin listener; it holds over a restart.

-- The last word on a domain's agreement that TLS may be required. It stands above the fleet list.
CREATE TABLE agreement (
  name TEXT PRIMARY KEY,
  agreement TEXT NOT NULL,          -- empty: withdrawn
  tls_ready INTEGER,                -- from when on; NULL: withdrawn
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
) WITHOUT ROWID;

-- Announced work, beside [[maintenance]] of the configuration.
CREATE TABLE maintenance (
  id INTEGER PRIMARY KEY,
  begins INTEGER NOT NULL,
  ends INTEGER NOT NULL,            -- brought forward when it is ended early
  domains_json TEXT NOT NULL,
  mx_json TEXT NOT NULL,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL
);
