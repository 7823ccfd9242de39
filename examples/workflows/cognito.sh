#!/bin/sh
# COGNITO_USERNAME and COGNITO_PASSWORD come from the environment.
set -eu
id_token=$(aws cognito-idp initiate-auth --region {{region|sh}} --auth-flow USER_PASSWORD_AUTH --client-id {{clientId|sh}} \
  --auth-parameters "USERNAME=$COGNITO_USERNAME,PASSWORD=$COGNITO_PASSWORD" \
  --query AuthenticationResult.IdToken --output text)
pulumi login --oidc-token "$id_token" --oidc-org {{organization|sh}} --cloud-url {{cloudUrl|sh}}
