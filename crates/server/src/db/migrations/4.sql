-- An organization's id is the number of the change that created it, so it is never used again. Those that exist get the
-- first numbers, and the counter moves past them.
ALTER TABLE organizations ADD COLUMN id BIGINT NOT NULL DEFAULT 0;

UPDATE organizations SET id = numbered.number
FROM (SELECT name, ROW_NUMBER() OVER (ORDER BY name) AS number FROM organizations) AS numbered
WHERE numbered.name = organizations.name;

UPDATE counters SET value = value + (SELECT COUNT(*) FROM organizations) WHERE name = 'version';

CREATE UNIQUE INDEX organizations_id ON organizations (id);

ALTER TABLE tokens ADD COLUMN organization_id BIGINT;

-- The version of the organization that the token was granted on.
ALTER TABLE tokens ADD COLUMN version BIGINT NOT NULL DEFAULT 0;

-- A name may have been used by an earlier organization. Clocks of replicas differ, so times do not decide about the first
-- minute.
UPDATE tokens SET organization_id = organizations.id FROM organizations
WHERE organizations.name = tokens.organization
AND (tokens.created > organizations.created + 60
     OR tokens.issuer IN (SELECT id FROM issuers WHERE issuers.organization = organizations.name));

ALTER TABLE audit ADD COLUMN organization_id BIGINT;

UPDATE audit SET organization_id = organizations.id FROM organizations
WHERE organizations.name = audit.organization
AND (audit.at > organizations.created + 60
     OR audit.issuer IN (SELECT id FROM issuers WHERE issuers.organization = organizations.name));

DROP INDEX audit_organization;

CREATE INDEX audit_organization ON audit (organization_id, id);

-- Tokens of an issuer that were granted on an earlier version of the organization are revoked.
CREATE TABLE revocations (
    organization_id BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    version BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (organization_id, issuer)
);

-- Replaces `used`.
CREATE TABLE exchanged (
    mark TEXT PRIMARY KEY,
    expires BIGINT NOT NULL
);

CREATE INDEX exchanged_expires ON exchanged (expires);
