# shellcheck shell=bash
# Part of dev.sh: a private PostgreSQL cluster in $dir/pg, reached through a socket in $socket.
# shellcheck disable=SC2154 # variables are those of dev.sh

postmaster_pid() {
    local pid
    read -r pid 2>/dev/null <"$dir/pg/postmaster.pid" || return 0
    [[ $pid == [1-9]* && /proc/$pid/cwd -ef $dir/pg ]] && is_alive "$pid" && echo "$pid"
    return 0
}

pg_bin() {
    local version=""
    [[ ! -e $dir/pg/PG_VERSION ]] || version=$(<"$dir/pg/PG_VERSION")
    local found
    found=$(find /usr/lib/postgresql -path "*/${version:-*}/bin/initdb" 2>/dev/null | sort -V | tail -n 1)
    [[ -n $found ]] || die "PostgreSQL $version is not installed; run scripts/install-deps.sh"
    echo "${found%/initdb}"
}

# A unix socket's path may have 107 bytes, DIR may be longer: a short folder, remembered in DIR.
make_socket_folder() {
    socket=$(cat "$dir/socket" 2>/dev/null || true)
    if [[ -z $socket || ! -d $socket ]]; then
        socket=$(mktemp -d /tmp/dpvd-XXXXXX)
        own "$socket"
        echo "$socket" >"$dir/socket"
    fi
}

# Its connections are enough for three dpvd with four workers a core, which count all cores that are
# there, not only those that this process may use.
make_cluster() {
    [[ ! -d $dir/pg ]] || return 0
    echo "creating a PostgreSQL cluster in $dir/pg"
    rm -rf "$dir/pg.new"
    mkdir -m 700 "$dir/pg.new"
    own "$dir/pg.new"
    (cd / && "${as_owner[@]}" "$pg/initdb" --pgdata "$dir/pg.new" --username postgres --auth trust \
        --data-checksums --encoding UTF8 --locale C.UTF-8 --no-instructions) >"$dir/initdb.log" 2>&1 ||
        die "initdb failed: $(tail -n 5 "$dir/initdb.log")"
    cat >>"$dir/pg.new/postgresql.conf" <<END

# written by scripts/dev.sh
listen_addresses = ''
port = 5432
max_connections = $((12 * $(getconf _NPROCESSORS_ONLN) + 100))
shared_buffers = 128MB
max_wal_size = 2GB
wal_compression = off
password_encryption = scram-sha-256
timezone = 'UTC'
log_timezone = 'UTC'
END
    mv "$dir/pg.new" "$dir/pg"
}

# A killed postmaster stays in the process table until its parent has looked, for ever if the parent
# never does. Its successor would take it for alive.
forget_dead_postmaster() {
    local pid try
    read -r pid 2>/dev/null <"$dir/pg/postmaster.pid" || return 0
    for try in {1..10}; do
        [[ $pid == [1-9]* && -e /proc/$pid ]] || return 0
        [[ $try -eq 1 ]] || sleep 0.03
    done
    [[ $(process_stat "$pid") != Z* ]] || rm -f "$dir/pg/postmaster.pid" "$socket"/.s.PGSQL.5432*
}

start_pg() {
    [[ -z $(postmaster_pid) ]] || return 0
    forget_dead_postmaster
    make_socket_folder
    make_cluster
    (cd / && "${as_owner[@]}" "$pg/pg_ctl" start --silent --wait --timeout 180 --pgdata "$dir/pg" \
        --options "-k $socket") </dev/null >>"$dir/pg.log" 2>&1 9>&- ||
        die "PostgreSQL did not start; see $dir/pg.log: $(tail -n 5 "$dir/pg.log")"
}

stop_pg() {
    [[ -n $(postmaster_pid) ]] || return 0
    (cd / && "${as_owner[@]}" "$pg/pg_ctl" stop --silent --wait --timeout 180 --mode fast \
        --pgdata "$dir/pg") || die "PostgreSQL did not stop; see $dir/pg.log"
}

# What a power cut leaves: no process of the cluster lives on, not even for its own clean end.
kill_pg() {
    local pid children=() stat fields child
    pid=$(postmaster_pid)
    [[ -n $pid ]] || die "PostgreSQL does not run in $dir"
    kill -STOP "$pid" # forks no more
    for stat in /proc/[0-9]*/stat; do
        fields=$(cat "$stat" 2>/dev/null) || continue
        [[ ${fields##*) } != ?" $pid "* ]] || children+=("${fields%% *}")
    done
    kill -KILL "$pid" "${children[@]}" 2>/dev/null || true
    for child in "$pid" "${children[@]}"; do
        wait_gone "$child" 60 || die "process $child of PostgreSQL does not end"
    done
}

query() {
    "$pg/psql" -X -q -At -v ON_ERROR_STOP=1 -h "$socket" -p 5432 "$@"
}

make_database() {
    query -U postgres -d postgres <<'END'
SELECT format('CREATE ROLE %I LOGIN', name)
  FROM unnest(ARRAY['dpvd_owner', 'dpvd_app', 'dpvd_background', 'dpvd_auditor']) AS name
 WHERE name NOT IN (SELECT rolname FROM pg_roles) \gexec
SELECT 'CREATE DATABASE dpvd OWNER dpvd_owner'
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'dpvd') \gexec
ALTER ROLE postgres IN DATABASE dpvd SET search_path = dpvd, public; -- for $PSQL
END
}
