#!/bin/bash
# Installs what is missing on Debian 12: install-deps.sh [build] [test] [lint] [fuzz]
#
# "build" (always) is what building and running needs, "test" adds the clients and tools of the
# tests, "lint" the checkers, "fuzz" the fuzzer and its sanitizers. Runs as root or through sudo;
# asks apt only when something is missing.
set -euo pipefail

build=(build-essential pkg-config gsoap libgsoap-dev libmicrohttpd-dev libxml2-dev libpq-dev
    libssl-dev libcrypt-dev libgnutls28-dev libcurl4-openssl-dev libseccomp-dev libyajl-dev zlib1g-dev
    postgresql openssl curl ca-certificates tzdata python3)
tests=(check libsubunit-dev python3-zeep python3-aiosmtpd php-cli php-soap libjaxws-java mono-mcs
    libmono-system-servicemodel4.0a-cil haproxy patroni e2fsprogs mount)
lint=(clang clang-format clang-tidy cppcheck shellcheck)
fuzz=(clang libclang-rt-dev llvm)

# Settings of Debian's postgresql that the installation reads before it makes its own cluster.
no_main_cluster=/etc/postgresql-common/createcluster.d/dpvd-no-main-cluster.conf

wanted=("${build[@]}")
for group in "$@"; do
    case $group in
    build) ;;
    test)
        wanted+=("${tests[@]}")
        # May come from elsewhere than Debian, and then npm with it.
        command -v node >/dev/null || wanted+=(nodejs)
        command -v npm >/dev/null || wanted+=(npm)
        command -v javac >/dev/null || wanted+=(default-jdk-headless)
        ;;
    lint) wanted+=("${lint[@]}") ;;
    fuzz) wanted+=("${fuzz[@]}") ;;
    *)
        echo "usage: $0 [build] [test] [lint] [fuzz]" >&2
        exit 2
        ;;
    esac
done

is_installed() {
    [[ $'\n'$installed$'\n' == *$'\n'"ii  $1"$'\n'* ]]
}

installed=$(dpkg-query -W -f='${db:Status-Abbrev} ${Package}\n' "${wanted[@]}" 2>/dev/null || true)
missing=()
for package in "${wanted[@]}"; do
    is_installed "$package" || missing+=("$package")
done
[[ ${#missing[@]} -gt 0 ]] || exit 0

as_root=()
if [[ $EUID -ne 0 ]]; then
    if ! command -v sudo >/dev/null; then
        echo "Missing packages, and neither root nor sudo to install them. As root:" >&2
        echo "  apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

echo "installing: ${missing[*]}"
"${as_root[@]}" apt-get -q update

# dpvd's clusters are private: a machine that had no PostgreSQL gets no server on port 5432.
if ! dpkg-query -W -f='${db:Status-Abbrev}' postgresql-common 2>/dev/null | grep -q '^ii'; then
    trap '"${as_root[@]}" rm -f "$no_main_cluster"' EXIT
    "${as_root[@]}" mkdir -p "${no_main_cluster%/*}"
    echo "create_main_cluster = false" | "${as_root[@]}" tee "$no_main_cluster" >/dev/null
fi
"${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
    apt-get -qq install -y --no-install-recommends "${missing[@]}" </dev/null

# Tests start programs of their own; what came for them serves nobody else.
for service in haproxy patroni; do
    if [[ " ${missing[*]} " == *" $service "* ]] && command -v systemctl >/dev/null; then
        "${as_root[@]}" systemctl --quiet disable --now "$service" || true
    fi
done
