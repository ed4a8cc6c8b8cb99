#!/usr/bin/env bash
# Write the hashes of every version in requirements/*.lock. Change versions there, then run `make lock`. A new package of a layer is added.
set -euo pipefail
venv=$1
layered=$("$venv/bin/python" -c 'import sys, tomllib; print(*sum(tomllib.load(sys.stdin.buffer)["tool"]["headgate"]["layers"].values(), []), sep="\n")' \
  < "$(dirname "$0")/../../pyproject.toml")
for lock in requirements/*.lock; do
  # Lambda's Python 3.11 loads wheels for manylinux2014 only: a version of a layer without such a wheel is refused here.
  [ "$lock" = requirements/layer.lock ] && platform=(--only-binary :all: --python-platform x86_64-manylinux2014) || platform=()
  pins=$(mktemp)
  grep -oE '^[A-Za-z0-9_.-]+==[^ ;\]+' "$lock" > "$pins"
  # A package that a layer has and the lock has not gets its newest version.
  [ "$lock" != requirements/layer.lock ] || grep -vxFf <(grep -oE '^[^=]+' "$pins") <<< "$layered" >> "$pins" || true
  head=$(grep '^#' "$lock" || true)
  "$venv/bin/uv" pip compile --quiet --no-deps --generate-hashes --no-header --no-annotate --python-version 3.11 "${platform[@]}" "$pins" -o "$pins.lock"
  { [ -z "$head" ] || printf '%s\n' "$head"; cat "$pins.lock"; } > "$lock"
  rm -f "$pins" "$pins.lock"
  printf 'lock: %s has %s packages\n' "$lock" "$(grep -c '==' "$lock")"
done
