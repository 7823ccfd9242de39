CREATE TABLE changes (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    organization TEXT,
    organization_id BIGINT,
    code TEXT NOT NULL,
    summary TEXT NOT NULL,
    issuer TEXT,
    name TEXT,
    author TEXT NOT NULL,
    earlier TEXT,
    later TEXT
);

CREATE INDEX changes_organization ON changes (organization_id, id);
