//! What a word or a flag was probably meant as that Draft Maker does not know: `draft-maker login`, `-n`.

/// Words that people type first, and the command for each.
const WORDS: [(&[&str], &str); 22] = [
    (&["login", "signin", "sign-in", "ebay", "oauth", "connect"], "to sign in to eBay, run `draft-maker auth ebay`"),
    (&["logout", "signout", "sign-out"], "to sign out of eBay, run `draft-maker auth revoke`"),
    (&["start", "process", "batch", "import", "create"], "to process a list, run `draft-maker LIST`"),
    (
        &["upload", "add"],
        "to process a list, run `draft-maker LIST`; to upload photos, run `draft-maker photos FOLDER`",
    ),
    (&["dry-run", "dryrun", "test"], "for a dry run, run `draft-maker LIST --dry-run`"),
    (&["list", "ls", "batches", "history"], "to list all batches, run `draft-maker jobs`"),
    (&["show", "view", "info", "progress"], "to show the newest batch, run `draft-maker status`"),
    (
        &["stop", "cancel", "pause", "abort", "kill"],
        "to stop a batch, press Ctrl-C where it runs, or open it in the console with `draft-maker`",
    ),
    (&["delete", "remove", "rm"], "to delete a draft, run `draft-maker drafts --delete SKU`"),
    (&["labels", "label", "print-labels", "print"], "to write labels, run `draft-maker report --labels labels.pdf`"),
    (&["price", "change", "set"], "to change an item, run `draft-maker edit UPC --price 9.99`"),
    (&["setup", "settings", "configure", "init"], "to create your settings file, run `draft-maker config init`"),
    (
        &["search", "upc", "barcode"],
        "to look up a barcode, run `draft-maker lookup UPC`; to search by name, run `draft-maker find`",
    ),
    (&["check", "verify", "diagnose"], "to check the setup, run `draft-maker doctor`"),
    (&["server", "service", "api", "daemon"], "to start the HTTP API, run `draft-maker serve`"),
    (&["help", "usage", "commands", "man-page"], "to explain a command, run `draft-maker help COMMAND`"),
    (&["about", "ver"], "to print the version, run `draft-maker version`"),
    (&["exit", "quit", "bye"], "to close the console, press q in it; to stop a batch, press Ctrl-C where it runs"),
    (&["open", "tui", "gui", "ui", "browse"], "to open the console, run `draft-maker`"),
    (
        &["export", "results", "result"],
        "each batch writes its files when it ends: `draft-maker status` shows the newest batch, and `draft-maker config` \
         the folder (batch.output)",
    ),
    (
        &["update", "upgrade", "install", "uninstall"],
        "the README says how to install a new version of Draft Maker; to renew the offline catalog, run \
         `draft-maker catalog update`",
    ),
    (
        &["publish", "sell", "live", "go-live", "submit"],
        "Draft Maker never makes a listing live: check each draft and list it yourself on eBay",
    ),
];

/// Flags of other programs, and what to use in a run.
const RUN_FLAGS: [(&[&str], &str); 6] = [
    (&["-n", "--simulate", "--preview", "--noop", "--no-op"], "for a dry run, use --dry-run"),
    (&["-o", "--out", "--outfile", "--output-dir"], "--output DIR chooses the folder of the result files"),
    (
        &["-f", "--file", "-i", "--input", "--list", "--gcs-path", "-g"],
        "write the list without a flag: draft-maker LIST",
    ),
    (
        &["--price", "--prices"],
        "prices come from the market, from a column Price of the list, or from draft-maker edit UPC --price AMOUNT",
    ),
    (
        &["--site", "--marketplace", "--country"],
        "the eBay site is a setting: marketplace in [ebay], or the variable EBAY_MARKETPLACE",
    ),
    (&["--token", "--key", "--api-key"], "tokens and keys are settings: see .env.example, and draft-maker help config"),
];

fn find(table: &[(&[&str], &'static str)], typed: &str) -> Option<&'static str> {
    table.iter().find(|(names, _)| names.contains(&typed)).map(|(_, hint)| *hint)
}

/// Returns what to run instead of a word that is no command; `None` if it is not known.
pub fn command_for_word(word: &str) -> Option<&'static str> {
    find(&WORDS, &word.to_ascii_lowercase())
}

/// Returns what to use instead of a flag that does not exist; `None` if it is not known. `is_run` says whether the
/// command processes a list.
pub(super) fn tip_for_flag(flag: &str, is_run: bool) -> Option<&'static str> {
    match flag {
        "-?" => Some("draft-maker --help shows the help"),
        "help" => Some("draft-maker help COMMAND explains a command"),
        _ if is_run => find(&RUN_FLAGS, flag),
        _ => None,
    }
}
