#!/bin/bash
# The systemd units keep the hardening of security.md 3.2, and systemd understands them.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

passed=0
failed=0
skipped=0

say() {
    if [[ $1 == ok ]]; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
    echo "$1 $2"
}

directives=(NoNewPrivileges=yes CapabilityBoundingSet= ProtectSystem=strict ProtectHome=yes
    PrivateTmp=yes PrivateDevices=yes MemoryDenyWriteExecute=yes
    'RestrictAddressFamilies=AF_INET AF_INET6 AF_UNIX' 'IPAddressDeny=link-local multicast'
    'SystemCallFilter=@system-service seccomp' 'SystemCallFilter=~@privileged @resources'
    LimitCORE=0 UMask=0077 RestrictNamespaces=yes RestrictSUIDSGID=yes LockPersonality=yes
    ProtectKernelModules=yes ProtectProc=invisible 'Restart=on-failure')

check_directives() {
    local directive
    for directive in "${directives[@]}" User= MemoryMax= TasksMax=; do
        grep -q "^$directive" "$1" || {
            say FAIL "$1 has no $directive"
            return
        }
    done
    ! grep -qE '^User=(root|0)?$' "$1" || {
        say FAIL "$1 runs as root"
        return
    }
    say ok "$1 is hardened"
}

# What a unit names need not be installed here.
understood() {
    local folder said
    folder=$(mktemp -d)
    sed 's#/usr/local/sbin/dpvd#/bin/true#' "$1" >"$folder/${1##*/}"
    said=$(systemd-analyze verify --man=no "$folder/${1##*/}" 2>&1) || true
    rm -rf "$folder"
    grep -E "(Unknown|Failed to parse|Invalid|ignoring)" <<<"$said" && return 1
    return 0
}

for unit in scripts/dpvd.service scripts/dpvd-work.service; do
    check_directives "$unit"
    if ! command -v systemd-analyze >/dev/null; then
        skipped=$((skipped + 1))
        echo "skip $unit: systemd is not installed"
    elif understood "$unit"; then
        say ok "systemd understands $unit"
    else
        say FAIL "systemd does not understand $unit"
    fi
done
echo "$passed passed, $failed failed, $skipped skipped"
[[ $failed -eq 0 ]]
