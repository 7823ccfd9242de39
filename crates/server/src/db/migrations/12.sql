CREATE TABLE environments (
    id TEXT PRIMARY KEY,
    organization BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    project TEXT NOT NULL,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    is_protected BIGINT NOT NULL,
    UNIQUE (organization, project, name)
);

-- The keys that seal an environment's secrets, each wrapped by a master key.
CREATE TABLE environment_keys (
    id TEXT PRIMARY KEY,
    environment TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    master TEXT NOT NULL,
    wrapped TEXT NOT NULL,
    sealed BIGINT NOT NULL
);

CREATE INDEX environment_keys_environment ON environment_keys (environment, id);

CREATE TABLE environment_revisions (
    environment TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    at BIGINT NOT NULL,
    creator TEXT NOT NULL,
    retraction TEXT,
    bytes BIGINT NOT NULL,
    definition TEXT NOT NULL,
    PRIMARY KEY (environment, number)
);

CREATE TABLE environment_revision_tags (
    environment TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    revision BIGINT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    editor TEXT NOT NULL,
    PRIMARY KEY (environment, name)
);

CREATE TABLE environment_tags (
    environment TEXT NOT NULL REFERENCES environments (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    id TEXT NOT NULL,
    value TEXT NOT NULL,
    created BIGINT NOT NULL,
    modified BIGINT NOT NULL,
    editor TEXT NOT NULL,
    PRIMARY KEY (environment, name)
);

CREATE TABLE environment_access (
    organization BIGINT PRIMARY KEY REFERENCES organizations (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    document TEXT NOT NULL
);

-- The results of opened environments, sealed; `environment` is empty for a document that is not saved.
CREATE TABLE environment_sessions (
    hash TEXT PRIMARY KEY,
    organization BIGINT NOT NULL REFERENCES organizations (id) ON DELETE CASCADE,
    environment TEXT NOT NULL,
    token TEXT NOT NULL,
    master TEXT NOT NULL,
    created BIGINT NOT NULL,
    expires BIGINT NOT NULL,
    bytes BIGINT NOT NULL,
    sealed TEXT NOT NULL
);

CREATE INDEX environment_sessions_expires ON environment_sessions (expires);

CREATE INDEX environment_sessions_owner ON environment_sessions (organization, environment)
