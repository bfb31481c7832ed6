#!/bin/bash
# dpvd with a private PostgreSQL in one folder: for `make run`, tests and experiments.
set -euo pipefail
umask 022

usage() {
    cat <<'END'
usage: scripts/dev.sh VERB [--dir DIR] [--port N] [--tls-port N] [-o key=value]...

  start           start what is not running, return when the server is ready, write DIR/dev.env
  stop            stop server and PostgreSQL cleanly; the data stay
  run             start in the foreground, Ctrl-C stops everything (ports 8080 and 8443)
  restart-server  stop the server cleanly and start it again
  kill-server     SIGKILL
  start-pg        start PostgreSQL alone
  stop-pg         stop it cleanly, with the server left running
  kill-pg         SIGKILL to the postmaster and all its children
  status          what runs; exit 0 when all does, 3 when not

DIR is var/ unless given. Port 0, or none, is a free one. Ports and -o settings are remembered in
DIR for the next start, so that a server comes back where it was. DPVD_BIN names another binary
than build/release/dpvd.
END
}

die() {
    echo "dev.sh: $*" >&2
    exit 1
}

# "STATE STARTTIME" of a process: the pair with the pid that no other process ever has.
process_stat() {
    local stat fields
    stat=$(cat "/proc/$1/stat" 2>/dev/null) || return 1
    read -ra fields <<<"${stat##*) }"
    echo "${fields[0]} ${fields[19]}"
}

is_alive() {
    local state
    state=$(process_stat "$1") && [[ $state != [ZX]* ]]
}

# Waits up to $2 seconds for process $1 to be gone.
wait_gone() {
    local end=$((SECONDS + $2))
    while is_alive "$1"; do
        [[ $SECONDS -lt $end ]] || return 1
        sleep 0.03
    done
}

# PostgreSQL refuses to run as root. As root, cluster and server run as the cluster's owner, which is
# the user postgres for a new one.
choose_user() {
    owner=$(id -un)
    as_owner=()
    as_server=()
    if [[ $EUID -ne 0 ]]; then
        [[ ! -e $dir || -w $dir ]] || die "$dir belongs to $(stat -c %U "$dir"); choose another --dir"
        [[ ! -e $dir/pg || -O $dir/pg ]] ||
            die "$dir/pg belongs to $(stat -c %U "$dir/pg"); run as that user, or choose another --dir"
        return
    fi
    owner=postgres
    [[ ! -e $dir/pg || -O $dir/pg ]] || owner=$(stat -c %U "$dir/pg")
    id -u "$owner" >/dev/null 2>&1 || die "there is no user $owner; run scripts/install-deps.sh"
    as_owner=(setpriv "--reuid=$owner" "--regid=$(id -g "$owner")" --init-groups)
    if owner_reaches; then
        as_server=("${as_owner[@]}")
        return
    fi

    # A checkout below /root, say: PostgreSQL may pass closed folders, and the server stays root.
    local capability base=("${as_owner[@]}")
    for capability in dac_read_search dac_override; do
        as_owner=("${base[@]}" "--inh-caps=-all,+$capability" "--ambient-caps=-all,+$capability")
        owner_reaches && return
    done
    die "user $owner, who runs PostgreSQL, cannot enter $dir; choose another --dir"
}

owner_reaches() {
    local paths=("$dir/." "$root/scripts/dev.sh")
    [[ ! -e $bin ]] || paths+=("$bin")
    "${as_owner[@]}" stat "${paths[@]}" >/dev/null 2>&1
}

own() {
    [[ $EUID -ne 0 ]] || chown "$owner:" "$@"
}

quoted() {
    local quote="'\\''"
    printf "%s='%s'\n" "$1" "${2//\'/$quote}"
}

write_env() {
    {
        quoted BASE_URL "$base_url"
        quoted TLS_URL "$tls_url"
        quoted ADMIN_URL "$admin_url"
        quoted DPVD_PID "$(server_pid)"
        quoted PG_PID "$(postmaster_pid)"
        quoted PSQL "$pg/psql -X -q -At -v ON_ERROR_STOP=1 -h $socket -p 5432 -U postgres -d dpvd"
        quoted PG_SOCKET "$socket"
        quoted PG_DATABASE dpvd
        quoted PG_BIN "$pg"
        quoted LOG_FILE "$dir/dpvd.log"
        quoted CONFIG_FILE "$dir/dpvd.conf"
        quoted TLS_CERTIFICATE "$dir/tls/certificate.pem"
        quoted DEMO_USER demo
        quoted DEMO_PASSWORD demo-password
        quoted DEMO_CODE TTD_DEMO
        quoted DEMO_ORG 910646192
        quoted DEMO2_USER demo2
        quoted DEMO2_PASSWORD demo2-password
        quoted DEMO2_CODE DEM_DEMO
        quoted DEMO2_ORG 991825827
    } >"$dir/dev.env.new"
    mv "$dir/dev.env.new" "$dir/dev.env"
}

start() {
    local server
    server=$(server_pid)
    [[ -z $server || $((${#options[@]} + port + tls_port)) -eq 0 ]] ||
        die "the server runs already; stop it first, or use restart-server"
    start_pg
    if [[ -z $server ]]; then
        start_server
    else
        read_listeners
        wait_ready || die "the server ended; see $dir/dpvd.log"
    fi
    write_env
}

stop() {
    stop_server
    stop_pg
    rm -f "$dir/dpvd.pid" "$dir/socket"
    [[ -z $socket ]] || rm -rf "$socket"
    write_env
}

status() {
    local server postmaster
    server=$(server_pid)
    postmaster=$(postmaster_pid)
    if [[ -n $server ]]; then
        echo "server: pid $server, $base_url $tls_url, operators $admin_url"
    else
        echo "server: stopped"
    fi
    if [[ -n $postmaster ]]; then
        echo "postgresql: pid $postmaster, socket folder $socket"
    else
        echo "postgresql: stopped"
    fi
    [[ -n $server && -n $postmaster ]] || exit 3
}

shown() {
    echo "${1#"$PWD/"}"
}

banner() {
    local basic=/ServiceEngineExternal/CorrespondenceAgencyExternalBasic.svc
    local action=http://www.altinn.no/services/ServiceEngine/Correspondence/2009/10/ICorrespondenceAgencyExternalBasic
    cat <<END
dpvd serves
  SOAP         $base_url$basic  (?wsdl)
               $tls_url$basic
  operators    $admin_url/metrics
  database     $pg/psql -h $socket -U postgres dpvd
  files        $(shown "$dir"): dpvd.log, dpvd.conf, tls/certificate.pem, dev.env (all of this for a shell)
Send a message:
  curl -H 'Content-Type: text/xml; charset=utf-8' \\
    -H 'SOAPAction: "$action/InsertCorrespondenceBasicV2"' \\
    --data-binary @$(shown "$root/tests/data/insert-demo.xml") \\
    $base_url$basic
Ctrl-C stops everything.
END
}

# The end of `run`, however it comes: server first, then PostgreSQL.
end_run() {
    trap '' INT TERM HUP
    echo "stopping"
    lock
    stop
    [[ -z $follower ]] || kill "$follower" 2>/dev/null || true
}

run() {
    local pid
    [[ -z $(server_pid) ]] || die "dpvd runs already in $dir; stop it with: scripts/dev.sh stop --dir $dir"
    follower=""
    trap end_run EXIT
    trap 'exit 0' INT TERM HUP
    start
    banner
    (trap '' INT && exec tail -n 0 -F --pid=$$ "$dir/dpvd.log" 2>/dev/null 9>&-) &
    follower=$!
    while pid=$(server_pid) && [[ -n $pid ]]; do
        flock -u 9
        wait "$pid" 2>/dev/null || while is_alive "$pid"; do sleep 0.2; done
        lock # restart-server holds it until its new server is ready
    done
    die "the server ended; see $dir/dpvd.log"
}

lock() {
    flock -w 600 9 || die "another dev.sh is at work in $dir"
}

[[ $# -gt 0 ]] || {
    usage >&2
    exit 2
}
verb=$1
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
# shellcheck source=scripts/dev-postgres.sh
. "$root/scripts/dev-postgres.sh"
# shellcheck source=scripts/dev-server.sh
. "$root/scripts/dev-server.sh"
bin=$(realpath -m "${DPVD_BIN:-$root/build/release/dpvd}")
dir=$root/var
port=0
tls_port=0
options=()
if [[ $verb == run ]]; then
    port=8080
    tls_port=8443
fi
while [[ $# -gt 0 ]]; do
    case $1 in
    --dir | --port | --tls-port | -o) [[ $# -gt 1 ]] || die "$1 needs a value" ;;
    esac
    case $1 in
    --dir) dir=$2 ;;
    --port) port=$2 ;;
    --tls-port) tls_port=$2 ;;
    -o) options+=("$2") ;;
    *)
        usage >&2
        exit 2
        ;;
    esac
    shift 2
done
[[ $port =~ ^[0-9]{1,5}$ && $tls_port =~ ^[0-9]{1,5}$ ]] || die "a port is a number"
dir=$(realpath -m "$dir")
unset "${!PG@}" DPVD_LISTEN DPVD_TLS_LISTEN DPVD_ADMIN_LISTEN DPVD_DATABASE DPVD_DATABASE_OWNER

case $verb in
help | --help | -h)
    usage
    exit 0
    ;;
start | run | stop | restart-server | kill-server | start-pg | stop-pg | kill-pg | status) ;;
*)
    usage >&2
    exit 2
    ;;
esac
if [[ $verb == start || $verb == run || $verb == start-pg ]]; then
    mkdir -p "$dir" 2>/dev/null || die "$dir cannot be created"
else
    [[ -e $dir/lock ]] || die "there is nothing in $dir"
fi
choose_user
exec 9>>"$dir/lock"
lock
pg=$(pg_bin)
socket=$(cat "$dir/socket" 2>/dev/null || true)
remembered() {
    sed -n "s/^$1='\(.*\)'$/\1/p" "$dir/dev.env" 2>/dev/null || true
}
base_url=$(remembered BASE_URL)
tls_url=$(remembered TLS_URL)
admin_url=$(remembered ADMIN_URL)

case $verb in
restart-server)
    stop_server
    start
    ;;
kill-server)
    kill_server
    write_env
    ;;
start-pg)
    start_pg
    write_env
    ;;
stop-pg)
    stop_pg
    write_env
    ;;
kill-pg)
    kill_pg
    write_env
    ;;
*) "$verb" ;;
esac
