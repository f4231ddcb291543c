//! Help texts that are longer than one line.

macro_rules! exit_codes {
    () => {
        "Exit codes:
  0    all done
  1    the run itself failed
  2    bad usage, settings or input; nothing was written
  3    finished with failures or reviews, or stopped before the end
  130  a second Ctrl-C ended it at once"
    };
}

pub(super) const EXIT_CODES: &str = exit_codes!();

pub(super) const ROOT: &str = concat!(
    "\
Examples:
  draft-maker upcs.txt                      process a list (short for `draft-maker run upcs.txt`)
  draft-maker gs://my-bucket/upcs.txt --test
                                            rehearse: everything but the drafts
  draft-maker lookup 720642442524           one UPC, and why it matched
  draft-maker demo                          see it work, with no account, key or network
  draft-maker serve                         the HTTP API
  draft-maker resume                        go on with the batch that was stopped last

With MODE=batch and INPUT_SOURCE in the environment, `draft-maker` alone runs that batch and exits; TEST_MODE and
CREATE_DRAFTS say how. With MODE=api it serves.

",
    exit_codes!()
);

pub(super) const AUTH: &str = "\
Examples:
  draft-maker auth ebay          prints an address; agree there, and paste where it leads
  draft-maker auth status        what is signed in, what it may do and until when
  draft-maker auth revoke        forget the sign-in on this machine

The keyset comes from EBAY_APP_ID, EBAY_CERT_ID and EBAY_RU_NAME. A container gets its consent by EBAY_REFRESH_TOKEN.";

pub(super) const DRAFTS: &str = "\
A draft in eBay's Inventory API is an unpublished offer: it is not in Seller Hub's Drafts folder and cannot be edited in
eBay's phone app. This list shows them as eBay reports them.

Examples:
  draft-maker drafts
  draft-maker drafts --delete DM0720642442524";

pub(super) const REVIEW: &str = "\
Several pressings that fit equally well, a listing that lacks something, and with `run --review` every item wait for a
person. The candidates are kept, so deciding asks no database again.

Examples:
  draft-maker review                                  write review_STAMP.toml, by what to look at on the disc
  draft-maker review --apply review_STAMP.toml        feed it back; mistakes are named by line, the rest is done
  draft-maker resume                                  go on with what was decided

Exit code 2 where something in the file cannot be.";

pub(super) const CONSOLE: &str = "\
Examples:
  draft-maker                                   the same, beginning in this folder
  draft-maker console gs://my-bucket/2026/      begin in a bucket
  draft-maker console batch_20240318_143022_0   begin at a batch
  draft-maker console --print-keys > ~/.config/draft-maker/keys.toml
  draft-maker console --print-theme > ~/.config/draft-maker/theme.toml

`?` shows the keys of where one is. Leaving stops what runs here, in order; `draft-maker resume` goes on. Without a
terminal, `draft-maker run SOURCE` does the same work.";

pub(super) const SCAN: &str = concat!(
    "\
Examples:
  draft-maker scan                          a screen for a barcode scanner that types like a keyboard
  draft-maker scan --test --condition good  rehearse
  draft-maker scan < scans.txt              a barcode a line, a line for each result; ends with the input
  cat /dev/ttyACM0 | draft-maker scan       a serial scanner

The scanner ends each code with Enter or Tab. AIM identifiers before a code are known, and a UPC-E is expanded. A code that
is scanned again is one more copy. On the screen F5 takes the last scan back, F3 saves the list, F4 closes the batch; leaving
leaves it open. What runs in no service goes on with `draft-maker scan`, or with `draft-maker resume`, which closes it.

",
    exit_codes!()
);

pub(super) const RUN: &str = concat!(
    "\
Examples:
  draft-maker run upcs.txt
  draft-maker run gs://my-bucket/upcs.txt --condition very_good
  draft-maker run upcs.csv --test --limit 20
  draft-maker run upcs.txt --format ndjson | jq 'select(.step == \"done\")'
  cut -d, -f2 stock.csv | draft-maker run -

A SOURCE that is named like a command is given as ./name, or after `run`. Running the same list again makes no second
draft of anything.

Where drafts go (--sink):
  inventory   unpublished offers in eBay's Inventory API: `draft-maker drafts` lists them; they are not in Seller Hub's
              Drafts folder and cannot be edited in eBay's phone app
  csv         a file whose rows become drafts in Seller Hub once you upload it: Seller Hub > Reports > Uploads
  item-draft  drafts by eBay's Listing API, for accounts that have it: each result names its page on eBay

",
    exit_codes!()
);

pub(super) const SERVE: &str = "\
Examples:
  draft-maker serve                       http://127.0.0.1:8080, for this machine alone
  DRAFT_MAKER_TOKEN=… draft-maker serve --host 0.0.0.0
  curl -X POST http://127.0.0.1:8080/api/batch/process -H 'Content-Type: application/json' \\
       -d '{\"gcs_path\": \"gs://my-bucket/upcs.txt\", \"test_mode\": true}'

/docs shows all routes and lets you try them. Ctrl-C ends it within eight seconds; jobs go on at the next start.

Exit codes:
  0  ended in order
  1  it could not go on, or the port is taken
  2  bad usage or settings";

pub(super) const HEALTH: &str = "\
It asks the service that owns the data directory, wherever it listens.

Exit codes:
  0  it can do its job, if not always as well as it could; or a batch runs without a service
  1  it cannot, does not answer, or nothing runs
  2  bad usage or settings";

pub(super) const DOCTOR: &str = "\
It asks each service once, all at the same time, and says what it found within seconds, also where nothing answers.

Examples:
  draft-maker doctor
  draft-maker doctor gs://my-bucket/upcs.txt    list this bucket and read this object too
  draft-maker doctor --json

Exit codes:
  0  all is well
  2  bad usage or settings
  3  something fails; its line says what to do";

pub(super) const LOOKUP: &str = "\
Examples:
  draft-maker lookup 720642442524
  draft-maker lookup '0 720642 442524' --format json

Exit codes:
  0  found
  1  the run itself failed
  2  not a UPC, or bad usage or settings
  3  nobody knows it, or several pressings fit";

pub(super) const CONFIG: &str = "\
Settings come from, the later the stronger:
  1. the defaults
  2. the settings file (--config FILE, or config.toml in the configuration folder)
  3. .env in the working directory, or /app/.env
  4. the environment; every setting also as DRAFT_MAKER__SECTION__KEY
  5. flags";

pub(super) const COMPLETIONS: &str = "\
Examples:
  draft-maker completions bash > ~/.local/share/bash-completion/completions/draft-maker
  draft-maker completions zsh > ~/.zfunc/_draft-maker
  draft-maker completions fish > ~/.config/fish/completions/draft-maker.fish";

pub(super) const SANDBOX: &str = "\
Examples:
  draft-maker sandbox                                   on a free port, with the documented limits
  draft-maker sandbox --port 8090 --speed 60            a minute of limits passes in a second
  draft-maker sandbox --fault 503=0.05 --fault musicbrainz:hang=0.01
  draft-maker sandbox --latency 200
  draft-maker sandbox --object gs://my-bucket/box-14.txt=box-14.txt

It prints the addresses to set, and answers until Ctrl-C.

Exit codes:
  0  ended by Ctrl-C
  1  it could not start, for example because the port is taken
  2  bad usage";
