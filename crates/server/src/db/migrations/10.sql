-- Exchanges by the hour: all of them with the policy 0, and again by each policy that decided, which is known by its effect.
CREATE TABLE exchange_counts (
    organization_id BIGINT NOT NULL,
    hour BIGINT NOT NULL,
    issuer TEXT NOT NULL,
    policy BIGINT NOT NULL,
    decision TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (organization_id, hour, issuer, policy, decision)
)
