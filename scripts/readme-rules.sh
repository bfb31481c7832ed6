#!/usr/bin/env bash
# Puts the table that `dpvd rules` prints between the markers of README.md.
# usage: readme-rules.sh DPVD
set -euo pipefail
cd "$(dirname "$0")/.."

table=$("$1" rules)
awk -v table="$table" '
    /^<!-- rules -->$/ { print; print table; skip = 1 }
    /^<!-- \/rules -->$/ { skip = 0 }
    !skip' README.md >README.md.new
mv README.md.new README.md
