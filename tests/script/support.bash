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
    case "$output
${stderr-}" in
        *"$1"*) ;;
        *)
            printf 'expected: %s\nsaid: %s\n%s\n' "$1" "$output" "${stderr-}" >&2
            return 1
            ;;
    esac
}
