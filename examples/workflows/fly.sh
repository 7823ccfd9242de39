#!/bin/sh
# On the Machine: its ID token comes from the Machines API at a local socket.
set -eu
id_token=$(curl --silent --fail --show-error --unix-socket /.fly/api --request POST \
  --data {{audienceClaim|sh}} http://localhost/v1/tokens/oidc)
pulumi login --oidc-token "$id_token" --oidc-org {{organization|sh}} --cloud-url {{cloudUrl|sh}}
