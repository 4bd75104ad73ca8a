#!/bin/sh
# Every test: plain with coverage floors, then real servers, then the browser.
# REQUIRE=all: a missing server or browser fails instead of skipping.
set -eu
cd "$(dirname "$0")/.."
bin=.venv/bin
workers=${TEST_WORKERS:-2}
# Tests of one file share servers, so a file stays with one worker.
beside="-n $workers --dist loadfile"
# Twenty thousand tests meet a busy machine: at most three failures of a stage get a second try, alone in their place;
# the log shows the first one's traceback. What fails twice, or a fourth, is red.
again="--reruns 1 --max-suite-reruns 3 --rerun-show-tracebacks"
postgres=${TEST_POSTGRES_URL:-postgres://postgres@127.0.0.1:5432/postgres}
redis=${TEST_REDIS_URI:-redis://127.0.0.1:6379/9}
export LIBRECHAT_ENV=test DATA_DIR="$PWD/.test-data"
export TEST_POSTGRES_URL="$postgres" TEST_REDIS_URI="$redis"
# Without a directory server its tests are skipped, and what they cover is not asked for.
PATH="$PATH:/usr/sbin" command -v slapd >/dev/null && $bin/python -c 'import ldap' 2>/dev/null && skipped=none ||
  skipped='accounts/auth/ldap*'
floor=$(sed -e 's/#.*//' deploy/covered.txt | tr -s ' \n' ',' | sed -e 's/^,//' -e 's/,$//')

$bin/pytest -q $again -n "$workers" --durations=20 --cov --cov-report=

if $bin/python deploy/probe.py "$postgres" "$redis"; then
  $bin/pytest -q $again -m services --cov --cov-append --cov-report= tests/conversations
  $bin/coverage report --format=total
  $bin/coverage report --fail-under=100 --include="$floor" --omit="$skipped"
  # The other half of the matrix: what is stored, again on PostgreSQL.
  DATABASE_URL="$postgres" $bin/pytest -q $again -n "$workers" --stored tests/billing tests/accounts tests/conversations
  $bin/pytest -q $again -m 'services and not measures' $beside --durations=20 tests/relay tests/reliability tests/librechat tests/agents
elif [ "${REQUIRE:-}" = all ]; then
  echo "PostgreSQL or Redis is missing and REQUIRE=all." >&2
  exit 1
else
  echo "Skipped: tests on PostgreSQL and Redis (no servers at $postgres, $redis)."
  $bin/coverage report --fail-under=100 --include="$floor" --omit="$skipped,conversations/eventlog/*redis*,conversations/eventlog/codec.py"
fi
$bin/pytest -q $again -m services $beside tests/clients
# One at a time: two browsers on two cores are no faster.
$bin/pytest -q $again -m 'e2e and not measures' --durations=20
# Last and alone: what asserts seconds. A browser's tests keep a loop that others cannot have.
$bin/pytest -q $again -m 'measures and not e2e'
$bin/pytest -q $again -m 'measures and e2e' tests/e2e
