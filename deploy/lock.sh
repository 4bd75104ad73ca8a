#!/bin/sh
# Pin every dependency with its hashes; the lock files name no addresses.
set -eu
cd "$(dirname "$0")/.."
for name in bootstrap node run dev ldap saml tracing; do
  .venv/bin/uv pip compile --quiet --generate-hashes --no-header --no-annotate --python-version 3.11 \
    "deploy/requirements/$name.in" -o "deploy/requirements/$name.txt"
done
