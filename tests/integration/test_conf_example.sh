#!/bin/bash
# The example of a configuration names every setting with its preset, as the program has them.
set -u
scripts=$(cd "$(dirname "${BASH_SOURCE[0]}")/../../scripts" && pwd)

if difference=$("$scripts/conf-example.sh" "$DPVD_BIN" | diff "$scripts/dpvd.conf.example" - 2>&1) &&
    "$DPVD_BIN" check -c "$scripts/dpvd.conf.example" >/dev/null; then
    echo "1 passed, 0 failed"
else
    echo "$difference"
    echo "write it anew: scripts/conf-example.sh >scripts/dpvd.conf.example"
    echo "0 passed, 1 failed"
fi
