/**
 * The tables of the embedded store. Samples are kept in the order in which they come, metric by metric: a batch lands on
 * a few pages, where a key that begins with the series would touch one page for every series (docs/adr/0016).
 */

/** Written into the file; a store of another version is refused rather than misread. */
export const SCHEMA_VERSION = 1;

/** "HypT": tells this file from other programs' databases. */
export const APPLICATION_ID = 0x48797054;

/** `''` stands for a tag that a series does not have: no tag is empty (reading.ts). */
export const SCHEMA = `
CREATE TABLE metrics (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE
);
CREATE TABLE series (
  -- AUTOINCREMENT: an identity that was given once is never given again, or a writer that remembers it would mix series.
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  metric INTEGER NOT NULL REFERENCES metrics (id),
  name TEXT NOT NULL,
  uuid TEXT NOT NULL,
  hostname TEXT NOT NULL,
  model TEXT NOT NULL,
  gpu_id TEXT NOT NULL,
  device TEXT NOT NULL,
  -- All tags as JSON, sorted by name.
  tags TEXT NOT NULL,
  UNIQUE (metric, tags)
);
CREATE INDEX series_by_device ON series (uuid, name, id);
-- Apart from the series, because every batch changes it and its rows are small.
CREATE TABLE series_state (
  series INTEGER PRIMARY KEY REFERENCES series (id),
  first_time INTEGER NOT NULL,
  last_time INTEGER NOT NULL,
  last_value REAL NOT NULL
);
CREATE TABLE samples (
  metric INTEGER NOT NULL,
  time INTEGER NOT NULL,
  series INTEGER NOT NULL,
  value REAL NOT NULL,
  PRIMARY KEY (metric, time, series)
) WITHOUT ROWID;
-- Rises when series are deleted, so that a writer in another process forgets what it remembers of them.
CREATE TABLE series_epoch (epoch INTEGER NOT NULL);
INSERT INTO series_epoch VALUES (0);
PRAGMA application_id = ${APPLICATION_ID};
PRAGMA user_version = ${SCHEMA_VERSION};
`;
