//! Suggests a command for a word that is neither a command nor a list: `draft-maker login`.

use std::path::Path;

use super::error::UsageError;
use domain::barcode::parse_barcode;
use domain::terminal_text::quote_for_shell;

/// Words that people type first, and the command for each.
const SUGGESTIONS: [(&[&str], &str); 7] = [
    (&["login", "signin", "sign-in", "ebay", "oauth", "connect"], "to sign in to eBay, run `draft-maker auth ebay`"),
    (&["logout", "signout", "sign-out"], "to sign out of eBay, run `draft-maker auth revoke`"),
    (&["start", "process", "batch", "import", "create"], "to process a list, run `draft-maker LIST`"),
    (&["dry-run", "dryrun", "test"], "for a dry run, run `draft-maker LIST --dry-run`"),
    (&["list", "batches", "history"], "to list all batches, run `draft-maker jobs`"),
    (&["setup", "settings", "configure", "init"], "to create your settings file, run `draft-maker config init`"),
    (&["search", "upc", "barcode"], "to look up a barcode, run `draft-maker lookup UPC`"),
];

/// Checks that the lists of a command line can be lists. A barcode was probably meant for `lookup`, a name with spaces
/// needs quotes, and a word without a dot or slash that names no file was probably meant as a command.
///
/// # Errors
/// Returns [`UsageError`] with the command that was probably meant.
pub(super) fn check_list_names(lists: &[String]) -> Result<(), UsageError> {
    let Some(word) = lists.first().map(String::as_str) else { return Ok(()) };
    if Path::new(word).exists() {
        return Ok(());
    }
    let joined = lists.join(" ");
    if lists.len() > 1 && Path::new(&joined).exists() {
        let quoted = quote_for_shell(&joined);
        return Err(UsageError(format!("a name with spaces needs quotes: run `draft-maker {quoted}`")));
    }
    if parse_barcode(word).is_ok() {
        let typed = quote_for_shell(word);
        return Err(UsageError(format!(
            "{word} is a barcode and not a list: run `draft-maker lookup {typed}`, or write your barcodes to a file"
        )));
    }
    let is_word = word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    if !is_word {
        return Ok(());
    }
    let lower = word.to_ascii_lowercase();
    let suggestion = SUGGESTIONS.iter().find(|(words, _)| words.contains(&lower.as_str())).map(|(_, hint)| *hint);
    let hint = suggestion.unwrap_or("`draft-maker help` lists the commands; a list is a file such as upcs.txt");
    Err(UsageError(format!("{word} is neither a command nor a file: {hint}")))
}
