-- For an entry that stands for refusals which were not recorded one by one: how many.
ALTER TABLE audit ADD COLUMN omitted BIGINT;

-- Of refusals only: whether the token's signature is genuine, and the bytes that the entry takes.
ALTER TABLE audit ADD COLUMN genuine BIGINT;

ALTER TABLE audit ADD COLUMN bytes BIGINT;

UPDATE audit SET
    genuine = CASE WHEN issuer IS NULL THEN 0 ELSE 1 END,
    bytes = 400 + octet_length(summary) + octet_length(COALESCE(subject, '')) + octet_length(COALESCE(scope, ''))
        + octet_length(COALESCE(detail, ''))
WHERE decision = 'denied';

CREATE INDEX audit_refusals ON audit (genuine, id, bytes) WHERE decision = 'denied';
