# What the walks share: a command is typed, what it says is looked at, and at the end they say how long it took.
# Sourced by a walk, which runs in an empty folder. Nothing is asked that is not on this machine.

commands=0
started=()
SECONDS=0
trap end EXIT

# Say what the newcomer wants now.
wants() { printf '\n# %s (%s s)\n' "$1" "$SECONDS"; }

fail() {
    printf 'this walk fails: %s\n' "$1" >&2
    exit 1
}

# Type a line, which may have pipes; its stdout is in `said`, its stderr in `told`. It must end with exit code 0.
typed() { ends_with 0 "$1"; }

# Likewise, with another exit code.
ends_with() {
    local wanted=$1 line=$2 code=0
    commands=$((commands + 1))
    printf '$ %s\n' "$line"
    (eval "$line") >said 2>told || code=$?
    head -n 12 said
    head -n 12 told
    ((code == wanted)) || fail "exit code $code, not $wanted: $line"
}

# Look for a pattern (grep -E) in what the last line said.
sees() { grep -Eq -- "$1" said || fail "it does not say '$1'"; }
sees_not() { ! grep -Eq -- "$1" said || fail "it says '$1'"; }

# Likewise in its notes and errors, on stderr.
is_told() { grep -Eq -- "$1" told || fail "its stderr does not say '$1'"; }
is_told_nothing() { [[ ! -s told ]] || fail "its stderr is not empty"; }

# Type a line that goes on; what it prints is in NAME.log, its pid in NAME.pid. Ctrl-C reaches it.
goes_on() {
    local name=$1 line=$2
    commands=$((commands + 1))
    printf '$ %s &\n' "$line"
    # A shell without job control has what goes on in the background ignore Ctrl-C.
    # shellcheck disable=SC2086 # the line is split into words
    env --default-signal=INT $line >"$name.log" 2>&1 &
    echo $! >"$name.pid"
    started+=($!)
}

# Wait until a command succeeds, at most so many seconds.
within() {
    local seconds=$1 until=$((SECONDS + $1))
    shift
    until "$@" >awaited 2>&1; do
        ((SECONDS < until)) || { cat awaited; fail "not within $seconds s: $*"; }
        sleep 0.5
    done
}

# End what goes on by Ctrl-C; it must end with this exit code.
ends_by_ctrl_c() {
    local code=0 pid
    pid=$(cat "$2.pid")
    kill -INT "$pid"
    wait "$pid" || code=$?
    ((code == $1)) || { tail -n 20 "$2.log"; fail "exit code $code of $2 after Ctrl-C, not $1"; }
}

# The value of a key in a settings file's entry of a vendor.
value_of() { sed -n "/slug: $2\$/,/  - slug/s/^ *$3: \"*\([^\"]*\)\"*\$/\1/p" "$1" | head -n 1; }

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# The number in the first line that said so: as `number_of 'outage on ([0-9]+)'`.
number_of() { sed -nE "s/.*$1.*/\1/p" said | head -n 1; }

end() {
    local code=$? pid
    for pid in ${started[@]+"${started[@]}"}; do
        kill -TERM "$pid" 2>/dev/null || true
        wait "$pid" 2>/dev/null || true
    done
    if ((code == 0)); then
        printf '\nwalked: %s commands, %s min %02d s\n' "$commands" $((SECONDS / 60)) $((SECONDS % 60))
    fi
}
