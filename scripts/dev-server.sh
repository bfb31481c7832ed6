# shellcheck shell=bash
# Part of dev.sh: the server, its settings, certificate and ports.
# shellcheck disable=SC2154 # variables are those of dev.sh

server_pid() {
    local pid started
    read -r pid started 2>/dev/null <"$dir/dpvd.pid" || return 0
    [[ $(process_stat "$pid") == [!ZX]" $started" ]] && echo "$pid"
    return 0
}

make_certificate() {
    local certificate=$dir/tls/certificate.pem
    ! openssl x509 -in "$certificate" -noout -checkend 86400 >/dev/null 2>&1 || return 0
    mkdir -p "$dir/tls"
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 825 \
        -subj /CN=localhost -addext 'subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1' \
        -addext 'extendedKeyUsage=serverAuth' \
        -keyout "$dir/tls/key.pem" -out "$certificate.new" 2>/dev/null || die "openssl made no certificate"
    chmod 600 "$dir/tls/key.pem"
    own "$dir/tls/key.pem"
    mv "$certificate.new" "$certificate"
}

# The inode of the socket that listens on 127.0.0.1:$1, or on all addresses.
listening_inode() {
    local hex
    printf -v hex '%04X' "$1"
    awk -v port="$hex" '$4 == "0A" && $2 ~ "^(0100007F|0+|0+(FFFF00000100007F)?):" port "$" { print $10; exit }' \
        /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# Sets $chosen, a port for a listener. $1: as asked for (0: any), $2: the one it had before.
# A free one is taken below the ports that the kernel gives to outgoing connections: a client that
# knocks at the door of a killed server could else be given that very port, and bar the way back.
choose_port() {
    local low
    chosen=$1
    if [[ $1 -ne 0 ]]; then
        [[ -z $(listening_inode "$1") ]] ||
            die "port $1 is taken by another program; choose others with --port N and --tls-port N"
        return
    fi
    read -r low _ </proc/sys/net/ipv4/ip_local_port_range
    [[ $low -gt 12000 && $low -le 43000 ]] || low=32768
    chosen=${2:-0}
    while [[ $chosen -eq 0 || -n $(listening_inode "$chosen") || " $taken " == *" $chosen "* ]]; do
        chosen=$((10240 + RANDOM % (low - 10240)))
    done
    taken+=" $chosen"
}

port_of() {
    local rest=${1##*:}
    [[ $rest != *[!0-9]* ]] && echo "$rest"
    return 0
}

# The value that the server will see for key $1.
setting() {
    sed -n "s/^$1 = *//p" "$dir/dpvd.conf" | tail -n 1
}

# Adds the -o settings to the remembered ones, in a new file; the newest of a key wins.
add_settings() {
    local assignment key
    cat "$dir/settings" >"$dir/settings.new" 2>/dev/null || true
    for assignment in "${options[@]}"; do
        key=${assignment%%=*}
        key=${key//[[:space:]]/}
        [[ $assignment == *=* && -n $key && $assignment != *$'\n'* ]] || die "-o $assignment is not key=value"
        sed -i "/^$key = /d" "$dir/settings.new"
        echo "$key = ${assignment#*=}" >>"$dir/settings.new"
    done
}

write_conf() {
    local taken="$port $tls_port" listen tls_listen
    choose_port "$port" "$(port_of "$base_url")"
    listen=127.0.0.1:$chosen
    choose_port "$tls_port" "$(port_of "$tls_url")"
    tls_listen=127.0.0.1:$chosen
    choose_port 0 "$(port_of "$admin_url")"
    cat >"$dir/dpvd.conf.new" <<END
# Written by scripts/dev.sh at every start of the server; settings of your own: -o key=value.
environment = test
allow_synthetic_persons = on
allow_root = on
listen = $listen
tls_listen = $tls_listen
admin_listen = 127.0.0.1:$chosen
tls_certificate = $dir/tls/certificate.pem
tls_key = $dir/tls/key.pem
database = host=$socket port=5432 dbname=dpvd user=dpvd_app
database_owner = host=$socket port=5432 dbname=dpvd user=dpvd_owner
database_background = host=$socket port=5432 dbname=dpvd user=dpvd_background
database_auditor = host=$socket port=5432 dbname=dpvd user=dpvd_auditor
spool_directory = $dir/spool
$(cat "$dir/settings.new")
END
    mv "$dir/dpvd.conf.new" "$dir/dpvd.conf"
    read_listeners
}

read_listeners() {
    local listener
    http=$(setting listen)
    https=$(setting tls_listen)
    admin=$(setting admin_listen)
    for listener in "$http" "$https" "$admin"; do
        [[ -z $listener || $(port_of "$listener") == [1-9]* ]] || die "-o: $listener needs a port"
    done
    base_url=$(url http "$http")
    tls_url=$(url https "$https")
    admin_url=$(url http "$admin")
}

url() {
    local host=${2%:*}
    [[ $host != 0.0.0.0 && $host != '[::]' ]] || host=127.0.0.1
    [[ -z $2 ]] || echo "$1://$host:$(port_of "$2")"
}

dpvd() {
    (cd / && "${as_server[@]}" "$bin" "$@" -c "$dir/dpvd.conf")
}

launch() {
    (cd / && exec setsid "${as_server[@]}" "$bin" serve -c "$dir/dpvd.conf") \
        </dev/null >>"$dir/dpvd.log" 2>&1 9>&- &
    local pid=$! stat
    stat=$(process_stat "$pid") || stat="gone 0"
    echo "$pid ${stat#* }" >"$dir/dpvd.pid"
}

# Does the server itself hold the listener's port? Another one may have been quicker.
holds() {
    local inode
    [[ -n $2 ]] || return 0
    inode=$(listening_inode "$(port_of "$2")")
    [[ -n $inode && -n $(find "/proc/$1/fd" -lname "socket:\[$inode\]" -print -quit 2>/dev/null) ]]
}

is_ready() {
    holds "$1" "$http" && holds "$1" "$https" &&
        curl -q -sfk --noproxy '*' --max-time 5 -o /dev/null "${base_url:-$tls_url}/health/ready"
}

# Returns 0 when the server is ready, 1 when it ended.
wait_ready() {
    local end=$((SECONDS + 180)) pid
    while pid=$(server_pid) && [[ -n $pid ]]; do
        ! is_ready "$pid" || return 0
        [[ $SECONDS -lt $end ]] || die "the server is not ready after 180 s; see $dir/dpvd.log: $(tail -n 5 "$dir/dpvd.log")"
        sleep 0.03
    done
    return 1
}

# Did the server lose a port that was chosen here to somebody quicker?
lost_a_port() {
    local listener
    for listener in "$http" "$https" "$admin"; do
        [[ -z $listener || -z $(listening_inode "$(port_of "$listener")") ]] || return 0
    done
    return 1
}

start_server() {
    local try before
    [[ -x $bin ]] || die "$bin is missing; build it with: make"
    mkdir -p "$dir/spool"
    own "$dir/spool"
    make_certificate
    add_settings
    for try in 1 2 3 4 5; do
        write_conf
        if [[ $try -eq 1 ]]; then
            dpvd check >/dev/null || die "a setting is wrong"
            cp "$dir/settings.new" "$dir/settings"
            make_database
            dpvd migrate >>"$dir/dpvd.log" 2>&1 || die "migration failed: $(tail -n 5 "$dir/dpvd.log")"
            query -U dpvd_owner -d dpvd -o /dev/null <"$root/sql/demo.sql" || die "sql/demo.sql failed"
        fi
        before=$(stat -c %s "$dir/dpvd.log")
        launch
        ! wait_ready || return 0
        lost_a_port || break
    done
    die "the server did not start: $(tail -c "+$((before + 1))" "$dir/dpvd.log" | tail -n 5)"
}

stop_server() {
    local pid
    pid=$(server_pid)
    if [[ -n $pid ]]; then
        kill -TERM "$pid"
        if ! wait_gone "$pid" 120; then
            kill -KILL "$pid"
            die "the server did not stop within 120 s and was killed"
        fi
    fi
}

kill_server() {
    local pid
    pid=$(server_pid)
    [[ -n $pid ]] || die "the server does not run in $dir"
    kill -KILL "$pid"
    wait_gone "$pid" 60 || die "the server does not end"
}
