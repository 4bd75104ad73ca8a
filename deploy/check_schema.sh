#!/bin/sh
# The front end's types of the API are generated; a difference means somebody forgot `make fix`.
set -eu
cd "$(dirname "$0")/.."
PATH="$PWD/.venv/node/bin:$PATH"
npm --prefix static exec --silent -- openapi-typescript .test-data/schema.yml -o .test-data/schema.ts >/dev/null
cmp -s .test-data/schema.ts static/src/api/schema.ts || {
  echo "static/src/api/schema.ts is out of date: run make fix." >&2
  exit 1
}
