#!/bin/bash
# Runs test programs and adds up their results: run-tests.sh [unit] [integration] [e2e]
#
# A program is tests/LEVEL/test_*.c, built as $DPVD_BUILD/LEVEL/test_*, or tests/LEVEL/test_*.{py,sh,
# php,js}. It ends with check's summary or with a line "N passed, N failed[, N skipped]". Two run
# at a time. Output is kept in $DPVD_BUILD/logs and shown when one fails;
# what a sanitizer reports of the program, or of a server that it started, is a failure too.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
export DPVD_BUILD=${DPVD_BUILD:-$root/build/release}
export DPVD_BIN=${DPVD_BIN:-$DPVD_BUILD/dpvd}
logs=$DPVD_BUILD/logs
limit=${TEST_TIMEOUT:-1200}

interpreter() {
    case $1 in
    *.py) echo /usr/bin/python3 ;;
    *.sh) echo bash ;;
    *.php) echo php ;;
    *.js) echo node ;;
    esac
}

# "PASSED FAILED SKIPPED" of a program that wrote log $1 and ended with status $2.
count() {
    local passed=0 failed=0 skipped=0 checks failures errors line numbers
    line=$(grep -aE '^([0-9]+ passed, [0-9]+ failed(, [0-9]+ skipped)?|[0-9]+%: Checks: [0-9]+, Failures: [0-9]+, Errors: [0-9]+)$' "$1" |
        tail -n 1)
    read -r numbers <<<"${line//[!0-9]/ }"
    if [[ $line == *Checks* ]]; then
        read -r _ checks failures errors <<<"$numbers"
        failed=$((failures + errors))
        passed=$((checks - failed))
    elif [[ -n $line ]]; then
        read -r passed failed skipped <<<"$numbers 0"
        skipped=${skipped%% *}
    fi
    # A program that says that all is well and yet fails, or that says nothing, is a failure.
    if [[ -z $line || ($2 -ne 0 && $failed -eq 0) ]]; then
        failed=$((failed + 1))
    fi
    echo "$passed $failed $skipped"
}

# Runs program $2 of level $1, in a shell of its own.
run_one() {
    local name=$1/${2##*/} started=$EPOCHREALTIME status=0 passed failed skipped child
    local log=$logs/${name/\//-}
    local reports=$log.sanitizer command
    read -ra command <<<"$(interpreter "$2")"
    rm -rf "$reports"
    mkdir -m 1777 "$reports" # servers run as another user
    chmod 1777 "$reports"
    export ASAN_OPTIONS=detect_leaks=1:detect_stack_use_after_return=1:strict_string_checks=1:quarantine_size_mb=64:log_path=$reports/report
    export UBSAN_OPTIONS=print_stacktrace=1:log_path=$reports/report
    export TSAN_OPTIONS=second_deadlock_stack=1:log_path=$reports/report

    # A shell's background commands ignore SIGINT; programs that test it must not inherit that.
    env --default-signal=INT,QUIT timeout --kill-after=30 "$limit" "${command[@]}" "$2" \
        </dev/null >"$log.log" 2>&1 &
    child=$!
    trap 'kill "$child"' TERM
    wait "$child" || status=$?
    [[ $status -ne 124 && $status -ne 137 ]] || echo "ended after $limit s" >>"$log.log"

    read -r passed failed skipped <<<"$(count "$log.log" "$status")"
    cat "$reports"/* >>"$log.log" 2>/dev/null || true
    if grep -qsE '^==[0-9]+==ERROR: |: runtime error: |^WARNING: ThreadSanitizer' "$reports"/*; then
        [[ $failed -gt 0 ]] || failed=1
    fi
    rm -rf "$reports"
    echo "$passed $failed $skipped" >"$log.result"
    if [[ $failed -gt 0 ]]; then
        printf -- '---- %s\n%s\n---- end of %s, status %s\n' "$name" "$(tail -c 20000 "$log.log")" "$name" "$status"
    fi
    awk -v name="$name" -v t="$EPOCHREALTIME" -v s="$started" -v p="$passed" -v f="$failed" -v k="$skipped" \
        'BEGIN { printf "%-40s %6.1f s  %3d passed, %d failed%s\n", name, t - s, p, f, (k > 0 ? ", " k " skipped" : "") }'
}

run_level() {
    local level=$1 parallel=2 program
    for program in "$DPVD_BUILD/$level"/test_* "$root/tests/$level"/test_*.{py,sh,php,js}; do
        # A program whose source is gone stays in the build folder.
        [[ -f $program && ($program == *.* || -f $root/tests/$level/${program##*/}.c) ]] || continue
        while [[ $(jobs -rp | wc -l) -ge $parallel ]]; do
            wait -n || true
        done
        run_one "$level" "$program" &
    done
    wait
}

# The npm packages of the end-to-end tests, when the lock file is newer than what is there.
install_node_modules() {
    local folder=$root/tests/e2e
    local stamp=$folder/node_modules/.package-lock.json
    compgen -G "$folder/test_*.js" >/dev/null || return 0
    [[ ! $stamp -nt $folder/package-lock.json ]] || return 0
    (cd "$folder" && npm ci --silent --no-audit --no-fund && touch "$stamp")
}

# What failed, and the end of what such a program said, once more where it is not overlooked.
recall() {
    local result name
    for result in "$logs"/*.result; do
        awk '{ exit ($2 == 0) }' "$result" || continue
        name=${result%.result}
        printf -- '---- failed: %s\n' "${name##*/}"
        { grep -aE '^FAIL|:[FE]:' "$name.log" | head -n 20; tail -n 5 "$name.log"; } | cut -c 1-400
    done
}

sum() {
    cat "$logs"/*.result 2>/dev/null | awk '{ p += $1; f += $2; s += $3 }
        END { printf "%d passed, %d failed%s\n", p, f, (s > 0 ? ", " s " skipped" : ""); exit (f > 0 || p == 0) }'
}

mkdir -p "$logs"
rm -f "$logs"/*.result
# Servers of another user write their profiles beside ours.
[[ $DPVD_BUILD != */coverage ]] || umask 0
trap 'kill $(jobs -p) 2>/dev/null; wait; exit 130' INT TERM
for level in "$@"; do
    case $level in
    unit | integration) ;;
    e2e) install_node_modules ;;
    *)
        echo "usage: $0 [unit] [integration] [e2e]" >&2
        exit 2
        ;;
    esac
    run_level "$level"
done
recall
sum
