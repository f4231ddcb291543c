//! The rules of the code base that the compiler does not know: cycles between files, names, sizes, layers.
//!
//! Run them with `cargo test -p draft-maker-architecture`. The rules are explained in `CONTRIBUTING.md`.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod dependencies;
mod source;

use std::collections::{BTreeMap, BTreeSet};

use source::{SourceFile, workspace_files};

/// Maximum lines of a file; 40 to 200 are usual.
const MAX_FILE_LINES: usize = 450;
/// Maximum lines of a function, its signature included.
const MAX_FUNCTION_LINES: usize = 50;
/// Maximum share of function names that are one word, in percent.
const MAX_ONE_WORD_FUNCTIONS: usize = 35;
/// Type names that every module may define for itself.
const SHARED_TYPE_NAMES: [&str; 2] = ["Error", "Settings"];
/// File and module names that say nothing about their subject.
const VAGUE_NAMES: [&str; 10] =
    ["common", "helper", "helpers", "misc", "parts", "things", "types", "util", "utils", "stuff"];
/// Words of the first version that the glossary replaced; none may stand in an identifier.
const RETIRED_WORDS: [&str; 36] = [
    "appraisal",
    "appraise",
    "appraised",
    "beacon",
    "board",
    "boards",
    "brake",
    "clerk",
    "desk",
    "dossier",
    "dossiers",
    "ears",
    "gatherer",
    "hear",
    "heard",
    "imitated",
    "imitation",
    "kept",
    "lacks",
    "landings",
    "news",
    "obey",
    "outlook",
    "patient",
    "piece",
    "pieces",
    "road",
    "said",
    "shelf",
    "spot",
    "spots",
    "taste",
    "told",
    "tray",
    "trouble",
    "wish",
];
/// What `domain` does without: files, network, clocks, tasks, the environment.
const FORBIDDEN_IN_DOMAIN: [&str; 12] = [
    "async fn",
    ".await",
    "async move",
    "tokio",
    "Timestamp::now",
    "Zoned::now",
    "SystemTime",
    "Instant::now",
    "std::fs",
    "std::net",
    "std::env",
    "reqwest",
];

/// Fails with one line per finding.
fn assert_none(rule: &str, findings: &[String]) {
    assert!(findings.is_empty(), "{rule}:\n{}", findings.join("\n"));
}

fn library_files() -> Vec<SourceFile> {
    workspace_files().into_iter().filter(|file| !file.is_test).collect()
}

#[test]
fn no_cycle_between_files_of_a_crate() {
    assert_none("files that import each other", &dependencies::find_cycles(&library_files()));
}

#[test]
fn every_type_name_is_defined_once() {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in library_files() {
        for name in file.type_names() {
            places.entry(name).or_default().insert(file.path.clone());
        }
    }
    let shared = |name: &str| SHARED_TYPE_NAMES.contains(&name);
    let findings: Vec<_> = places
        .into_iter()
        .filter(|(name, files)| files.len() > 1 && !shared(name))
        .map(|(name, files)| format!("{name}: {}", files.into_iter().collect::<Vec<_>>().join(", ")))
        .collect();
    assert_none("type names that stand for more than one type", &findings);
}

#[test]
fn identifiers_hold_no_retired_word() {
    let findings: Vec<_> = workspace_files()
        .iter()
        .flat_map(|file| {
            let words = file
                .identifiers()
                .into_iter()
                .filter(|(_, name)| source::words_of(name).iter().any(|word| RETIRED_WORDS.contains(&word.as_str())));
            words.map(|(line, name)| format!("{}:{line}: {name}", file.path)).collect::<Vec<_>>()
        })
        .collect();
    assert_none("identifiers with a word that docs/GLOSSARY.md retires", &findings);
}

/// Words that no text of the program has, as `tests/it/documents.rs` checks them in the documents: wrong capitals, British
/// spellings, and words that the glossary replaces.
const WRONG_WORDS: [&str; 20] = [
    "EBay",
    "colour",
    "licence",
    "neighbour",
    "behaviour",
    "favourite",
    "organise",
    "recognise",
    "imitated",
    "a rehearsal",
    "rehearse:",
    "a person",
    "of ours",
    "feed it back",
    "stands over",
    "is no number",
    "is no address",
    "lines not taken",
    "left alone until",
    "EOF while",
];

/// Literals that have such a word and are no text for a reader: a key on disk, and words of databases that are compared.
const WRONG_WORD_EXCEPTIONS: [(&str, &str); 2] =
    [("crates/domain/src/artwork/cover.rs", "licence"), ("crates/domain/src/record_color.rs", "colour")];

#[test]
fn texts_hold_no_wrong_word() {
    let findings: Vec<_> = library_files()
        .iter()
        .flat_map(|file| {
            let is_wrong = |text: &str, word: &&&str| {
                text.contains(**word) && !WRONG_WORD_EXCEPTIONS.contains(&(file.path.as_str(), **word))
            };
            let wrong = file.literals().into_iter().filter_map(|(line, text)| {
                let word = WRONG_WORDS.iter().find(|word| is_wrong(&text, word))?;
                Some(format!("{}:{line}: {word:?} in {text}", file.path))
            });
            wrong.collect::<Vec<_>>()
        })
        .collect();
    assert_none("texts with a word that docs/GLOSSARY.md or American spelling replaces", &findings);
}

#[test]
fn function_names_say_what_they_do() {
    let names: Vec<_> = library_files().iter().flat_map(SourceFile::function_names).collect();
    let one_word = names.iter().filter(|name| !name.contains('_')).count();
    let percent = 100 * one_word / names.len();
    assert!(
        percent <= MAX_ONE_WORD_FUNCTIONS,
        "{percent} % of {} function names are one word; at most {MAX_ONE_WORD_FUNCTIONS} % may be",
        names.len()
    );
}

#[test]
fn file_names_say_their_subject() {
    let vague = |path: &str| path.trim_end_matches(".rs").split('/').any(|part| VAGUE_NAMES.contains(&part));
    let findings: Vec<_> = workspace_files().into_iter().map(|file| file.path).filter(|path| vague(path)).collect();
    assert_none("vague file names", &findings);
}

#[test]
fn files_and_functions_are_small() {
    let mut findings = Vec::new();
    for file in workspace_files() {
        if file.lines() > MAX_FILE_LINES {
            findings.push(format!("{}: {} lines", file.path, file.lines()));
        }
        let long = file.function_lengths().into_iter().filter(|(_, lines)| *lines > MAX_FUNCTION_LINES);
        findings.extend(long.map(|(name, lines)| format!("{}: fn {name} has {lines} lines", file.path)));
    }
    assert_none("files and functions that are too long", &findings);
}

#[test]
fn every_file_says_what_it_is_for() {
    let silent = |file: &SourceFile| !file.text.starts_with("//! ");
    let findings: Vec<_> = workspace_files().into_iter().filter(silent).map(|file| file.path).collect();
    assert_none("files without a doc comment", &findings);
}

#[test]
fn domain_does_no_io_and_knows_no_clock() {
    let findings: Vec<_> = library_files()
        .iter()
        .filter(|file| file.package == "domain")
        .flat_map(|file| {
            let code = file.code();
            let found = FORBIDDEN_IN_DOMAIN.into_iter().filter(|word| code.contains(word));
            found.map(|word| format!("{}: {word}", file.path)).collect::<Vec<_>>()
        })
        .collect();
    assert_none("domain reaches outside", &findings);
}

#[test]
fn no_code_makes_a_draft_live() {
    let findings: Vec<_> = library_files()
        .iter()
        .filter(|file| {
            // eBay's word for the state of an offer may be read; nothing may be called so.
            let code = file.code().replace("\"PUBLISHED\"", "").to_lowercase();
            code.replace("unpublish", "").contains("publish")
        })
        .map(|file| file.path.clone())
        .collect();
    assert_none("code that names publishing", &findings);
}

#[test]
fn only_config_reads_the_environment() {
    let findings: Vec<_> = library_files()
        .iter()
        .filter(|file| !file.path.starts_with("src/config/") && file.package != "testing")
        .filter(|file| file.code().contains("env::var"))
        .map(|file| file.path.clone())
        .collect();
    assert_none("settings come through config, which records where each came from", &findings);
}
