#!/usr/bin/env bash
# Fills generated/ (or the folder given) from wsdl/ and sql/: gSOAP's binding and dispatch, the
# table of operations, and the files that the program carries in itself. See generated/README.md.
set -euo pipefail

# The endpoints that are built: the prefix of their handlers, and their WSDL. One line each.
endpoints=(
    basic=CorrespondenceAgencyExternalBasic
    receipt=ReceiptAgencyExternalBasic
    external=CorrespondenceAgencyExternal
    notification=NotificationAgencyExternalBasic
)

root=$(cd "$(dirname "$0")/.." && pwd)
out=${1:-$root/generated}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# gSOAP's tools are talkative and warn of names in the contract that nobody can change.
quietly() {
    "$@" >"$work/log" 2>&1 || {
        cat "$work/log" >&2
        exit 1
    }
}

names=("${endpoints[@]#*=}")
mkdir -p "$out"

quietly wsdl2h -c -L -W -O4 -k -P -x -t "$root/wsdl/typemap.dat" -I "$root/wsdl" \
    -o "$work/wsdl2h.h" "${names[@]/%/.wsdl}"
"$root/scripts/bind.py" header "$root/wsdl" "$work" "${endpoints[@]}"
quietly soapcpp2 -c -S -w -x -L -d "$work" "$work/dpvd.h"
"$root/scripts/bind.py" code "$root/wsdl" "$work" "${endpoints[@]}"
"$root/scripts/embed.py" "$root/wsdl" "$root/sql" "$work" "${names[@]}"

# All or nothing: a failed run leaves what was there.
for name in soapStub.h soapH.h soapServer.c operations.{h,c} embedded.{h,c} soapC.c; do
    mv -f "$work/$name" "$out/$name"
done
