#!/usr/bin/env bash
# Write the hashes of every version in requirements/*.lock. Change versions there, then run `make lock`.
set -euo pipefail
venv=$1
for lock in requirements/*.lock; do
  # Lambda's Python 3.11 loads wheels for manylinux2014 only: a version of a layer without such a wheel is refused here.
  [ "$lock" = requirements/layer.lock ] && platform=(--only-binary :all: --python-platform x86_64-manylinux2014) || platform=()
  pins=$(mktemp)
  grep -oE '^[A-Za-z0-9_.-]+==[^ ;\]+' "$lock" > "$pins"
  head=$(grep '^#' "$lock" || true)
  "$venv/bin/uv" pip compile --quiet --no-deps --generate-hashes --no-header --no-annotate --python-version 3.11 "${platform[@]}" "$pins" -o "$pins.lock"
  { [ -z "$head" ] || printf '%s\n' "$head"; cat "$pins.lock"; } > "$lock"
  rm -f "$pins" "$pins.lock"
  printf 'lock: %s has %s packages\n' "$lock" "$(grep -c '==' "$lock")"
done
