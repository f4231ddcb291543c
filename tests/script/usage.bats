#!/usr/bin/env bats
# What is typed: every option, every mistake. Nothing here may reach a service: the port is one that nobody has.

load support

setup() {
    # docker and curl, should the script call them for a mistake: the test sees it.
    mkdir "$BATS_TEST_TMPDIR/bin"
    for name in docker curl; do
        printf '#!/bin/sh\necho called >"%s"\nexit 99\n' "$BATS_TEST_TMPDIR/called" >"$BATS_TEST_TMPDIR/bin/$name"
        chmod +x "$BATS_TEST_TMPDIR/bin/$name"
    done
    PATH="$BATS_TEST_TMPDIR/bin:$PATH"
}

# mistake WORDS ARGUMENTS…: exit code 2, those words, and nothing was called.
mistake() {
    local words="$1"
    shift
    run --separate-stderr -2 trigger "$@"
    [ -z "$output" ]
    says "$words"
    [ ! -e "$BATS_TEST_TMPDIR/called" ]
}

@test "help tells every option and every exit code, and needs nothing" {
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

@test "a list is needed, and it is gs://bucket/object" {
    mistake '-g is needed'
    mistake '-g is needed' -m api
    mistake 'gs://bucket/object' -g '' -m api -u http://localhost:9
    for path in upcs.txt /etc/passwd http://bucket/object GS://bucket/object gs:// gs://bucket gs://bucket/ gs:///object; do
        mistake 'gs://' -g "$path"
    done
    for bucket in ' bucket' Bucket my_bucket- -bucket ab 'a b' 'a"b' "a'b" 'a$(b)' 'a;b' 'bücket'; do
        mistake 'not the name of a bucket' -g "gs://$bucket/object"
    done
    mistake 'no line breaks' -g $'gs://bucket/a\nb'
    mistake 'no line breaks' -g $'gs://bucket/a\rb'
}

@test "options that need a value say so" {
    for option in -g --gcs-path -f --file -m --method -c --container -u --url -s --status --pause --resume --cancel --retry; do
        mistake "$option needs a value" "$option"
    done
    mistake 'takes no value' --list=yes
    mistake 'no option --colour' --colour
    mistake 'no option -x' -x
    mistake 'upcs.txt belongs to no option' upcs.txt
}

@test "the method is docker or api" {
    mistake "not 'carrier-pigeon'" -g gs://bucket/object -m carrier-pigeon
    mistake "not ''" -g gs://bucket/object -m ''
}

@test "the condition is one of eBay's that the program knows, and belongs to a new batch" {
    for condition in mint Good 'very good' 3000 'good"'; do
        mistake 'the condition is new, like_new' -g gs://bucket/object --condition "$condition"
        mistake 'the condition is new, like_new' -g gs://bucket/object -m api --condition="$condition"
    done
    mistake '--condition needs a value' --condition
    mistake '--condition is for a batch' -l --condition good
    mistake '--condition is for a batch' --retry batch_20240318_143022_0 --condition good
}

@test "a list on this machine is a file that can be read" {
    mistake 'is not a file' -f nothing.csv
    mistake 'is not a file' -f "$BATS_TEST_TMPDIR"
    printf '720642472712\n' >"$BATS_TEST_TMPDIR/list.txt"
    mistake 'do not go together' -f "$BATS_TEST_TMPDIR/list.txt" -g gs://bucket/object
    mistake 'do not go together' -f "$BATS_TEST_TMPDIR/list.txt" -m api -l
    mistake '-f needs a value' -f
}

@test "a job is named as jobs are" {
    for job in '' batch batch_20240318_143022 batch_2024_143022_0 batch_20240318_143022_ batch_20240318_143022_0/../x \
        batch_20240318_143022_x 'batch_20240318_143022_0 ' batch_20240318_143022_1234567890 xbatch_20240318_143022_0 \
        '../../etc' $'batch_20240318_143022_0\n' 'batch_20240318_143022_0?x=y'; do
        for option in -s --pause --resume --cancel --retry; do
            mistake 'is not a job' "$option" "$job"
        done
    done
}

@test "containers and addresses are named as such" {
    for name in -it '--privileged' 'a b' 'a;b' '' 'ä'; do
        mistake 'not the name of a container' -g gs://bucket/object -c "$name"
    done
    for url in localhost:8080 file:///etc/passwd 'http://a b' 'http://a/?x' 'http://a/#x' 'http://me:pw@a' http:// '' -x; do
        mistake 'address' -m api -l -u "$url"
    done
}

@test "one thing at a time" {
    job=batch_20240318_143022_0
    mistake 'do not go together' -l -s "$job"
    mistake 'do not go together' --pause "$job" --resume "$job"
    mistake 'do not go together' -g gs://bucket/object -s "$job"
    mistake '--wait' -l --wait
    mistake '--wait' --pause "$job" --wait
    mistake '--force' -g gs://bucket/object --force
    mistake '--force' -m api -l --force
}

@test "what the environment gives is looked at too" {
    DRAFT_MAKER_TOKEN='a"b' mistake 'DRAFT_MAKER_TOKEN' -m api -l
    DRAFT_MAKER_TOKEN=$'a\nurl = "http://elsewhere"' mistake 'DRAFT_MAKER_TOKEN' -m api -l
    DRAFT_MAKER_POLL_S=soon mistake 'DRAFT_MAKER_POLL_S' -m api -l
    DRAFT_MAKER_PATIENCE_S=-1 mistake 'DRAFT_MAKER_PATIENCE_S' -m api -l
}

@test "words of others reach a terminal without control characters" {
    run --separate-stderr -2 trigger -g $'gs://\e[31mred/x'
    [[ "$stderr" != *$'\e'* ]]
}
