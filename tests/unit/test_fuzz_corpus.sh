#!/bin/bash
# Runs every fuzz target over its corpus, without a fuzzer: what holds for any input holds for these,
# with this compiler and its sanitizers. What `make fuzz` finds is added to tests/fuzz/corpus.
set -uo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
programs=${DPVD_BUILD:-$root/build/release}/fuzz
passed=0
failed=0

for source in "$root"/tests/fuzz/fuzz_*.c; do
    name=$(basename "$source" .c)
    corpus=$root/tests/fuzz/corpus/${name#fuzz_}
    if said=$("$programs/$name" "$corpus" 2>&1); then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s fails over %s:\n%s\n' "$name" "$corpus" "$(tail -n 20 <<<"$said")"
    fi
done
echo "$passed passed, $failed failed"
[[ $failed -eq 0 && $passed -gt 0 ]]
