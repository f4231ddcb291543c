#!/usr/bin/env bats
# The script against the real service over the API; the service uses the sandbox.

load support

LIST=gs://draft-maker-bucket/upcs.txt

setup_file() {
    load support
    # Two releases that match clearly; one that no database has; lines that are not barcodes.
    printf '720642472712\n098787003444\n' >"$BATS_FILE_TMPDIR/good.txt"
    printf '720642472712\n614141000036\n' >"$BATS_FILE_TMPDIR/doubtful.txt"
    printf '720642472712\nno barcode\n' >"$BATS_FILE_TMPDIR/refused.txt"
    local name options=()
    for name in good doubtful refused; do
        options+=(--object "gs://draft-maker-bucket/$name.txt=$BATS_FILE_TMPDIR/$name.txt")
    done
    while IFS= read -r -d '' name; do
        options+=(--object "gs://draft-maker-bucket/$name=$BATS_FILE_TMPDIR/good.txt")
    done < <(odd_names)
    start_sandbox "$BATS_FILE_TMPDIR/quick" --no-limits "${options[@]}"
    serve "$BATS_FILE_TMPDIR/service" "$BATS_FILE_TMPDIR/quick"
    # With slow responses, a job can be observed while it runs.
    start_sandbox "$BATS_FILE_TMPDIR/slow" --no-limits --latency 300 "${options[@]}"
}

teardown_file() {
    end_all
}

setup() {
    export DRAFT_MAKER_POLL_S=1 DRAFT_MAKER_PATIENCE_S=30
    url="$(cat "$BATS_FILE_TMPDIR/service/url")"
}

teardown() {
    end_all "$BATS_TEST_TMPDIR"
}

# Unusual but valid object names, each terminated by NUL.
odd_names() {
    printf '%s\0' 'a "quoted" name' 'back\slash' 'back\\"both' $'tab\there' $'escape\e[31m' $'unit\x1fseparator' \
        '$(touch hit)' 'Köln ☃.txt' '{"test_mode":true}' 'a=b&c?d#e%20' "it's"
}

# job: the job ID in the output of a start
job() {
    sed -n 's/^Job ID: //p' <<<"$output"
}

# Starts a service for this test only, over the slow sandbox; $url is its address.
start_own_service() {
    serve "$BATS_TEST_TMPDIR/service" "$BATS_FILE_TMPDIR/slow" "$@"
    url="$(cat "$BATS_TEST_TMPDIR/service/url")"
}

state() {
    curl --silent "$url/api/batch/status/$1" | json status
}

is() {
    [ "$(state "$1")" = "$2" ]
}

@test "starting a batch prints its job ID" {
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -t
    [[ "$(job)" == batch_* ]]
    [ "${lines[1]}" = 'GCS Path: gs://draft-maker-bucket/good.txt' ]
    says "-s $(job) --wait"
    eventually is "$(job)" completed
}

@test "--wait exits with the outcome of the batch, as the program does" {
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -t --wait
    says 'completed, 2 UPCs, 2 successful, 0 failed'
    run --separate-stderr -3 trigger -m api -u "$url" -g gs://draft-maker-bucket/doubtful.txt -t -w
    run --separate-stderr -3 trigger -m api -u "$url" -g gs://draft-maker-bucket/refused.txt -t -w
    # A later status request has the same exit codes.
    run --separate-stderr -3 trigger -u "$url" -s "$(job)"
    [ "$(json status <<<"$output")" = completed ]
}

# ordered ID: prints the options of a job in the journal as JSON.
ordered() {
    curl --silent --max-time 10 "$url/api/batch/jobs/$1/events" | sed -n 's/^data: \(.*"create_drafts".*\)/\1/p' | head -n 1
}

@test "-t and -d reach the service, and nothing else does" {
    for options in '' -t -d '-t -d'; do
        run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt $options --wait
        order="$(ordered "$(job)")"
        case "$options" in *-t*) test=true ;; *) test=false ;; esac
        case "$options" in *-d*) drafts=false ;; *) drafts=true ;; esac
        [[ "$order" == *"\"test_mode\":$test"* ]]
        [[ "$order" == *"\"create_drafts\":$drafts"* ]]
        made="$(curl --silent "$url/api/batch/status/$(job)" | json results/results/0/status)"
        case "$options" in
            '') [ "$made" = exported ] || [ "$made" = already_drafted ] ;;
            # A dry run reports the drafts that the first run has created.
            -t) [ "$made" = already_drafted ] ;;
            *) [ "$made" = rehearsed ] ;;
        esac
    done
}

@test "every object name reaches the service unchanged" {
    while IFS= read -r -d '' name; do
        run --separate-stderr -0 trigger -m api -u "$url" -g "gs://draft-maker-bucket/$name" -t --wait
        [ "$(curl --silent "$url/api/batch/status/$(job)" | json gcs_path)" = "gs://draft-maker-bucket/$name" ]
        [[ "$output$stderr" != *$'\e'* ]]
    done < <(odd_names)
    [ ! -e hit ]
}

@test "status and list print JSON and nothing else" {
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -t --wait
    id="$(job)"
    for options in "-m api -s $id" "-s $id" "-m docker -s $id" "--status=$id"; do
        run --separate-stderr -0 trigger -u "$url" $options
        [ "$(json job_id <<<"$output")" = "$id" ]
        [ "$(json results/total_upcs <<<"$output")" = 2 ]
        [ -z "$stderr" ]
    done
    for option in -l --list '-m docker -l'; do
        run --separate-stderr -0 trigger -u "$url/" $option
        [ "$(json jobs/0/job_id <<<"$output")" = "$id" ]
    done
}

@test "an unknown job exits with 4, a missing list with 5 and without a job" {
    run --separate-stderr -4 trigger -u "$url" -s batch_20240318_143022_0
    says 'batch_20240318_143022_0'
    for option in --pause --resume --cancel --retry; do
        run --separate-stderr -4 trigger -u "$url" "$option" batch_20240318_143022_0
    done
    before="$(curl --silent "$url/api/batch/jobs" | json total)"
    run --separate-stderr -5 trigger -m api -u "$url" -g gs://draft-maker-bucket/none.txt
    says 'none.txt'
    [ -z "$output" ]
    [ "$(curl --silent "$url/api/batch/jobs" | json total)" = "$before" ]
}

@test "a list in progress is rejected with its job ID, unless forced" {
    start_own_service
    run --separate-stderr -0 trigger -m api -u "$url" -g "$LIST" -t
    first="$(job)"
    run --separate-stderr -5 trigger -m api -u "$url" -g "$LIST" -t
    says "$first"
    run --separate-stderr -0 trigger -m api -u "$url" -g "$LIST" -t --force
    [ "$(job)" != "$first" ]
}

@test "a job is paused, resumed and canceled" {
    start_own_service
    run --separate-stderr -0 trigger -m api -u "$url" -g "$LIST" -t
    id="$(job)"
    eventually is "$id" running
    run --separate-stderr -0 trigger -u "$url" --pause "$id"
    eventually is "$id" paused
    run --separate-stderr -0 trigger -u "$url" -s "$id"
    run --separate-stderr -0 trigger -u "$url" --resume "$id"
    eventually is "$id" running
    run --separate-stderr -5 trigger -u "$url" --resume "$id"
    run --separate-stderr -0 trigger -u "$url" --cancel "$id"
    eventually is "$id" cancelled
    run --separate-stderr -3 trigger -u "$url" -s "$id" --wait
    run --separate-stderr -5 trigger -u "$url" --pause "$id"
}

@test "--wait survives a restart of the service and follows the job to its end" {
    start_own_service
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/doubtful.txt -t
    id="$(job)"
    eventually is "$id" running
    trigger -u "$url" -s "$id" --wait >"$BATS_TEST_TMPDIR/answer" 2>"$BATS_TEST_TMPDIR/words" &
    follower=$!
    eventually grep -q running "$BATS_TEST_TMPDIR/words"
    kill -TERM "$(cat "$BATS_TEST_TMPDIR/service/pid")"
    eventually grep -q 'waiting for the API' "$BATS_TEST_TMPDIR/words"
    eventually ended "$BATS_TEST_TMPDIR/service"
    # Use the same sandbox: in another one the object has another generation, so the job could not be resumed.
    serve "$BATS_TEST_TMPDIR/service" "$BATS_FILE_TMPDIR/slow"
    code=0
    wait "$follower" || code=$?
    [ "$code" = 3 ] || { echo "exit code $code"; cat "$BATS_TEST_TMPDIR/words" "$BATS_TEST_TMPDIR/answer"; false; }
    [ "$(json status <"$BATS_TEST_TMPDIR/answer")" = completed ]
}

@test "an unreachable service exits with 1, at once or after the timeout" {
    start_own_service
    run --separate-stderr -0 trigger -m api -u "$url" -g "$LIST" -t
    id="$(job)"
    kill -TERM "$(cat "$BATS_TEST_TMPDIR/service/pid")"
    for options in "-m api -g $LIST" "-s $id" -l "--cancel $id"; do
        eventually gone
        run --separate-stderr -1 trigger -u "$url" $options
        says "$url cannot be reached"
    done
    DRAFT_MAKER_PATIENCE_S=2 run --separate-stderr -1 trigger -u "$url" -s "$id" --wait
    says "$url cannot be reached"
}

ended() {
    ! kill -0 "$(cat "$1/pid")" 2>/dev/null
}

gone() {
    ! curl --silent --output /dev/null "$url/health"
}

@test "a failed run exits with 1" {
    start_own_service
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/doubtful.txt -t
    rm -rf "$BATS_TEST_TMPDIR/service/output"
    touch "$BATS_TEST_TMPDIR/service/output"
    id="$(job)"
    run --separate-stderr -1 trigger -u "$url" -s "$id" --wait
    [ "$(json status <<<"$output")" = failed ]
    run --separate-stderr -1 trigger -u "$url" -s "$id"
}

@test "--retry after an outage processes only the failed items, and succeeds" {
    # Both databases are down; the items fail after the timeout.
    start_sandbox "$BATS_TEST_TMPDIR/sick" --no-limits --fault musicbrainz:503=1 --fault discogs:503=1 \
        --object "gs://draft-maker-bucket/good.txt=$BATS_FILE_TMPDIR/good.txt"
    printf '%s\n' DRAFT_MAKER__BATCH__PATIENCE_S=1 DRAFT_MAKER__HTTP__RETRIES=0 >>"$BATS_TEST_TMPDIR/sick/settings"
    serve "$BATS_TEST_TMPDIR/service" "$BATS_TEST_TMPDIR/sick"
    url="$(cat "$BATS_TEST_TMPDIR/service/url")"
    run --separate-stderr -3 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -t --wait
    says '2 failed'
    first="$(job)"
    # The outage ends.
    kill "$(cat "$BATS_TEST_TMPDIR/service/pid")"
    eventually test ! -e "$BATS_TEST_TMPDIR/service/data/service.json"
    serve "$BATS_TEST_TMPDIR/service" "$BATS_FILE_TMPDIR/quick"
    run --separate-stderr -0 trigger -u "$url" --retry "$first" --wait
    says 'completed, 2 UPCs, 2 successful, 0 failed'
    # The old job is unchanged.
    [ "$(curl --silent "$url/api/batch/status/$first" | json failed)" = 2 ]
}

@test "a retry without failed items is rejected" {
    start_own_service
    run --separate-stderr trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -t --wait
    # No item has failed, so there is nothing to retry.
    run --separate-stderr -5 trigger -u "$url" --retry "$(job)"
}

@test "a token is sent to the API only" {
    TOKEN=a-token-that-only-the-service-knows
    start_own_service
    mkdir "$BATS_TEST_TMPDIR/bin"
    printf '#!/bin/sh\nprintf "%%s\\n" "$@" >>"%s"\nexec %s "$@"\n' "$BATS_TEST_TMPDIR/arguments" "$(command -v curl)" \
        >"$BATS_TEST_TMPDIR/bin/curl"
    chmod +x "$BATS_TEST_TMPDIR/bin/curl"
    PATH="$BATS_TEST_TMPDIR/bin:$PATH"
    run --separate-stderr -5 trigger -u "$url" -l
    says 'token'
    DRAFT_MAKER_TOKEN=wrong run --separate-stderr -5 trigger -u "$url" -l
    DRAFT_MAKER_TOKEN="$TOKEN" run --separate-stderr -0 trigger -u "$url" -l
    DRAFT_MAKER_TOKEN="$TOKEN" run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -t --wait
    grep -q /api/batch/process "$BATS_TEST_TMPDIR/arguments"
    ! grep -q -e "$TOKEN" -e wrong "$BATS_TEST_TMPDIR/arguments"
}

@test "the token of a container is found through docker, and sent to this machine only" {
    start_own_service --host 0.0.0.0
    mkdir "$BATS_TEST_TMPDIR/bin"
    cp "$root/tests/script/docker" "$BATS_TEST_TMPDIR/bin/docker"
    printf '#!/bin/sh\nDRAFT_MAKER_DATA_DIR="%s" exec "%s" "$@"\n' "$BATS_TEST_TMPDIR/service/data" "$DRAFT_MAKER" \
        >"$BATS_TEST_TMPDIR/bin/program"
    chmod +x "$BATS_TEST_TMPDIR/bin/program"
    export RECORD="$BATS_TEST_TMPDIR/record" RUNNING=true EXIT=0 RUN="$BATS_TEST_TMPDIR/bin/program"
    run --separate-stderr -5 trigger -u "$url" -l
    says 'draft-maker token'
    PATH="$BATS_TEST_TMPDIR/bin:$PATH"
    run --separate-stderr -0 trigger -u "$url" -l
    printf '%s\0' exec draft-maker-staging draft-maker token | cmp - "$RECORD"
    run --separate-stderr -0 trigger -m api -u "$url" -c other-1 -g gs://draft-maker-bucket/good.txt -t --wait
    printf '%s\0' exec other-1 draft-maker token | cmp - "$RECORD"
    # A container without a token, or a missing container, changes nothing.
    RUN='' EXIT=1 run --separate-stderr -5 trigger -u "$url" -l
    # The same service under an address that is not known to belong to this machine.
    rm "$RECORD"
    run --separate-stderr -5 trigger -u "${url/127.0.0.1/127.0.0.2}" -l
    [ ! -e "$RECORD" ]
    DRAFT_MAKER_TOKEN=wrong run --separate-stderr -5 trigger -u "$url" -l
    [ ! -e "$RECORD" ]
}

@test "the condition reaches the batch" {
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -d --force --condition good --wait
    [[ "$(ordered "$(job)")" == *'"condition":"good"'* ]]
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -d --force --wait
    [[ "$(ordered "$(job)")" == *'"condition":"very_good"'* ]]
}

@test "a local list is uploaded, whatever its name" {
    cd "$BATS_TEST_TMPDIR"
    for name in list.txt 'a b&c=d#é%20.txt' '$(touch hit)' -; do
        printf '720642472712\n098787003444\n' >"./$name"
        run --separate-stderr -0 trigger -m api -u "$url" -f "./$name" -t --wait --force
        curl --silent "$url/api/batch/status/$(job)" | json total_upcs | grep -qx 2
    done
    run --separate-stderr -0 trigger -m api -u "$url" -f list.txt -t --condition good --wait --force
    [[ "$(ordered "$(job)")" == *'"condition":"good"'* ]]
    echo 'nothing to sell' >prose.txt
    run --separate-stderr -5 trigger -m api -u "$url" -f prose.txt -t
    says 'prose.txt'
    [ ! -e hit ]
}

@test "responses of another server are rejected" {
    mkdir -p "$BATS_TEST_TMPDIR/www/api/batch/status"
    echo '<html>hello</html>' >"$BATS_TEST_TMPDIR/www/api/batch/status/batch_20240318_143022_0"
    port="$(free_port)"
    python3 -m http.server --bind 127.0.0.1 --directory "$BATS_TEST_TMPDIR/www" "$port" >/dev/null 2>&1 3>&- &
    echo $! >"$BATS_TEST_TMPDIR/pid"
    eventually curl --silent --output /dev/null "http://127.0.0.1:$port/"
    run --separate-stderr -1 trigger -m api -u "http://127.0.0.1:$port" -g "$LIST"
    run --separate-stderr -1 trigger -u "http://127.0.0.1:$port" -s batch_20240318_143022_0
    says 'is not Draft Maker'
    run --separate-stderr -5 trigger -u "http://127.0.0.1:$port" -l
}

@test "a curlrc and proxy variables have no effect" {
    echo 'output = "/dev/null"' >"$BATS_TEST_TMPDIR/.curlrc"
    HOME="$BATS_TEST_TMPDIR" http_proxy=http://127.0.0.1:9 run --separate-stderr -0 trigger -u "$url" -l
    json total <<<"$output"
}

@test "progress is one updated line on a terminal, and one line per change elsewhere" {
    run -0 on_terminal "$SCRIPT_SHELL" "$root/scripts/trigger-batch-processing.sh" -m api -u "$url" \
        -g gs://draft-maker-bucket/good.txt -t --wait
    [[ "$output" == *$'\r'*$'\e[K'* ]]
    run --separate-stderr -0 trigger -m api -u "$url" -g gs://draft-maker-bucket/good.txt -t --wait
    [[ "$stderr" != *$'\e'* ]]
    [ "$(sort <<<"$stderr" | uniq -d)" = '' ]
}

@test "no temporary files are left behind" {
    mkdir "$BATS_TEST_TMPDIR/tmp"
    TMPDIR="$BATS_TEST_TMPDIR/tmp" run -0 trigger -u "$url" -l
    TMPDIR="$BATS_TEST_TMPDIR/tmp" run -4 trigger -u "$url" -s batch_20240318_143022_0
    [ -z "$(ls -A "$BATS_TEST_TMPDIR/tmp")" ]
    TMPDIR="$BATS_TEST_TMPDIR/none" run -1 trigger -u "$url" -l
}
