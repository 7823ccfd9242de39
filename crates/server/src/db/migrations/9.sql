CREATE TABLE policy_revisions (
    policy TEXT NOT NULL REFERENCES policies (id) ON DELETE CASCADE,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    author TEXT,
    restored BIGINT,
    policies BIGINT,
    bytes BIGINT NOT NULL,
    document TEXT NOT NULL,
    PRIMARY KEY (policy, version)
);

-- Who made the revisions that are there is not known, nor how many policies they have.
INSERT INTO policy_revisions (policy, version, at, bytes, document)
SELECT id, version, modified, octet_length(document), document FROM policies
