#!/usr/bin/env bats
# The script with docker: its exact arguments and its exit code. A stand-in for docker records its arguments; one test
# lets it run the real program.

load support

setup() {
    export RECORD="$BATS_TEST_TMPDIR/record" RUNNING=true EXIT=0 RUN=''
    mkdir "$BATS_TEST_TMPDIR/bin"
    cp "$root/tests/script/docker" "$BATS_TEST_TMPDIR/bin/docker"
    PATH="$BATS_TEST_TMPDIR/bin:$PATH"
    cd "$BATS_TEST_TMPDIR"
}

# called ARGUMENTS…: asserts that the last call of docker had exactly these arguments.
called() {
    printf '%s\0' "$@" | cmp - "$RECORD"
}

@test "the container runs the program, and every option reaches it" {
    list=gs://draft-maker-bucket/upcs.txt
    run -0 trigger -g "$list"
    called exec draft-maker-staging draft-maker run "$list"
    run -0 trigger -g "$list" -t
    called exec draft-maker-staging draft-maker run "$list" --test
    run -0 trigger -g "$list" --condition like_new
    called exec draft-maker-staging draft-maker run "$list" --condition like_new
    printf '720642472712\n' >'my list.txt'
    run -0 trigger -f 'my list.txt' -t
    called exec -i draft-maker-staging draft-maker run - --test
    run -0 trigger -d --gcs-path "$list"
    called exec draft-maker-staging draft-maker run "$list" --no-drafts
    run -0 trigger --test --no-drafts --method docker --container other-1 --gcs-path="$list" --wait
    called exec other-1 draft-maker run "$list" --test --no-drafts
}

@test "no value is interpreted by a shell" {
    for name in 'a b' '$(touch hit)' '`touch hit`' '; touch hit' "'; touch hit; '" '"; touch hit; "' 'a\b' '-t' '--test' \
        $'tab\there' $'bell\a' 'Köln ☃' '*' '~' '%s%n' '!!' '&& false'; do
        run -0 trigger -g "gs://bucket/$name"
        called exec draft-maker-staging draft-maker run "gs://bucket/$name"
    done
    [ ! -e hit ]
}

@test "the program's exit code is passed on" {
    for code in 0 1 2 3 125 126 127 130; do
        EXIT=$code run "-$code" trigger -g gs://bucket/upcs.txt
    done
}

@test "a terminal is passed on only if both standard input and output are one" {
    run -0 on_terminal "$SCRIPT_SHELL" "$root/scripts/trigger-batch-processing.sh" -g gs://bucket/upcs.txt
    called exec -it draft-maker-staging draft-maker run gs://bucket/upcs.txt
    run -0 on_terminal "$SCRIPT_SHELL" -c '"$0" "$@" </dev/null' "$root/scripts/trigger-batch-processing.sh" -g gs://bucket/upcs.txt
    called exec draft-maker-staging draft-maker run gs://bucket/upcs.txt
    run -0 on_terminal "$SCRIPT_SHELL" -c '"$0" "$@" | cat' "$root/scripts/trigger-batch-processing.sh" -g gs://bucket/upcs.txt
    called exec draft-maker-staging draft-maker run gs://bucket/upcs.txt
}

@test "a missing container, a stopped one, and missing docker have different errors" {
    RUNNING='' run --separate-stderr -1 trigger -g gs://bucket/upcs.txt
    says 'No such container: draft-maker-staging'
    RUNNING=false run --separate-stderr -1 trigger -g gs://bucket/upcs.txt
    says 'docker start draft-maker-staging'
    # Only the commands that the script itself needs.
    mkdir "$BATS_TEST_TMPDIR/bare"
    for tool in sh tr cat awk; do ln -s "$(command -v "$tool")" "$BATS_TEST_TMPDIR/bare/$tool"; done
    shell="$(command -v "${SCRIPT_SHELL%% *}")"
    run --separate-stderr -1 env "PATH=$BATS_TEST_TMPDIR/bare" "$shell" "$root/scripts/trigger-batch-processing.sh" -g gs://bucket/upcs.txt
    says 'docker is not installed'
}

@test "output and exit code of the real program are passed on through docker" {
    [ -n "${DRAFT_MAKER:-}" ] || skip 'no program to run'
    RUN="$DRAFT_MAKER" run --separate-stderr -2 trigger -g gs://bucket/no-such-bucket-here -t
    called exec draft-maker-staging draft-maker run gs://bucket/no-such-bucket-here --test
}
