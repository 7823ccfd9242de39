CREATE TABLE samples (
    id TEXT PRIMARY KEY,
    issuer TEXT NOT NULL REFERENCES issuers (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    document TEXT NOT NULL
);

CREATE INDEX samples_issuer ON samples (issuer, id)
