-- Keys that sign ID tokens. Each signs from a time on, until the next one does.
CREATE TABLE signing_keys (
    id TEXT PRIMARY KEY,
    purpose TEXT NOT NULL,
    active BIGINT NOT NULL,
    master TEXT NOT NULL,
    wrapped TEXT NOT NULL,
    jwk TEXT NOT NULL
)
