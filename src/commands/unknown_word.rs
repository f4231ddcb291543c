//! Says what a list that does not exist was probably meant as: another command, a barcode, a path of another form.

use std::fs;
use std::path::Path;

use super::error::UsageError;
use crate::cli::command_for_word;
use domain::barcode::parse_barcode;
use domain::terminal_text::quote_for_shell;

/// Minimum similarity (Jaro-Winkler, 0 to 1) of the name of a file that was probably meant.
const MIN_NAME_SIMILARITY: f64 = 0.92;

/// Checks that the lists of a command line can be lists. A barcode was probably meant for `lookup`, a name with spaces
/// needs quotes, and a word without a dot or slash that names no file was probably meant as a command.
///
/// # Errors
/// Returns [`UsageError`] with the command or path that was probably meant.
pub(super) fn check_list_names(lists: &[String]) -> Result<(), UsageError> {
    let is_missing = |word: &&str| !is_address(word) && !Path::new(word).exists();
    let Some(word) = lists.iter().map(String::as_str).find(is_missing) else { return Ok(()) };
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
    if let Some(hint) = explain_path(word) {
        return Err(UsageError(format!("{word}: {hint}")));
    }
    let is_word = word.len() > 1 && word.chars().all(|c| c.is_ascii_alphabetic() || c == '-');
    if !is_word {
        return Ok(());
    }
    let hint =
        command_for_word(word).unwrap_or("`draft-maker help` lists the commands; a list is a file such as upcs.txt");
    Err(UsageError(format!("{word} is neither a command nor a file: {hint}")))
}

/// Returns whether a list is standard input or an object, whose errors say what to do.
fn is_address(word: &str) -> bool {
    word == "-" || word.split_once("://").is_some_and(|(scheme, _)| scheme != "file")
}

/// Forms in which other programs, such as those of Windows, take their help.
const HELP_WORDS: [&str; 6] = ["/?", "/h", "/help", "/version", "?", "??"];

/// Explains a path that names no file, if the file that was meant is recognized.
fn explain_path(word: &str) -> Option<String> {
    if HELP_WORDS.contains(&word) {
        return Some("no such file. For the help, run `draft-maker --help`".to_owned());
    }
    let run = |path: &str| format!("run `draft-maker {}`", quote_for_shell(path));
    let unquoted = word.trim_matches(['\'', '"']);
    if unquoted != word && Path::new(unquoted).exists() {
        return Some(format!("the quotes became part of the name: {}", run(unquoted)));
    }
    let unescaped = word.replace('\\', "");
    if unescaped != word && Path::new(&unescaped).exists() {
        return Some(format!("the backslashes became part of the name: {}", run(&unescaped)));
    }
    if let Some(path) =
        url::Url::parse(word).ok().filter(|url| url.scheme() == "file").and_then(|url| url.to_file_path().ok())
    {
        return Some(format!("write the path without file://: {}", run(&path.to_string_lossy())));
    }
    if word.starts_with("www.") {
        return Some("Draft Maker downloads no web pages: save the list as a file, and name that file".to_owned());
    }
    if word.starts_with("~/") {
        return Some(
            "the shell replaces ~ only outside of quotes: leave out the quotes, or write the whole path".to_owned(),
        );
    }
    if let Some(path) = windows_path(word) {
        return Some(format!("this is a path of Windows. In WSL, write {}", quote_for_shell(&path)));
    }
    if let Some(address) = bucket_address(word) {
        return Some(format!("an address in Google Cloud Storage begins with gs://: {}", run(&address)));
    }
    if word.contains(['*', '?']) {
        return Some(
            "no file has this name. A pattern such as *.csv names files only without quotes, and if a file matches it"
                .to_owned(),
        );
    }
    similar_file(word).map(|path| format!("no such file; did you mean {path}? {}", run(&path)))
}

/// Returns the path at which WSL shows a path such as `C:\Users\Ann\box.csv`.
fn windows_path(word: &str) -> Option<String> {
    let (drive, rest) = word.split_once(':')?;
    let is_path = drive.len() == 1 && drive.chars().all(|c| c.is_ascii_alphabetic()) && rest.starts_with(['\\', '/']);
    is_path.then(|| format!("/mnt/{}{}", drive.to_ascii_lowercase(), rest.replace('\\', "/")))
}

/// Returns the address that `gs:/bucket/object`, `gs//bucket/object` or a web address without `https://` means.
fn bucket_address(word: &str) -> Option<String> {
    let web = ["storage.googleapis.com/", "storage.cloud.google.com/"].iter().find_map(|host| word.strip_prefix(host));
    let short = word.strip_prefix("gs").filter(|rest| !rest.starts_with("://")).and_then(|rest| {
        let name = rest.trim_start_matches([':', '/']);
        (rest.len() > name.len() && name.contains('/')).then_some(name)
    });
    web.or(short).map(|name| format!("gs://{name}"))
}

/// Returns a file in the same folder whose name differs only in its extension or in a typing mistake.
fn similar_file(word: &str) -> Option<String> {
    let path = Path::new(word);
    let name = path.file_name()?.to_str()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    let names = fs::read_dir(folder.unwrap_or(Path::new("."))).ok()?.flatten();
    let names = names.filter(|entry| entry.path().is_file()).filter_map(|entry| entry.file_name().into_string().ok());
    let similarity = |other: &String| {
        let has_same_stem = name.contains('.') && Path::new(other).file_stem() == path.file_stem();
        let near = strsim::jaro_winkler(&other.to_lowercase(), &name.to_lowercase());
        if has_same_stem { 1.0 } else { near }
    };
    let found = names.max_by(|a, b| similarity(a).total_cmp(&similarity(b)).then_with(|| b.cmp(a)))?;
    let is_near = similarity(&found) >= MIN_NAME_SIMILARITY;
    is_near.then(|| folder.map_or_else(|| found.clone(), |folder| folder.join(&found).to_string_lossy().into_owned()))
}
