INSERT INTO counters (name, value) VALUES ('version', 1);

CREATE TABLE organizations (
    name TEXT PRIMARY KEY,
    created BIGINT NOT NULL,
    version BIGINT NOT NULL
);

CREATE TABLE issuers (
    id TEXT PRIMARY KEY,
    organization TEXT NOT NULL REFERENCES organizations (name) ON DELETE CASCADE,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    thumbprints TEXT NOT NULL,
    jwks TEXT,
    max_expiration BIGINT,
    single_use BIGINT NOT NULL,
    report_only BIGINT NOT NULL,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    last_used BIGINT,
    UNIQUE (organization, url)
);

CREATE TABLE policies (
    id TEXT PRIMARY KEY,
    issuer TEXT NOT NULL UNIQUE REFERENCES issuers (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    document TEXT NOT NULL
);

CREATE TABLE tokens (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    organization TEXT,
    target TEXT,
    admin BIGINT NOT NULL,
    role TEXT,
    issuer TEXT,
    subject TEXT,
    scope TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT,
    revoked BIGINT
);

CREATE INDEX tokens_expires ON tokens (expires);

CREATE TABLE audit (
    id TEXT PRIMARY KEY,
    at BIGINT NOT NULL,
    organization TEXT,
    issuer TEXT,
    issuer_name TEXT,
    subject TEXT,
    requested TEXT,
    scope TEXT,
    decision TEXT NOT NULL,
    code TEXT NOT NULL,
    summary TEXT NOT NULL,
    policies TEXT NOT NULL,
    token TEXT,
    report TEXT,
    address TEXT,
    detail TEXT
);

CREATE INDEX audit_organization ON audit (organization, id);

CREATE TABLE used (
    issuer TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires BIGINT NOT NULL,
    PRIMARY KEY (issuer, jti)
);

CREATE INDEX used_expires ON used (expires);
