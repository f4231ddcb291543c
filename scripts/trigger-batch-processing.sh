#!/bin/sh
# Starts, follows and controls batches of the Draft Maker container, with `docker exec` or the HTTP API.
#
# Needs POSIX sh and tools, and curl or docker. `--help` explains options and exit codes.
# Results go to standard output, messages to standard error.
set -u
# Make ranges such as [a-z] and lengths in bytes the same in every locale.
LC_ALL=C
export LC_ALL

readonly DONE=0 BROKE=1 USAGE=2 LEFT_OVER=3 UNKNOWN=4 REFUSED=5
newline='
'
# State of the progress line on the terminal.
shown=''

usage() {
    cat <<EOF
Usage: $0 -g gs://BUCKET/OBJECT [OPTIONS]
       $0 -f FILE [OPTIONS]
       $0 -s JOB | -l | --pause JOB | --resume JOB | --cancel JOB | --retry JOB [OPTIONS]

Starts and controls batches of lists, in Google Cloud Storage or on this machine.

Start a batch:
  -g, --gcs-path PATH    The list: gs://bucket/object
  -f, --file FILE        The list: a file on this machine, which is sent to the service
  -m, --method METHOD    docker: in the container, shown until it ends; api: by HTTP, returns at once (default: docker)
  -d, --no-drafts        Look up releases, prices and covers; create no drafts
  -t, --test             Dry run: do everything except create drafts
      --condition NAME   The condition of all items: new, like_new, very_good, good or acceptable (default: the setting)
      --force            Start even if the same list is already being processed (api)
  -w, --wait             Follow the batch to its end (api; docker always does)

Control batches (always by the API):
  -s, --status JOB       Print the batch as JSON; with --wait, after it finishes
  -l, --list             Print all batches as JSON, newest first
      --pause JOB        Pause a batch; running items finish
      --resume JOB       Resume a paused batch; with --wait, until it finishes
      --cancel JOB       Cancel a batch; unfinished items are skipped
      --retry JOB        Retry failed items as a new batch; with --wait, until it finishes

Where:
  -c, --container NAME   The container (default: draft-maker-staging)
  -u, --url URL          The API (default: http://localhost:8080)
  -h, --help             This help

Environment:
  DRAFT_MAKER_TOKEN        Bearer token of the API, if it needs one; never passed as an argument. Default: for an API of
                           this machine, the token that the container (-c) holds, by docker exec
  DRAFT_MAKER_POLL_S       Seconds between checks of --wait (default: 2)
  DRAFT_MAKER_PATIENCE_S   Seconds that --wait tolerates an unavailable API, for example during a restart
                           (default: 300)

Exit codes:
  0    done: the batch was started, is running, or finished completely
  1    the batch failed; or the API, docker or the container cannot be reached; or the service failed (HTTP 5xx)
  2    a mistake in the command; nothing was sent
  3    finished, but some items failed, need review, or lines were skipped; or stopped or canceled before the end
  4    no such batch
  5    the API refused the request, with the reason: the list does not exist, the same list is already being
       processed, the token is missing, and so on
  130  Ctrl-C; a batch that was started by the API continues
With docker, the exit code is that of draft-maker in the container: 0 to 3 have the same meaning. Docker's own codes
are 125 to 127.

Examples:
  $0 -g gs://draft-maker-bucket/upcs.txt
  $0 -f box-15.csv --condition good
  $0 -g gs://draft-maker-bucket/upcs.txt -m api --wait
  $0 -m api -s batch_20240318_143022_0
  $0 -m api -l
EOF
}

# --- messages ---------------------------------------------------------------------------------------------------------

# Messages of other programs may contain control characters, which a terminal would execute.
say() {
    end_show
    printf '%s\n' "$1" | tr -d '\000-\010\013-\037\177' >&2
}

# fail CODE MESSAGE…
fail() {
    code="$1"
    shift
    say "error: $*"
    exit "$code"
}

bad_usage() {
    say "error: $*"
    say "Try '$0 --help'."
    exit "$USAGE"
}

# --- arguments --------------------------------------------------------------------------------------------------------

gcs_path='' file='' method=docker create_drafts=true test_mode=false condition='' force=false wait=no
container=draft-maker-staging url=http://localhost:8080
action='' job=''

# act ACTION [JOB]: sets the action; only one is allowed.
act() {
    [ -z "$action" ] || bad_usage "use either $action or $1, not both"
    action="$1"
    [ $# -lt 2 ] || job="$2"
}

read_arguments() {
    while [ $# -gt 0 ]; do
        option="$1"
        shift
        case "$option" in
            # --name=value is --name value.
            --*=*) set -- "${option#*=}" "$@"; option="${option%%=*}"; joined=yes ;;
            *) joined=no ;;
        esac
        case "$option" in
            -g | --gcs-path | -f | --file | -m | --method | -c | --container | -u | --url | -s | --status | --pause | --resume | \
                --cancel | --retry | --condition)
                [ $# -gt 0 ] || bad_usage "$option needs a value"
                with_value "$option" "$1"
                shift
                ;;
            *)
                [ "$joined" = no ] || bad_usage "$option takes no value, or is unknown"
                without_value "$option"
                ;;
        esac
    done
}

with_value() {
    case "$1" in
        -g | --gcs-path) gcs_path="$2" ;;
        -f | --file) file="$2" ;;
        -m | --method) method="$2" ;;
        -c | --container) container="$2" ;;
        -u | --url) url="$2" ;;
        --condition) condition="$2" ;;
        -s | --status) act status "$2" ;;
        *) act "${1#--}" "$2" ;;
    esac
}

without_value() {
    case "$1" in
        -d | --no-drafts) create_drafts=false ;;
        -t | --test) test_mode=true ;;
        --force) force=true ;;
        -w | --wait) wait=yes ;;
        -l | --list) act list ;;
        -h | --help) usage; exit "$DONE" ;;
        -*) bad_usage "unknown option $1" ;;
        *) bad_usage "unexpected argument $1; name a list with -g or -f" ;;
    esac
}

check_arguments() {
    case "$method" in
        docker | api) ;;
        *) bad_usage "unknown method '$method'; use docker or api" ;;
    esac
    case "$action" in
        '')
            case "$gcs_path,$file" in
                ,) bad_usage "name a list: -g gs://bucket/object, or -f FILE" ;;
                ,*) check_file ;;
                *,) check_gcs_path ;;
                *) bad_usage "use either -g or -f: a batch has one list" ;;
            esac
            ;;
        *)
            [ -z "$file" ] || bad_usage "-f starts a batch, so it cannot be used with $action"
            [ -z "$gcs_path" ] || bad_usage "-g starts a batch, so it cannot be used with $action"
            method=api
            [ "$action" = list ] || check_job
            ;;
    esac
    case "$wait,$action" in
        yes,list | yes,pause | yes,cancel) bad_usage "--wait waits for the end of a batch, so it cannot be used with $action" ;;
    esac
    case "$force,$action,$method" in
        true,,api | false,*) ;;
        *) bad_usage "--force needs -m api, and a batch to start" ;;
    esac
    check_condition
    check_container
    check_url
    check_token
    check_seconds DRAFT_MAKER_POLL_S "${DRAFT_MAKER_POLL_S:-2}"
    check_seconds DRAFT_MAKER_PATIENCE_S "${DRAFT_MAKER_PATIENCE_S:-300}"
}

check_condition() {
    case "$condition" in
        '' | new | like_new | very_good | good | acceptable) ;;
        *) bad_usage "unknown condition '$condition'; use new, like_new, very_good, good or acceptable" ;;
    esac
    case "$condition,$action" in
        ,* | *,) ;;
        *) bad_usage "--condition can only be used when starting a batch (-g or -f)" ;;
    esac
}

check_file() {
    [ -f "$file" ] || bad_usage "'$file' is not a file"
    [ -r "$file" ] || bad_usage "'$file' cannot be read"
}

# Checks some of the rules of cloud.google.com/storage/docs/buckets#naming and …/objects#naming; the program checks the
# rest.
check_gcs_path() {
    case "$gcs_path" in
        [gG][sS]://?*/?*) ;;
        *) bad_usage "'$gcs_path' is not gs://bucket/object" ;;
    esac
    bucket="${gcs_path#*://}"
    bucket="${bucket%%/*}"
    case "$bucket" in
        *[!a-z0-9._-]* | [!a-z0-9]* | *[!a-z0-9] | ? | ??) bad_usage "'$bucket' is not a valid bucket name" ;;
    esac
    case "$gcs_path" in
        *"$newline"* | *"$(printf '\r')"*) bad_usage "the object name contains a line break" ;;
    esac
}

# A batch ID: batch_20240318_143022_0, with a number of one to nine digits at the end.
check_job() {
    number="${job#batch_????????_??????_}"
    case "${job%"$number"}" in
        batch_[0-9][0-9][0-9][0-9][0-9][0-9][0-9][0-9]_[0-9][0-9][0-9][0-9][0-9][0-9]_) ;;
        *) number=none ;;
    esac
    case "$number" in
        '' | *[!0-9]* | ??????????*) bad_usage "'$job' is not a batch ID such as batch_20240318_143022_0" ;;
    esac
}

# Docker's rule for names. A valid name cannot be mistaken for an option.
check_container() {
    case "$container" in
        [!A-Za-z0-9]* | *[!A-Za-z0-9_.-]* | '') bad_usage "'$container' is not a valid container name" ;;
    esac
}

check_url() {
    while :; do
        case "$url" in
            */) url="${url%/}" ;;
            *) break ;;
        esac
    done
    case "$url" in
        *[!]A-Za-z0-9:/._~%+[-]*) bad_usage "'$url' is not a URL such as http://localhost:8080" ;;
        http://?* | https://?*) ;;
        *) bad_usage "'$url' is not an HTTP URL; it must begin with http:// or https://" ;;
    esac
}

check_token() {
    case "${DRAFT_MAKER_TOKEN:-}" in
        *[!A-Za-z0-9._~+/=-]*) bad_usage "DRAFT_MAKER_TOKEN has a character that bearer tokens do not allow (RFC 6750, 2.1)" ;;
    esac
}

check_seconds() {
    case "$2" in
        '' | *[!0-9]* | ??????*) bad_usage "$1 is '$2'; write a whole number of seconds" ;;
    esac
}

# --- JSON -------------------------------------------------------------------------------------------------------------

# Encodes $1 as a JSON string (RFC 8259, section 7), with quotes, backslashes and control characters escaped.
json_string() {
    TEXT="$1" awk 'BEGIN {
        for (code = 1; code < 32; code++) escape[sprintf("%c", code)] = sprintf("\\u%04x", code)
        escape["\""] = "\\\""; escape["\\"] = "\\\\"
        text = ENVIRON["TEXT"]; printf "\""
        for (at = 1; at <= length(text); at++) { c = substr(text, at, 1); printf "%s", (c in escape) ? escape[c] : c }
        printf "\""
    }'
}

# Prints the member $1 of the JSON object in the file $2: a text unescaped (line breaks and the like as spaces), any
# other value as written, and nothing if the member is missing. The file is split at its quotes, so that texts alternate
# with other content. A text that ends with an escaped quote continues.
member() {
    awk -v wanted="$1" 'BEGIN { RS = "\"" }
        function found(value) { print value; exit }
        function plain(text,  parts, count, at, whole) {
            count = split(text, parts, /\\\\/)
            for (at = 1; at <= count; at++) {
                gsub(/\\[nrtbf]/, " ", parts[at]); gsub(/\\"/, "\"", parts[at]); gsub(/\\\//, "/", parts[at])
                whole = whole (at > 1 ? "\\" : "") parts[at]
            }
            return whole
        }
        inside {
            text = text $0
            match(text, /\\*$/)
            if (RLENGTH % 2) { text = text "\""; next }
            inside = 0
            if (depth == 1 && key == wanted) found(plain(text))
            next
        }
        {
            key = ""
            if (depth == 1 && $0 ~ /^[ \t\r\n]*:/) {
                value = $0
                sub(/^[ \t\r\n]*:[ \t\r\n]*/, "", value)
                if (value == "") key = text
                else if (text == wanted && value ~ /^[^{\[]/) { sub(/[],} \t\r\n].*/, "", value); found(value) }
            }
            depth += gsub(/[[{]/, "&") - gsub(/[]}]/, "&")
            inside = 1; text = ""
        }' "$2"
}

# Prints the JSON file $1 for people: one member per line, indented. Texts are unchanged.
pretty() {
    awk 'BEGIN { RS = "\"" }
        function line(  level) { printf "\n"; for (level = 0; level < depth; level++) printf "  " }
        inside {
            printf "\"%s", $0
            match($0, /\\*$/)
            if (RLENGTH % 2 == 0) { printf "\""; inside = 0 }
            next
        }
        {
            gsub(/[ \t\r\n]/, "")
            for (at = 1; at <= length($0); at++) {
                c = substr($0, at, 1)
                if (index("{[", c) && index("}]", substr($0, at + 1, 1)) && at < length($0)) {
                    printf "%s", substr($0, at, 2); at++
                }
                else if (index("{[", c)) { printf "%s", c; depth++; line() }
                else if (index("}]", c)) { depth--; line(); printf "%s", c }
                else if (c == ",") { printf ","; line() }
                else if (c == ":") printf ": "
                else printf "%s", c
            }
            inside = 1
        }
        END { printf "\n" }' "$1"
}

# --- the API ----------------------------------------------------------------------------------------------------------

# Creates a new folder for responses. mkdir fails if it exists, so it cannot contain files of another user.
folder=''
open_folder() {
    folder="${TMPDIR:-/tmp}/trigger-batch-processing.$$"
    (umask 077 && mkdir "$folder") || fail "$BROKE" "cannot create the folder $folder"
    trap 'rm -rf "$folder"' EXIT
    trap 'exit 129' HUP
    trap 'exit 130' INT
    trap 'exit 143' TERM
    answer="$folder/answer"
}

# Options that curl reads from standard input, so that they do not appear in the list of processes.
curl_settings() {
    [ -n "${DRAFT_MAKER_TOKEN:-}" ] || return 0
    cat <<EOF
header = "Authorization: Bearer $DRAFT_MAKER_TOKEN"
EOF
}

# request METHOD PATH [CURL ARGUMENTS…]: sets $status and writes the response to the file $answer. Returns curl's exit
# code; curl's messages are in $folder/words. If a service on this machine requires a token, the request is repeated
# with the token of its container.
request() {
    exchange "$@" || return
    [ "$status" = 401 ] || return 0
    find_token || return 0
    exchange "$@"
}

# Reads the token from the container, unless one was given. The token is only sent to an address on this machine.
find_token() {
    [ -z "${DRAFT_MAKER_TOKEN:-}" ] || return 1
    case "$url" in
        http://localhost | http://localhost[:/]* | http://127.0.0.1 | http://127.0.0.1[:/]* | 'http://[::1]' | \
            'http://[::1]'[:/]*) ;;
        *) return 1 ;;
    esac
    command -v docker >/dev/null || return 1
    found="$(docker exec "$container" draft-maker token 2>/dev/null </dev/null)" || return 1
    case "$found" in
        '' | *[!A-Za-z0-9._~+/=-]*) return 1 ;;
    esac
    DRAFT_MAKER_TOKEN="$found"
}

# exchange METHOD PATH [CURL ARGUMENTS…]: sends a single request; see request.
exchange() {
    verb="$1" path="$2"
    shift 2
    # Use no proxy for an address on this machine.
    case "$url" in
        http://localhost | http://localhost[:/]* | http://127.* | 'http://[::1]'*) set -- --noproxy '*' "$@" ;;
    esac
    : >"$answer"
    # -q: ignore ~/.curlrc. No redirects, because the token is only for this address. A response may pause for two
    # minutes.
    status="$(curl_settings | curl -q --config - --silent --show-error --globoff --proto '=http,https' \
        --connect-timeout 10 --speed-limit 1 --speed-time 120 --request "$verb" --header 'Accept: application/json' \
        --output "$answer" --write-out '%{http_code}' "$@" "$url$path" 2>"$folder/words")"
}

unreachable() {
    fail "$BROKE" "the API at $url cannot be reached: $(cat "$folder/words")"
}

# Exits with the appropriate code unless $status is a success.
expect_success() {
    case "$status" in
        2??) return 0 ;;
    esac
    said="$(member detail "$answer")"
    [ -n "$said" ] || said="HTTP status $status"
    running="$(member job_id "$answer")"
    [ -z "$running" ] || said="$said ($running)"
    case "$status" in
        # 404: an unknown batch, or a missing object.
        404) if [ -n "$job" ]; then fail "$UNKNOWN" "$said"; else fail "$REFUSED" "$said"; fi ;;
        5??) fail "$BROKE" "the service failed with HTTP status $status: $said" ;;
        *) fail "$REFUSED" "$said" ;;
    esac
}

# ask METHOD PATH […]: sends a request, and exits if it fails.
ask() {
    request "$@" || unreachable
    expect_success
}

# Prints a random key. It is sent again if the response is lost, so that the batch is started only once.
fresh_key() {
    od -An -N16 -tx1 /dev/urandom 2>/dev/null | tr -d ' \n'
    date -u +%Y%m%d%H%M%S
}

start_by_api() {
    if [ -n "$file" ]; then
        send_list
    else
        order_list
    fi
    expect_success
    print_started
}

order_list() {
    body="{\"gcs_path\":$(json_string "$gcs_path"),\"create_drafts\":$create_drafts,\"test_mode\":$test_mode"
    [ -z "$condition" ] || body="$body,\"condition\":\"$condition\""
    [ "$force" = false ] || body="$body,\"force\":true"
    body="$body}"
    start_once /api/batch/process --header 'Content-Type: application/json' --data-binary "$body"
}

send_list() {
    query="name=$(url_part "${file##*/}")&create_drafts=$create_drafts&test_mode=$test_mode"
    [ -z "$condition" ] || query="$query&condition=$condition"
    [ "$force" = false ] || query="$query&force=true"
    # The list begins with a slash or a dot, so it is never "-", which curl would read as standard input.
    case "$file" in
        /*) list="$file" ;;
        *) list="./$file" ;;
    esac
    start_once "/api/batch/upload?$query" --header 'Content-Type: application/octet-stream' --data-binary "@$list"
}

# Percent-encodes $1 for a query (RFC 3986, 2.1).
url_part() {
    printf '%s' "$1" | od -An -v -tx1 | tr -d ' \n' | sed 's/../%&/g'
}

# start_once PATH CURL-ARGUMENTS…: sends a POST request that starts one batch, however often it is repeated.
start_once() {
    key="$(fresh_key)"
    tries=3
    while :; do
        request POST "$@" --header "Idempotency-Key: $key" && break
        # 52, 56: the connection broke after the request was sent. Others: it was not sent, or is too slow to repeat.
        case "$?,$tries" in
            52,[23] | 56,[23]) tries=$((tries - 1)) ;;
            *) unreachable ;;
        esac
    done
}

# Prints the batch that was started, and how to follow it.
print_started() {
    job="$(member job_id "$answer")"
    (check_job) 2>/dev/null || fail "$BROKE" "the API at $url is not Draft Maker: its response has no batch ID"
    printf 'Job ID: %s\nGCS Path: %s\nStatus: %s\n' "$job" "$(member gcs_path "$answer" | tr -d '\001-\037\177')" \
        "$(member status "$answer")"
    [ "$wait" = yes ] || say "To follow it: $(how_to_follow)"
}

how_to_follow() {
    if [ "$url" = http://localhost:8080 ]; then echo "$0 -s $job --wait"; else echo "$0 -u $url -s $job --wait"; fi
}

# --- following a job --------------------------------------------------------------------------------------------------

# Sets the exit code for the batch in $answer, which may still be running.
job_code() {
    case "$(member status "$answer")" in
        pending | running | paused) return "$DONE" ;;
        failed) return "$BROKE" ;;
        stopped | cancelled) return "$LEFT_OVER" ;;
        completed) if nothing_left_over; then return "$DONE"; else return "$LEFT_OVER"; fi ;;
        *) fail "$BROKE" "the API at $url is not Draft Maker: its response has no batch status" ;;
    esac
}

# Items to review are neither successful nor failed, and skipped lines are only in the summary of the results.
nothing_left_over() {
    [ "$(member failed "$answer")" = 0 ] && [ "$(left_over needs_review)" = 0 ] && [ "$(left_over refused_lines)" = 0 ]
}

# Prints the count $1 in the summary of the results: the last member of this name outside strings, where quotes are
# escaped.
left_over() {
    awk -v wanted="$1" 'BEGIN { RS = ","; last = 0 }
        { at = index($0, "\"" wanted "\":"); if (at) { last = substr($0, at + length(wanted) + 3); sub(/[^0-9].*/, "", last) } }
        END { print last }' "$answer"
}

# Prints one line about the job in $answer.
progress() {
    total="$(member total_upcs "$answer")" good="$(member successful "$answer")" bad="$(member failed "$answer")"
    printf '%s: %s' "$job" "$(member status "$answer")"
    case "$total" in
        '' | *[!0-9]*) ;;
        *) printf ', %s UPCs, %s successful, %s failed' "$total" "${good:-0}" "${bad:-0}" ;;
    esac
}

# show TEXT: replaces the progress line on a terminal; otherwise prints the line if it has changed.
show() {
    [ "$1" != "$shown" ] || return 0
    shown="$1"
    if [ -t 2 ]; then printf '\r%s\033[K' "$1" >&2; else printf '%s\n' "$1" >&2; fi
}

end_show() {
    if [ -t 2 ] && [ -n "$shown" ]; then printf '\n' >&2; fi
    shown=''
}

# Polls until the batch has ended. $answer then has its final state.
follow() {
    trap 'say "The batch continues. To follow it: $(how_to_follow)"; exit 130' INT
    poll="${DRAFT_MAKER_POLL_S:-2}" patience="${DRAFT_MAKER_PATIENCE_S:-300}"
    silent=0 stopped=0
    while :; do
        if request GET "/api/batch/status/$job" && [ "${status%??}" != 5 ]; then
            silent=0
            expect_success
            show "$(progress)"
            case "$(member status "$answer")" in
                pending | running | paused) stopped=0 ;;
                # A service that shuts down stops its batches, and resumes them when it starts again.
                stopped) stopped=$((stopped + 1)); [ "$stopped" -lt 5 ] || break ;;
                *) break ;;
            esac
        else
            [ "$silent" -lt "$patience" ] || unreachable
            show "$job: waiting for the API at $url"
        fi
        sleep "$poll"
        silent=$((silent + (poll > 0 ? poll : 1)))
    done
    end_show
}

# --- docker -----------------------------------------------------------------------------------------------------------

start_by_docker() {
    command -v docker >/dev/null || fail "$BROKE" "docker is not installed; use -m api to work without it"
    state="$(docker container inspect --format '{{.State.Running}}' "$container" 2>&1)" ||
        fail "$BROKE" "container $container not found: $state"
    [ "$state" = true ] || fail "$BROKE" "container $container is not running; start it with: docker start $container"
    set -- draft-maker run "${gcs_path:--}"
    [ "$test_mode" = false ] || set -- "$@" --test
    [ "$create_drafts" = true ] || set -- "$@" --no-drafts
    [ -z "$condition" ] || set -- "$@" --condition "$condition"
    if [ -n "$file" ]; then
        exec docker exec -i "$container" "$@" <"$file"
    fi
    # Cron has no terminal, and docker -t fails without one.
    if [ -t 0 ] && [ -t 1 ]; then
        exec docker exec -it "$container" "$@"
    else
        exec docker exec "$container" "$@"
    fi
}

# --- actions ----------------------------------------------------------------------------------------------------------

look_after() {
    case "$action" in
        list)
            ask GET '/api/batch/jobs?limit=1000'
            pretty "$answer"
            ;;
        status)
            if [ "$wait" = yes ]; then follow; else ask GET "/api/batch/status/$job"; fi
            pretty "$answer"
            job_code
            ;;
        retry)
            ask POST "/api/batch/jobs/$job/retry"
            print_started
            finish
            ;;
        *)
            ask POST "/api/batch/jobs/$job/$action"
            pretty "$answer"
            finish
            ;;
    esac
}

# Waits for the end of the batch if --wait was given.
finish() {
    [ "$wait" = yes ] || return "$DONE"
    follow
    error="$(member error "$answer")"
    case "$error" in
        '' | null) ;;
        *) say "$error" ;;
    esac
    job_code
}

main() {
    read_arguments "$@"
    check_arguments
    if [ "$method" = docker ]; then
        start_by_docker
    fi
    command -v curl >/dev/null || fail "$BROKE" "curl is not installed"
    open_folder
    if [ -n "$action" ]; then
        look_after
    else
        start_by_api
        finish
    fi
}

main "$@"
