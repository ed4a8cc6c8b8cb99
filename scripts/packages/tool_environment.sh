#!/usr/bin/env bash
# Install the lock file $2 into the environment $3, with the tools of the environment $1. Safe to run again.
# With `--beside` the packages of $1 and this project can be imported there as well, after those of the lock file.
set -euo pipefail
venv=$1
file=$2
tools=$3

rm -rf "$tools"
"$venv/bin/python" -m venv --without-pip "$tools"
lock=(--no-deps --require-hashes -r "$file")
"$venv/bin/uv" pip install --quiet --python "$tools/bin/python" "${lock[@]}" 2>/dev/null ||
  "$venv/bin/python" -m pip --python "$tools/bin/python" install --quiet --disable-pip-version-check "${lock[@]}"
if [ "${4:-}" = --beside ]; then
  packages='import sysconfig; print(sysconfig.get_path("purelib"))'
  { "$venv/bin/python" -c "$packages"; pwd; } > "$("$tools/bin/python" -c "$packages")/beside.pth"
fi
touch "$tools/.ready"
