-- What the keys of open sessions are derived from, wrapped by a master key. There is one row.
CREATE TABLE session_secrets (
    id TEXT PRIMARY KEY,
    master TEXT NOT NULL,
    wrapped TEXT NOT NULL
);

-- Their keys were derived from the master key itself until now.
DELETE FROM environment_sessions;

ALTER TABLE environment_sessions RENAME COLUMN master TO secret;

-- The row above says which master key is used.
DELETE FROM counters WHERE name = 'environment-key'
