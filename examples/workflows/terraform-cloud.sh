#!/bin/sh
# A hook of the HCP Terraform agent. The workspace has the environment variable
# TFC_WORKLOAD_IDENTITY_AUDIENCE_PULUMI with the value {{audience|sh}}.
set -eu
pulumi login --oidc-token "$TFC_WORKLOAD_IDENTITY_TOKEN_PULUMI" --oidc-org {{organization|sh}} --cloud-url {{cloudUrl|sh}}
