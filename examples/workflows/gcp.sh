#!/bin/sh
# On the virtual machine: its ID token comes from the metadata server.
set -eu
id_token=$(curl --silent --fail --show-error --get --header "Metadata-Flavor: Google" \
  --data-urlencode audience={{audience|sh}} --data format=full \
  http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity)
pulumi login --oidc-token "$id_token" --oidc-org {{organization|sh}} --cloud-url {{cloudUrl|sh}}
