#!/bin/bash
# Prints scripts/dpvd.conf.example from the program's own table of settings: conf-example.sh [DPVD]
# `make check` compares the two; after a change of the table:
#   scripts/conf-example.sh >scripts/dpvd.conf.example
set -euo pipefail

dpvd=${1:-$(dirname "${BASH_SOURCE[0]}")/../build/release/dpvd}
cat <<'END'
# Settings of dpvd: key = value, one a line. What is commented out shows the preset.
#
# Every key can also come from the environment (DPVD_LISTEN=...) or the command line
# (-o listen=...), which win over this file. "dpvd check -c FILE" tells what is wrong with it,
# "dpvd config -c FILE" what counts. Times are ms, s, m, h, d; sizes are bytes or k, m, g.
END
# | `setting` | `default` | what it does |, with \| for a | inside
# shellcheck disable=SC2016 # the backquotes are Markdown
"$dpvd" config --table | sed -nE '
    s/\\\|/\x01/g
    s/^\| `([^`]+)` \| (`([^`]*)`)? \| (.*) \|$/\n# \4\n#\1 = \3/
    t show
    d
    :show
    s/\x01/|/g
    s/ +$//
    p'
