#!/usr/bin/env bash
# Write the hashes of every version in requirements/{dev,setup,node}.lock. Change versions there, then run `make lock`.
set -euo pipefail
venv=$1
for lock in dev setup node; do
  pins=$(mktemp)
  grep -oE '^[A-Za-z0-9_.-]+==[^ ;\]+' "requirements/$lock.lock" > "$pins"
  head=$(grep '^#' "requirements/$lock.lock" || true)
  "$venv/bin/uv" pip compile --quiet --no-deps --generate-hashes --no-header --no-annotate --python-version 3.11 "$pins" -o "$pins.lock"
  { [ -z "$head" ] || printf '%s\n' "$head"; cat "$pins.lock"; } > "requirements/$lock.lock"
  rm -f "$pins" "$pins.lock"
  printf 'lock: requirements/%s.lock has %s packages\n' "$lock" "$(grep -c '==' "requirements/$lock.lock")"
done
