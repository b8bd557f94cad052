-- Version 2: what other mail systems report of the domains.

-- One row a report and domain of the fleet that it tells of. The same report is never added twice.
CREATE TABLE report (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL,               -- dmarc, tls-rpt
  organisation TEXT NOT NULL,       -- who reports, as it calls itself
  report_id TEXT NOT NULL,          -- unique for that organisation
  domain TEXT NOT NULL,             -- also of one that was never looked at
  begins INTEGER NOT NULL,
  ends INTEGER NOT NULL,
  imported_at INTEGER NOT NULL,
  records INTEGER NOT NULL,         -- DMARC records, TLS policies
  good INTEGER NOT NULL,            -- messages that passed, sessions that succeeded
  bad INTEGER NOT NULL,
  UNIQUE (kind, organisation, report_id, domain)
);
CREATE INDEX report_of_domain ON report (domain, ends);

-- What was done with the messages of a report, or why sessions failed, and how often.
CREATE TABLE report_result (
  report INTEGER NOT NULL REFERENCES report (id) ON DELETE CASCADE,
  result TEXT NOT NULL,             -- none, quarantine, reject; a result type of RFC 8460 section 4.3
  count INTEGER NOT NULL,
  PRIMARY KEY (report, result)
) WITHOUT ROWID;

-- The addresses that sent messages which failed, of a DMARC report.
CREATE TABLE report_source (
  report INTEGER NOT NULL REFERENCES report (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  PRIMARY KEY (report, address)
) WITHOUT ROWID;
