#!/usr/bin/env bats
# The command line: every option and every usage error. No test here may reach a service: its port is not in use.

load support

setup() {
    # Replacements for docker and curl that show if the script calls them despite a usage error.
    mkdir "$BATS_TEST_TMPDIR/bin"
    for name in docker curl; do
        printf '#!/bin/sh\necho called >"%s"\nexit 99\n' "$BATS_TEST_TMPDIR/called" >"$BATS_TEST_TMPDIR/bin/$name"
        chmod +x "$BATS_TEST_TMPDIR/bin/$name"
    done
    PATH="$BATS_TEST_TMPDIR/bin:$PATH"
}

# usage_error TEXT ARGUMENTS…: asserts exit code 2, this text, and that nothing was called.
usage_error() {
    local words="$1"
    shift
    run --separate-stderr -2 trigger "$@"
    [ -z "$output" ]
    says "$words"
    [ ! -e "$BATS_TEST_TMPDIR/called" ]
}

@test "the help lists every option and every exit code, and needs no service" {
    for option in -h --help; do
        run --separate-stderr -0 trigger "$option"
        for word in -g --gcs-path -f --file -m --method -d --no-drafts -t --test -c --container -u --url -s --status -l --list -h \
            --help --wait --force --pause --resume --cancel --retry DRAFT_MAKER_TOKEN draft-maker-staging \
            http://localhost:8080 'default: docker'; do
            says "$word"
        done
        for code in 0 1 2 3 4 5; do
            [[ "$output" =~ $'\n'"  $code  " ]]
        done
    done
    [ ! -e "$BATS_TEST_TMPDIR/called" ]
}

@test "a list is required, as gs://bucket/object" {
    usage_error 'name a list: -g'
    usage_error 'name a list: -g' -m api
    usage_error 'gs://bucket/object' -g '' -m api -u http://localhost:9
    for path in upcs.txt /etc/passwd http://bucket/object GS:// gs:// gs://bucket gs://bucket/ gs:///object; do
        usage_error 'gs://' -g "$path"
    done
    for bucket in ' bucket' Bucket my_bucket- -bucket ab 'a b' 'a"b' "a'b" 'a$(b)' 'a;b' 'bücket'; do
        usage_error 'not a valid bucket name' -g "gs://$bucket/object"
    done
    usage_error 'contains a line break' -g $'gs://bucket/a\nb'
    usage_error 'contains a line break' -g $'gs://bucket/a\rb'
}

@test "options without their value are reported" {
    for option in -g --gcs-path -f --file -m --method -c --container -u --url -s --status --pause --resume --cancel --retry; do
        usage_error "$option needs a value" "$option"
    done
    usage_error 'takes no value' --list=yes
    usage_error 'unknown option --colour' --colour
    usage_error 'unknown option -x' -x
    usage_error 'unexpected argument upcs.txt' upcs.txt
}

@test "the method is docker or api" {
    usage_error "unknown method 'carrier-pigeon'" -g gs://bucket/object -m carrier-pigeon
    usage_error "unknown method ''" -g gs://bucket/object -m ''
}

@test "the condition must be a known one of eBay's, and needs a new batch" {
    for condition in mint Good 'very good' 3000 'good"'; do
        usage_error 'use new, like_new' -g gs://bucket/object --condition "$condition"
        usage_error 'use new, like_new' -g gs://bucket/object -m api --condition="$condition"
    done
    usage_error '--condition needs a value' --condition
    usage_error '--condition can only be used when starting a batch' -l --condition good
    usage_error '--condition can only be used when starting a batch' --retry batch_20240318_143022_0 --condition good
}

@test "a local list must be a readable file" {
    usage_error 'is not a file' -f nothing.csv
    usage_error 'is not a file' -f "$BATS_TEST_TMPDIR"
    printf '720642472712\n' >"$BATS_TEST_TMPDIR/list.txt"
    usage_error 'use either -g or -f' -f "$BATS_TEST_TMPDIR/list.txt" -g gs://bucket/object
    usage_error 'cannot be used with list' -f "$BATS_TEST_TMPDIR/list.txt" -m api -l
    usage_error '-f needs a value' -f
}

@test "a job ID must be valid" {
    for job in '' batch batch_20240318_143022 batch_2024_143022_0 batch_20240318_143022_ batch_20240318_143022_0/../x \
        batch_20240318_143022_x 'batch_20240318_143022_0 ' batch_20240318_143022_1234567890 xbatch_20240318_143022_0 \
        '../../etc' $'batch_20240318_143022_0\n' 'batch_20240318_143022_0?x=y'; do
        for option in -s --pause --resume --cancel --retry; do
            usage_error 'is not a batch ID' "$option" "$job"
        done
    done
}

@test "container names and addresses must be valid" {
    for name in -it '--privileged' 'a b' 'a;b' '' 'ä'; do
        usage_error 'not a valid container name' -g gs://bucket/object -c "$name"
    done
    for url in localhost:8080 file:///etc/passwd 'http://a b' 'http://a/?x' 'http://a/#x' 'http://me:pw@a' http:// '' -x; do
        usage_error 'URL' -m api -l -u "$url"
    done
}

@test "only one action is allowed at a time" {
    job=batch_20240318_143022_0
    usage_error 'use either' -l -s "$job"
    usage_error 'use either' --pause "$job" --resume "$job"
    usage_error 'cannot be used with status' -g gs://bucket/object -s "$job"
    usage_error '--wait' -l --wait
    usage_error '--wait' --pause "$job" --wait
    usage_error '--force' -g gs://bucket/object --force
    usage_error '--force' -m api -l --force
}

@test "values from the environment are checked too" {
    DRAFT_MAKER_TOKEN='a"b' usage_error 'DRAFT_MAKER_TOKEN' -m api -l
    DRAFT_MAKER_TOKEN=$'a\nurl = "http://elsewhere"' usage_error 'DRAFT_MAKER_TOKEN' -m api -l
    DRAFT_MAKER_POLL_S=soon usage_error 'DRAFT_MAKER_POLL_S' -m api -l
    DRAFT_MAKER_PATIENCE_S=-1 usage_error 'DRAFT_MAKER_PATIENCE_S' -m api -l
}

@test "foreign text reaches a terminal without control characters" {
    run --separate-stderr -2 trigger -g $'gs://\e[31mred/x'
    [[ "$stderr" != *$'\e'* ]]
}
