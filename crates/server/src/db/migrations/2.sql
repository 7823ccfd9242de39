CREATE TABLE evidence (
    id TEXT PRIMARY KEY,
    used BIGINT NOT NULL,
    document TEXT NOT NULL
);

CREATE INDEX evidence_used ON evidence (used);
