#!/bin/sh
# The build command: a build finds its ID token in VERCEL_OIDC_TOKEN.
set -eu
access_token=$(curl --silent --fail --show-error {{tokenUrl|sh}} \
  --data-urlencode "grant_type=urn:ietf:params:oauth:grant-type:token-exchange" \
  --data-urlencode audience={{exchangeAudience|sh}} \
  --data-urlencode "subject_token_type=urn:ietf:params:oauth:token-type:id_token" \
  --data-urlencode "subject_token=$VERCEL_OIDC_TOKEN" \
  --data-urlencode "requested_token_type=urn:pulumi:token-type:access_token:organization" \
  | jq --raw-output .access_token)
