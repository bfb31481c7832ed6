#!/bin/bash
# The house plan: who may include whom, what nobody may call, how long a file may be, what lies where.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

top_level="wsdl src generated sql tests scripts Makefile README.md LICENSE .ci .gitignore .clang-format"

# main -> admin|http|soap|rest|batch|delivery -> service -> store -> model -> base, and xml beside model:
# what each folder of src/ may include besides itself. registers/ serves admin/ alone. The wires stand side by side, and http/ is
# the door through which the others get their exchanges.
declare -A may_include=(
    [base]=""
    [model]="base"
    [xml]="base"
    [store]="model xml base"
    [service]="store model xml base"
    [registers]="store model xml base"
    [admin]="registers delivery service store model xml base"
    [http]="service store model xml base"
    [soap]="http service store model xml base"
    [rest]="http service store model xml base"
    [batch]="service store model xml base"
    [delivery]="service store model xml base"
    [main]="admin http soap rest batch delivery service store model xml base"
)

# Libraries and generated headers that one folder alone knows.
declare -A belongs_to=(
    [microhttpd.h]=http
    ["gnutls/.*"]=http
    [zlib.h]="http registers"
    [libpq-fe.h]=store
    [seccomp.h]=base
    ["curl/.*"]=delivery
    [stdsoap2.h]=soap
    ["soap[A-Z].*\.h"]=soap
    [operations.h]=soap
    [embedded.h]="soap store"
    ["libxml/.*"]=xml
    ["yajl/.*"]=registers
)

# Files of more than 500 lines, each with its reason.
declare -A may_be_long=(
    [tests/e2e/support.py]="one import for every end-to-end test; splitting it would only add names"
    [tests/e2e/test_planned.py]="every way of notifying, seen through one server that is started once"
    [tests/integration/test_tenants.c]="what one role sees of all tables, which one fixture fills"
    [tests/e2e/test_wire.py]="every side of the wire, seen through one server that is started once"
)

failures=0
complain() {
    echo "check-tree: $*"
    failures=$((failures + 1))
}

ours() {
    find src tests scripts -name node_modules -prune -o -type f -name "$1" -print | sort
}

# What git knows or would take; without git, what is neither built nor running.
kept_files() {
    git ls-files -co --exclude-standard 2>/dev/null || ls -A -I .git -I 'build*' -I var
}

check_top_level() {
    local name
    for name in $(kept_files | cut -d / -f 1 | sort -u); do
        [[ " $top_level " == *" $name "* ]] || complain "$name does not belong in the top folder"
    done
    for name in $top_level; do
        [[ -e $name ]] || complain "$name is missing"
    done
}

folder_of() {
    local folder=${1#src/}
    [[ $folder == */* ]] && echo "${folder%%/*}" || echo main
}

check_includes() {
    local file folder header target pattern
    while IFS=: read -r file header; do
        folder=$(folder_of "$file")
        if [[ ! -v may_include[$folder] ]]; then
            complain "$file: src/$folder/ is in no plan"
            continue
        fi
        target=${header%%/*}
        if [[ -v may_include[$target] && $target != "$folder" &&
            " ${may_include[$folder]} " != *" $target "* ]]; then
            complain "$file: $folder/ may not include $header"
        fi
        [[ $header != *_internal.h || $target == "$folder" ]] ||
            complain "$file: $header is private to $target/"
        for pattern in "${!belongs_to[@]}"; do
            [[ ! $header =~ ^(generated/)?$pattern$ || " ${belongs_to[$pattern]} " == *" $folder "* ]] ||
                complain "$file: only ${belongs_to[$pattern]} may include $header"
        done
    done < <(grep -rhoHE --include='*.[ch]' '^ *# *include *["<][^">]+' src | sed 's/: *# *include *["<]/:/')
}

# $1: extended pattern, $2: what is wrong, then the files.
forbid() {
    local pattern=$1 what=$2 found
    shift 2
    [[ $# -gt 0 ]] || return 0
    while IFS= read -r found; do
        complain "$what: $found"
    done < <(grep -nHE "$pattern" "$@" || true)
}

check_calls() {
    local sources layers
    mapfile -t sources < <(ours '*.[ch]' | grep '^src/')
    forbid '\b(strcpy|strcat|sprintf|strtok|gets|atoi|system|localtime) *\(' "banned function" "${sources[@]}"
    # Statements are prepared. Only what has no parameters goes another way: the beginning and end of
    # a transaction, and migrations.
    mapfile -t layers < <(printf '%s\n' "${sources[@]}" | grep -vE '^src/store/(db|migrate)\.c$')
    forbid '\bPQexec *\(' "PQexec" "${layers[@]}"
    mapfile -t layers < <(printf '%s\n' "${sources[@]}" | grep -E '^src/(model|base)/')
    forbid '\bstruct db\b' "the database is not for model/ and base/" "${layers[@]}"
    mapfile -t layers < <(printf '%s\n' "${sources[@]}" | grep -E '^src/soap/')
    forbid '\b[a-z]+_store_[a-z_]+\(' "soap/ does not call store/" "${layers[@]}"
}

check_files() {
    local file lines files
    while IFS= read -r file; do
        lines=$(wc -l <"$file")
        [[ $lines -le 500 || -v may_be_long[$file] ]] || complain "$file has $lines lines; 500 ask for a second file"
        [[ ! -v may_be_long[$file] || $lines -gt 500 ]] || complain "$file is short again: take it off the list"
    done < <(ours '*.[ch]' && ours '*.py' && ours '*.sh' && ours '*.php' && ours '*.js')
    for file in "${!may_be_long[@]}"; do
        [[ -e $file ]] || complain "$file is gone: take it off the list"
    done
    for file in $(ours '*.h'); do
        [[ $(head -c 3 "$file") == "/* " ]] || complain "$file does not begin with what it is"
    done
    for file in scripts/{check-tree,dev,generate,install-deps,lint,run-tests}.sh .ci/run; do
        [[ -x $file ]] || complain "$file is not executable"
    done
    # Only test_* is run; a test of another name would sleep for ever.
    while IFS= read -r file; do
        complain "$file is a program but not called test_*"
    done < <(find tests/unit tests/integration tests/e2e -maxdepth 1 -type f -executable ! -name 'test_*')
    mapfile -t files < <({ ours '*.[ch]' && ours '*.py' && ours '*.sh' && ls sql/*.sql; } | grep -v check-tree.sh)
    forbid '\b(TODO|FIXME|XXX)\b' "work without an issue" "${files[@]}"
}

check_top_level
check_includes
check_calls
check_files
[[ $failures -eq 0 ]] || exit 1
