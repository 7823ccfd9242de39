CREATE TABLE granted (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL,
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

INSERT INTO granted (hash, id, kind, organization, target, admin, role, issuer, subject, scope, created, expires, revoked)
SELECT hash, id, kind, organization, target, admin, role, issuer, subject, scope, created, expires, revoked FROM tokens;

DROP TABLE tokens;

ALTER TABLE granted RENAME TO tokens;

CREATE INDEX tokens_expires ON tokens (expires);

CREATE UNIQUE INDEX tokens_bootstrap ON tokens (id) WHERE id = 'bootstrap';
