//! Help texts longer than one line. `-h` is short; `--help` and `help COMMAND` show these texts. A paragraph is one
//! line, which clap wraps to the terminal. Examples and lists are at most 80 columns wide.

macro_rules! exit_codes {
    () => {
        "Exit codes:
  0    all done
  1    Draft Maker or a service failed
  2    a mistake in the command, the settings or the list; nothing was changed
  3    finished, but some items failed, need review or were skipped; or stopped
  130  ended at once by a second Ctrl-C"
    };
}

/// Shown by `-h` of a command.
pub(super) const MORE: &str = "Use --help for examples and details.";

/// Shown by `-h` of the program.
pub(super) const ROOT_SHORT: &str = "Use `draft-maker help COMMAND` for examples and details.";

pub(super) const ROOT: &str = concat!(
    "\
Examples:
  draft-maker demo                          try it with simulated services
  draft-maker upcs.txt --dry-run            look everything up, create no drafts
  draft-maker upcs.txt --condition good     process a list
  draft-maker lookup 720642442524           look up one barcode
  draft-maker resume                        resume the last unfinished batch
  draft-maker help run                      explain a command

LIST is a file, gs://bucket/object, or - for standard input. `draft-maker LIST` \
is short for `draft-maker run LIST`. Without arguments, the console opens.

If MODE=batch is set, `draft-maker` alone processes the list in INPUT_SOURCE and \
exits; TEST_MODE and CREATE_DRAFTS apply. If MODE=api is set, it runs the API.

",
    exit_codes!()
);

pub(super) const AUTH: &str = "\
Examples:
  draft-maker auth ebay          sign in
  draft-maker auth status        show the account, its permissions and expiry
  draft-maker auth revoke        delete the sign-in from this machine
  draft-maker auth location --postal-code 97201
                                 create the inventory location that drafts need

Signing in needs EBAY_APP_ID, EBAY_CERT_ID and EBAY_RU_NAME. A container uses \
EBAY_REFRESH_TOKEN instead. docs/EBAY.md has every step.

Exit codes:
  0  done; for `status`: eBay accepts the sign-in
  1  eBay failed, or could not be reached
  2  a mistake in the command or the settings
  3  for `status`: not signed in, or eBay rejects the sign-in";

pub(super) const CATALOG: &str = "\
Discogs and MusicBrainz offer their releases as files, free to use (CC0). For a barcode in an imported file, Draft \
Maker sends no search and no release request to that service. Prices and pictures still come from the services.

Examples:
  draft-maker catalog update            show where the files are
  draft-maker catalog update --download discogs
  draft-maker catalog import discogs_20261001_releases.xml.gz
  draft-maker catalog import release.tar.xz      of MusicBrainz
  draft-maker catalog status
  draft-maker catalog remove

Exit codes:
  0    done
  1    the network or the disk failed; the old catalog is still in use
  2    a mistake in the command, or a file that is not a dump
  3    for `status`: nothing is imported
  130  stopped by Ctrl-C";

pub(super) const TOKEN: &str = "\
Examples:
  draft-maker token
  docker exec draft-maker-staging draft-maker token

A service that other machines can reach asks for a token. It is the value of \
DRAFT_MAKER_TOKEN. If that is not set, Draft Maker creates one at the first start, prints it once and stores it in \
the data folder. Clients send it as `Authorization: Bearer TOKEN`; scripts/trigger-batch-processing.sh finds it.";

pub(super) const STORE: &str = "\
Examples:
  draft-maker store           show how much disk space each part takes
  draft-maker store check     check the journal, also while the service runs
  draft-maker store repair    repair a damaged journal; stop the service first

The journal holds all batches and the ledger of drafts. A repair first copies \
the damaged file, then writes what can be read to a new file, and reports what is lost. A damaged response cache \
needs no repair: Draft Maker replaces it.

Exit codes:
  0  sound, or repaired without a loss
  1  for `check`: damaged
  3  repaired, and some events or entries of the ledger are lost";

pub(super) const FIND: &str = "\
Searches the offline catalogs and MusicBrainz, and Discogs if a token is set. The offline catalogs have only releases \
with a barcode. A barcode in them is not searched elsewhere.

Examples:
  draft-maker find DGCD-24425
  draft-maker find nirvana nevermind
  draft-maker find \"0 720642 442524\"

Exit code 3 if nothing was found.";

pub(super) const PHOTOS: &str = "\
File names say which item a photo shows, and the order of its photos:
  720642442524.jpg  720642442524_2.jpg  720642442524-3.png
  DM0720642442524C2.jpg    the second copy, with --copies separate
  A-77.jpg  A-77_2.jpg     your own SKU, from the SKU column of a list
If a name says nothing, such as IMG_0001.jpg, a photo of the barcode starts a
series: the photos up to the next barcode show the same item.

Photos are turned upright, lose their metadata and get at most 1600 pixels. Each is \
uploaded to eBay once, also after an interruption. Drafts of ended batches are then \
updated; drafts of later batches show the photos from the start. Your own photos come \
first, at most 24. This needs a signed-in eBay account.

Examples:
  draft-maker photos ~/Pictures/box-14
  draft-maker photos gs://my-bucket/photos/box-14/

Exit codes:
  0  every photo is uploaded
  1  some photos are not, each with the reason
  2  a mistake in the command or the settings
  3  every photo is uploaded, but some drafts could not be updated";

pub(super) const REPORT: &str = "\
Examples:
  draft-maker report                      a pick list: box by box, shelf by shelf
  draft-maker report --without photo      drafts that need a photo of yours
  draft-maker report --without grade --by price
  draft-maker report --json               for other programs

Exit codes:
  0  done
  1  Draft Maker failed
  2  a mistake in the command or the settings";

pub(super) const DRAFTS: &str = "\
Lists unpublished offers in eBay's Inventory API, as eBay reports them. They are \
not in Seller Hub's Drafts folder and cannot be edited in eBay's phone app.

Examples:
  draft-maker drafts
  draft-maker drafts --delete DM0720642442524
  draft-maker drafts --delete DM0720642442524 --yes      do not ask
  draft-maker drafts --delete-batch batch_20240318_143022_0

Exit codes:
  0  done
  1  eBay failed
  2  a mistake in the command or the settings, or you did not confirm
  3  the listing is live on eBay, so nothing was deleted";

pub(super) const REVIEW: &str = "\
An item needs your decision if several pressings match, if the listing lacks \
something, or if the batch was started with --review. The candidates are stored, \
so your decision needs no further lookup.

Examples:
  draft-maker review                             write review_STAMP.toml
  draft-maker review --apply review_STAMP.toml   apply your decisions
  draft-maker resume                             create the drafts

Exit codes:
  0  done, or nothing to review
  1  Draft Maker failed
  2  a mistake in the command or the file; correct entries were applied";

pub(super) const CONSOLE: &str = "\
Examples:
  draft-maker                                   open it in this folder
  draft-maker console gs://my-bucket/2026/      open a bucket
  draft-maker console batch_20240318_143022_0   open a batch
  draft-maker console --print-keys > ~/.config/draft-maker/keys.toml
  draft-maker console --print-theme > ~/.config/draft-maker/theme.toml

Press ? for keys. Quitting safely stops batches started here; `draft-maker \
resume` continues them. Batches of a running service keep running. Without a \
terminal, use `draft-maker run LIST`.";

pub(super) const WATCH: &str = "\
Examples:
  draft-maker watch gs://my-bucket/incoming/
  draft-maker watch gs://my-bucket/incoming/ --dry-run

Each new object directly in the folder becomes one batch. Objects are not changed. Draft Maker remembers each list by \
name and generation, also after a restart, so it runs each list once. To let a service watch the folder, set \
intake.watch.

Exit codes:
  0  stopped by Ctrl-C or SIGTERM
  1  Draft Maker failed
  2  a mistake in the command, the settings or the name of the folder";

pub(super) const SCAN: &str = concat!(
    "\
Examples:
  draft-maker scan                            open the scan screen
  draft-maker scan --dry-run                  the same, without drafts
  draft-maker scan < scans.txt                one barcode per line
  cat /dev/ttyACM0 | draft-maker scan         a serial scanner

The scanner must end each barcode with Enter or Tab. A barcode that is scanned \
again is one more copy. On the screen, F5 undoes the last scan, F3 saves the \
list, F4 closes the batch. Quitting leaves the batch open: continue it with \
`draft-maker scan`, or close it with `draft-maker resume`.

",
    exit_codes!()
);

pub(super) const RUN: &str = concat!(
    "\
Examples:
  draft-maker run upcs.txt
  draft-maker run gs://my-bucket/upcs.txt --condition very_good
  draft-maker run upcs.csv --dry-run --limit 20
  draft-maker run upcs.txt --json | jq 'select(.step == \"done\")'
  cut -d, -f2 stock.csv | draft-maker run -

Running the same list again creates no second draft of anything. If a list has \
the name of a command, write ./NAME.

Destinations (--sink):
  inventory   unpublished offers on eBay; `draft-maker drafts` lists them. They
              are not in Seller Hub's Drafts folder and cannot be edited in
              eBay's phone app. Default if you are signed in
  csv         a file to upload in Seller Hub > Reports > Uploads. Default
              otherwise
  item-draft  drafts of eBay's Listing API, for accounts approved by eBay; each
              result names its page

",
    exit_codes!()
);

pub(super) const EDIT: &str = concat!(
    "\
Examples:
  draft-maker edit 720642442524 --price 24.00
  draft-maker edit 720642442524 --media-grade VG --note 'light scuffs'
  draft-maker edit 720642442524 --title 'Nirvana - Nevermind CD 1991 DGC'
  draft-maker edit 720642442524 --clear title,note
  draft-maker edit 720642442524 --photos 720642442524_2.jpg new/sleeve.jpg

The draft is updated where its destination allows it:
  inventory   the offer on eBay, unless you have edited it there yourself
  csv         its row of the drafts file; change an uploaded draft in Seller Hub
  item-draft  eBay has no call for it: the result says what to change

The same list, run again, keeps the edit until its row changes. To undo
the edit:
  draft-maker undo

",
    exit_codes!()
);

pub(super) const UNDO: &str = concat!(
    "\
Examples:
  draft-maker undo                the last decision or edit, in any batch
  draft-maker undo 720642442524   the last one about this item

Each undo goes one decision or edit further back:
  an edit      the draft is updated with what it had before
  a decision   the item waits for your decision again. Its draft is kept,
               and updated when you decide

",
    exit_codes!()
);

pub(super) const RESUME: &str = concat!(
    "\
Examples:
  draft-maker resume                            the newest unfinished batch
  draft-maker resume batch_20240318_143022_0

A finished batch gets its result files written again.

",
    exit_codes!()
);

pub(super) const STATUS: &str = concat!(
    "\
Examples:
  draft-maker status
  draft-maker status batch_20240318_143022_0 --json
  draft-maker status --follow

The exit code is that of the batch.

",
    exit_codes!()
);

pub(super) const JOBS: &str = "\
Examples:
  draft-maker jobs
  draft-maker jobs --json

Exit codes:
  0  done
  1  Draft Maker failed
  2  a mistake in the command or the settings";

pub(super) const DEMO: &str = concat!(
    "\
The demo processes 83 real barcodes against simulated services on this computer, \
40 times faster than the real limits allow. Its prices are invented: do not \
upload its files. They are in the folder draft-maker-demo.

Examples:
  draft-maker demo
  draft-maker demo --real-limits      at the pace of the real services
  draft-maker demo --catalog          with offline catalogs: fewer requests

If items need review, the demo exits with 0, a real batch with 3.

",
    exit_codes!()
);

pub(super) const SERVE: &str = "\
Examples:
  draft-maker serve                       http://127.0.0.1:8080, this machine only
  DRAFT_MAKER_TOKEN=… draft-maker serve --host 0.0.0.0
  curl -X POST http://127.0.0.1:8080/api/batch/process \\
       -H 'Content-Type: application/json' \\
       -d '{\"gcs_path\": \"gs://my-bucket/upcs.txt\", \"test_mode\": true}'

/docs shows all routes and lets you try them. Ctrl-C stops it within eight \
seconds; batches resume at the next start.

Exit codes:
  0  stopped by a signal
  1  the service failed, or the port is in use
  2  a mistake in the command or the settings";

pub(super) const HEALTH: &str = "\
Finds the service by the data folder, so it needs no address. A batch or a worker, which \
has no API, is healthy while it runs and can write its folders.

Exit codes:
  0  healthy or degraded
  1  unhealthy, no answer, or nothing is running
  2  a mistake in the command or the settings";

pub(super) const DOCTOR: &str = "\
Checks all services at once; unreachable ones time out after a few seconds. Each \
line that fails says how to fix it.

Examples:
  draft-maker doctor
  draft-maker doctor gs://my-bucket/upcs.txt    also read this object
  draft-maker doctor --json

Exit codes:
  0  everything is fine
  2  a mistake in the command or the settings
  3  something failed";

pub(super) const LOOKUP: &str = "\
Examples:
  draft-maker lookup 720642442524
  draft-maker lookup '0 720642 442524' --json

Exit codes:
  0  found
  1  Draft Maker or a service failed
  2  not a barcode, or a mistake in the command or the settings
  3  not found, several pressings match, or something is missing";

pub(super) const CONFIG: &str = "\
Examples:
  draft-maker config             show every setting, its value and its origin
  draft-maker config path        print where settings, data, cache and logs are
  draft-maker config init        create your settings file, all commented out

Settings come from, lowest to highest priority:
  1. the defaults
  2. your settings file: `config path` prints its path; or --config FILE
  3. .env in the current folder, or /app/.env
  4. environment variables; every setting also as DRAFT_MAKER__SECTION__KEY
  5. flags

Exit codes:
  0  done
  2  a setting has a wrong value, or the file exists already";

pub(super) const COMPLETIONS: &str = "\
Examples:
  draft-maker completions bash >> ~/.bash_completion
  draft-maker completions zsh > ~/.zfunc/_draft-maker
  draft-maker completions fish > ~/.config/fish/completions/draft-maker.fish";

pub(super) const MAN: &str = "\
Examples:
  draft-maker man | man -l -
  draft-maker man --output ~/.local/share/man/man1      one page per command";

pub(super) const SANDBOX: &str = "\
Examples:
  draft-maker sandbox                        a free port, the documented limits
  draft-maker sandbox --port 8090 --speed 60
  draft-maker sandbox --fault 503=0.05 --fault musicbrainz:hang=0.01
  draft-maker sandbox --latency 200
  draft-maker sandbox --object gs://my-bucket/box-14.txt=box-14.txt

Prints the settings that use it, and runs until Ctrl-C.

Exit codes:
  0  stopped by Ctrl-C
  1  could not start, for example because the port is in use
  2  a mistake in the command";
