//! Answers a word that is neither a command nor a list: `draft-maker login`.

use std::path::Path;

use super::error::UsageError;

/// What people type first, and the command that does it.
const SUGGESTIONS: [(&[&str], &str); 6] = [
    (&["login", "signin", "sign-in", "ebay", "oauth", "connect"], "to sign in to eBay, run `draft-maker auth ebay`"),
    (&["logout", "signout", "sign-out"], "to sign out of eBay, run `draft-maker auth revoke`"),
    (&["start", "process", "batch", "import", "create"], "to process a list, run `draft-maker LIST`"),
    (&["list", "batches", "history"], "to list all batches, run `draft-maker jobs`"),
    (&["setup", "settings", "configure", "init"], "to create your settings file, run `draft-maker config init`"),
    (&["search", "upc", "barcode"], "to look up a barcode, run `draft-maker lookup UPC`"),
];

/// Checks that the first list of a command line can be one. A word without a dot or a slash that names no file was meant as
/// a command.
///
/// # Errors
/// Returns [`UsageError`] with the command that was probably meant.
pub(super) fn check_list_name(lists: &[String]) -> Result<(), UsageError> {
    let Some(word) = lists.first().map(String::as_str) else { return Ok(()) };
    let is_word = word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    if !is_word || Path::new(word).exists() {
        return Ok(());
    }
    let lower = word.to_ascii_lowercase();
    let suggestion = SUGGESTIONS.iter().find(|(words, _)| words.contains(&lower.as_str())).map(|(_, hint)| *hint);
    let hint = suggestion.unwrap_or("`draft-maker help` lists the commands; a list is a file such as upcs.txt");
    Err(UsageError(format!("{word} is neither a command nor a file: {hint}")))
}
