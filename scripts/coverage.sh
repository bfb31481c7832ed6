#!/bin/bash
# Share of lines that the tests ran, file by file, least first: coverage.sh BUILD/coverage
# For `make coverage`; wants objects built with CONFIG=coverage and tests that have run.
set -euo pipefail

out=${1:?folder of the build}
find "$out/src" -name '*.gcda' -exec gcov --no-output {} + 2>/dev/null |
    awk -F "[':% ]+" '
        /^File .src\// { file = $2 }
        /^Lines executed/ && file != "" {
            percent = $3; lines = $5
            if (file ~ /\.c$/) {
                printf "%6.1f %%  %5d lines  %s\n", percent, lines, file
                ran += percent * lines / 100; all += lines
            }
            file = ""
        }
        END { if (all > 0) printf "%6.1f %%  %5d lines  all\n", 100 * ran / all, all }' | sort -n
