#!/bin/sh
# As the role, in an account with outbound web identity federation switched on:
#   aws iam enable-outbound-web-identity-federation
set -eu
id_token=$(aws sts get-web-identity-token --audience {{audience|sh}} --signing-algorithm RS256 \
  --duration-seconds 300 --query WebIdentityToken --output text)
pulumi login --oidc-token "$id_token" --oidc-org {{organization|sh}} --cloud-url {{cloudUrl|sh}}
