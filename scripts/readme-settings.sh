#!/usr/bin/env bash
# Puts the table that `dpvd config --table` prints between the markers of README.md.
# usage: readme-settings.sh DPVD
set -euo pipefail
cd "$(dirname "$0")/.."

table=$("$1" config --table)
awk -v table="$table" '
    /^<!-- settings -->$/ { print; print table; skip = 1 }
    /^<!-- \/settings -->$/ { skip = 0 }
    !skip' README.md >README.md.new
mv README.md.new README.md
