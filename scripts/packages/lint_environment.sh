#!/usr/bin/env bash
# Install requirements/lint.lock into the environment $2, with the tools of the environment $1. Safe to run again.
set -euo pipefail
venv=$1
lint=$2

rm -rf "$lint"
"$venv/bin/python" -m venv --without-pip "$lint"
lock=(--no-deps --require-hashes -r requirements/lint.lock)
"$venv/bin/uv" pip install --quiet --python "$lint/bin/python" "${lock[@]}" 2>/dev/null ||
  "$venv/bin/python" -m pip --python "$lint/bin/python" install --quiet --disable-pip-version-check "${lock[@]}"
touch "$lint/.ready"
