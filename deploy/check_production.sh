#!/bin/sh
# Django's deployment checks against the settings a production server would have.
set -eu
cd "$(dirname "$0")/.."
export LIBRECHAT_ENV=production DATA_DIR="$PWD/.test-data/production"
export DOMAIN_CLIENT=https://chat.example.org TRUST_PROXY=1
exec .venv/bin/python manage.py check --deploy --fail-level WARNING
