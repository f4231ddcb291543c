# What every test of the helper script begins with. The program under test is $DRAFT_MAKER; scripts/test-script sets it.

bats_require_minimum_version 1.5.0
root="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
# Every shell that can be had reads the script: cron's sh is not the operator's.
SCRIPT_SHELL="${SCRIPT_SHELL:-sh}"
# A wait of a test ends, whatever happens; in tenths of a second.
PATIENCE=600

# trigger ARGUMENTS…: the script, as cron runs it: no terminal, nothing on standard input.
trigger() {
    "$SCRIPT_SHELL" "$root/scripts/trigger-batch-processing.sh" "$@" </dev/null
}

# on_terminal COMMAND…: with a terminal on all three.
on_terminal() {
    python3 -c 'import os, pty, sys; sys.exit(os.waitstatus_to_exitcode(pty.spawn(sys.argv[1:])))' "$@" </dev/null
}

# eventually COMMAND…: true as soon as the command is; false when patience ends.
eventually() {
    local left=$PATIENCE
    until "$@"; do
        left=$((left - 1))
        [ "$left" -gt 0 ] || return 1
        sleep 0.1
    done
}

# json PATH: of the JSON on standard input, what stands at PATH: status, or jobs/0/job_id. Fails where it is no JSON.
json() {
    python3 -c '
import json, sys
value = json.load(sys.stdin)
for part in filter(None, sys.argv[1].split("/")):
    value = value[int(part)] if isinstance(value, list) else value[part]
print(value if isinstance(value, str) else json.dumps(value))' "$1"
}

# says WORDS: the test fails unless $output or $stderr holds them.
says() {
    case "${output-}
${stderr-}" in
        *"$1"*) ;;
        *)
            printf 'expected: %s\nsaid: %s\n%s\n' "$1" "${output-}" "${stderr-}" >&2
            return 1
            ;;
    esac
}

# --- the service ----------------------------------------------------------------------------------------------------

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# imitate FOLDER OPTIONS…: the imitated services; FOLDER/settings leads there.
imitate() {
    local folder="$1"
    shift
    mkdir -p "$folder"
    # bats waits for everybody who holds its descriptor 3.
    "$DRAFT_MAKER" sandbox "$@" >"$folder/printed" 2>"$folder/errors" </dev/null 3>&- &
    echo $! >"$folder/pid"
    eventually grep -q STORAGE_EMULATOR_HOST= "$folder/printed"
    sed -n 's/^export //p' "$folder/printed" >"$folder/settings"
    # The imitation has no limits, so nobody needs to keep them.
    for provider in MUSICBRAINZ COVERARTARCHIVE DISCOGS; do
        echo "DRAFT_MAKER__PROVIDERS__${provider}__REQUESTS_PER_MINUTE=0"
    done >>"$folder/settings"
}

# serve FOLDER IMITATION OPTIONS…: the service over an imitation; FOLDER/url is its address. Once more for the same
# folder it is a restart: the same port, the same data. With $TOKEN it asks for that.
serve() {
    local folder="$1" imitation="$2"
    shift 2
    mkdir -p "$folder/home"
    [ -e "$folder/port" ] || free_port >"$folder/port"
    cp "$imitation/settings" "$folder/.env"
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

# end_all [FOLDER]: ends what imitate and serve have begun below a folder.
end_all() {
    local file
    while IFS= read -r file; do
        kill "$(cat "$file")" 2>/dev/null || true
    done < <(find "${1:-$BATS_FILE_TMPDIR}" -name pid 2>/dev/null)
}
