#!/bin/sh
# In a deployment, where the access token of the deployment itself must not stand in the way.
set -eu
unset PULUMI_ACCESS_TOKEN
pulumi login --oidc-token file:///mnt/pulumi/pulumi.oidc --oidc-org {{organization|sh}} --cloud-url {{cloudUrl|sh}}
