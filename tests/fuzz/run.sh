#!/bin/bash
# Runs fuzz targets one after the other and says what they did: run.sh PROGRAMS SECONDS [TARGET]
#
# PROGRAMS is the folder that `make fuzz` has built them into. Inputs that reach new code are kept beside
# it in corpus/TARGET, those that end a target in found/TARGET; a crash, a leak, more than 10 seconds for
# one input, or a target's own complaint is a failure, which is told with the file that shows it.
set -euo pipefail

programs=$1
seconds=$2
only=${3:-}
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
kept=$(dirname "$programs")
shown=40
bad=()

options_of() {
    case $1 in
    guard | basic | external | receipt | token)
        echo "-dict=$here/soap.dict -max_len=16384"
        ;;
    import | inflater | notification) echo "-dict=$here/words.dict -max_len=8192" ;;
    *) echo "-dict=$here/words.dict -max_len=1024" ;;
    esac
}

# What a run of a target adds up to, from the statistics at the end of its log $2.
summary() {
    awk -v name="$1" '/^stat::number_of_executed_units/ { runs = $2 } /^stat::average_exec_per_sec/ { rate = $2 }
        / cov: / { for (i = 1; i < NF; i++) if ($i == "cov:") edges = $(i + 1) }
        END { printf "%-14s %10d inputs, %6d a second, %5d edges\n", name, runs, rate, edges }' "$2"
}

run() {
    local name=$1 found=$kept/found/$1 log=$kept/log/$1.log options status=0
    mkdir -p "$found" "$kept/corpus/$name" "$kept/log"
    read -ra options <<<"$(options_of "$name")"
    "$programs/fuzz_$name" "${options[@]}" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 \
        -print_final_stats=1 -artifact_prefix="$found/" "$kept/corpus/$name" "$here/corpus/$name" \
        >"$log" 2>&1 || status=$?
    summary "$name" "$log"
    [[ $status -ne 0 ]] || return 0
    bad+=("$name")
    grep -aE -m 20 'does not hold|ERROR: |runtime error|SUMMARY|Test unit written|#[0-9]+ .* in .*/(src|tests)/' \
        "$log" | head -n "$shown" || tail -n "$shown" "$log"
    echo "again: $programs/fuzz_$name FILE; all that was said: $log"
}

for program in "$programs"/fuzz_*; do
    name=${program##*/fuzz_}
    [[ $name == *.* || (-n $only && $name != "$only") ]] || run "$name"
done
# The second line of what bash tells is that of all that ran: user and system.
mkdir -p "$kept/log"
times >"$kept/log/times"
echo "CPU time: $(tail -n 1 "$kept/log/times")"
if [[ ${#bad[@]} -gt 0 ]]; then
    echo "fuzz: bad: ${bad[*]}"
    exit 1
fi
echo "fuzz: good"
