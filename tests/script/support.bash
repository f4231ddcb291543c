# Shared setup of all tests of the helper script. The program under test is $DRAFT_MAKER; scripts/test-script sets it.

bats_require_minimum_version 1.5.0
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
# The script must work in every available shell: cron may use another sh than the operator.
SCRIPT_SHELL="${SCRIPT_SHELL:-sh}"
# The timeout of every wait in a test, in tenths of a second.
PATIENCE=600

# trigger ARGUMENTS…: runs the script as cron does: without a terminal and with empty standard input.
trigger() {
    "$SCRIPT_SHELL" "$root/scripts/trigger-batch-processing.sh" "$@" </dev/null
}

# on_terminal COMMAND…: runs it with a terminal as standard input, output and error.
on_terminal() {
    python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null
}

# eventually COMMAND…: succeeds as soon as the command does; fails after the timeout.
eventually() {
    local left=$PATIENCE
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.1
    done
}

# json PATH: prints the value at PATH (status, jobs/0/job_id) of the JSON on standard input. Fails if it is not JSON.
json() {
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for part in filter(None, sys.argv[1].split("/")):
    value = value[int(part)] if isinstance(value, list) else value[part]
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}

# says TEXT: fails the test unless $output or $stderr contains it.
says() {
    case "${output-}
${stderr-}" in
        *"$1"*) ;;
        *)
            printf 'expected: %s\nprinted: %s\n%s\n' "$1" "${output-}" "${stderr-}" >&2
            return 1
            ;;
    esac
}

# --- the service ----------------------------------------------------------------------------------------------------

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# start_sandbox FOLDER OPTIONS…: starts the sandbox; FOLDER/settings has the settings that lead there.
start_sandbox() {
    local folder="$1"
    shift
    mkdir -p "$folder"
    # bats waits for every process that has its file descriptor 3 open.
    "$DRAFT_MAKER" sandbox "$@" >"$folder/printed" 2>"$folder/errors" </dev/null 3>&- &
    echo $! >"$folder/pid"
    eventually grep -q STORAGE_EMULATOR_HOST= "$folder/printed"
    sed -n 's/^export //p' "$folder/printed" >"$folder/settings"
    # The sandbox has no rate limits, so no request has to wait.
    for provider in MUSICBRAINZ COVERARTARCHIVE DISCOGS; do
        echo "DRAFT_MAKER__PROVIDERS__${provider}__REQUESTS_PER_MINUTE=0"
    done >>"$folder/settings"
}

# serve FOLDER SANDBOX OPTIONS…: starts the service over a sandbox; FOLDER/url is its address. A second call with the
# same folder is a restart: the same port, the same data. With $TOKEN, the service requires that token.
serve() {
    local folder="$1" sandbox="$2"
    shift 2
    mkdir -p "$folder/home"
    [ -e "$folder/port" ] || free_port >"$folder/port"
    cp "$sandbox/settings" "$folder/.env"
    (
        cd "$folder" || exit
        exec env -i "HOME=$folder/home" "PATH=$PATH" "DRAFT_MAKER_DATA_DIR=$folder/data" "OUTPUT_DIR=$folder/output" \
            "DRAFT_MAKER_TOKEN=${TOKEN:-}" DRAFT_MAKER__LISTING__CONDITION=very_good DRAFT_MAKER__MARKET__SINK=csv \
            "$DRAFT_MAKER" serve --port "$(cat port)" "$@" >printed 2>errors </dev/null 3>&-
    ) &
    echo $! >"$folder/pid"
    echo "http://127.0.0.1:$(cat "$folder/port")" >"$folder/url"
    eventually curl --silent --fail --output /dev/null "$(cat "$folder/url")/health" || {
        cat "$folder/errors" >&2
        return 1
    }
}

# end_all [FOLDER]: ends all processes that start_sandbox and serve have started below a folder.
end_all() {
    local file
    while IFS= read -r file; do
        kill "$(cat "$file")" 2>/dev/null || true
    done < <(find "${1:-$BATS_FILE_TMPDIR}" -name pid 2>/dev/null)
}
