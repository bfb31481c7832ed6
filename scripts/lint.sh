#!/bin/bash
# All checkers, side by side; called by `make lint`, which gives the compiler's flags in LINT_CFLAGS and
# LINT_WARNINGS. What a checker says is shown when it is not content.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

read -ra cflags <<<"$LINT_CFLAGS"
read -ra warnings <<<"$LINT_WARNINGS"
# clang knows neither gcc's flags nor needs the hardening to judge.
clang_flags=()
for flag in "${cflags[@]}"; do
    [[ $flag == -ftrivial-auto-var-init=* || $flag == -fcf-protection ]] || clang_flags+=("$flag")
done

sources() {
    find "$@" -name node_modules -prune -o -name '*.c' -print
}

# Tests may be careless with input that they have made themselves, and hook into the C library.
tidy() {
    local less=""
    [[ $1 != tests/* ]] || less="-cert-err34-c,-bugprone-integer-division,\
-bugprone-narrowing-conversions,-clang-analyzer-security.insecureAPI.strcpy,\
-bugprone-reserved-identifier,-cert-dcl37-c,-cert-dcl51-cpp"
    clang-tidy --quiet --config-file=scripts/clang-tidy.yml --checks="$less" "$1" -- "${clang_flags[@]}"
}

# One check of one file, run by xargs below: lint.sh CHECKER FILE.
check_one() {
    case $1 in
    format) clang-format --dry-run -Werror "$2" ;;
    tidy) tidy "$2" 2>/dev/null ;;
    clang) clang "${clang_flags[@]}" "${warnings[@]}" -fsyntax-only "$2" ;;
    analyzer) gcc "${cflags[@]}" -fanalyzer -Werror -c -o /dev/null "$2" ;;
    shellcheck) shellcheck -x "$2" ;;
    esac
}

if [[ $# -eq 2 ]]; then
    output=$(check_one "$1" "$2" 2>&1) || {
        echo "---- $1 $2"
        echo "$output"
        exit 1
    }
    exit 0
fi

# Each file of standard input with checker $1.
each() {
    local started=$SECONDS status=0
    xargs -r -n 1 -P "$(nproc)" "$0" "$1" || status=1
    echo "$1: $([[ $status -eq 0 ]] && echo good || echo bad), $((SECONDS - started)) s"
    return $status
}

bad=0
export LINT_CFLAGS LINT_WARNINGS
scripts/check-tree.sh && echo "check-tree: good" || bad=1
{ ls scripts/*.sh tests/*/*.sh && echo .ci/run; } | each shellcheck || bad=1
find src tests -name node_modules -prune -o -name '*.[ch]' -print | each format || bad=1
cppcheck --quiet --std=c11 --enable=warning,performance,portability --library=posix --library=gnu \
    -Isrc -D_GNU_SOURCE -D__x86_64__ -j "$(nproc)" --error-exitcode=1 \
    --suppressions-list=scripts/cppcheck-suppressions.txt src tests && echo "cppcheck: good" || bad=1
sources src tests | each clang || bad=1
sources src | each analyzer || bad=1
sources src tests | each tidy || bad=1
[[ $bad -eq 0 ]] || exit 1
echo "lint: good"
