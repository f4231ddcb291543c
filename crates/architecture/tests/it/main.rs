//! Tests the rules of the code base that the compiler does not check: cycles between files, names, sizes, layers.
//!
//! Run them with `cargo test -p draft-maker-architecture`. `CONTRIBUTING.md` explains the rules.
#![allow(clippy::unwrap_used, reason = "a test stops at the first surprise")]

mod dependencies;
mod sentences;
mod source;
mod unused_dependencies;

use std::collections::{BTreeMap, BTreeSet};

use draft_maker_architecture::REPLACED_WORDS;
use source::{SourceFile, workspace_files};

/// Maximum lines of a file. Most files have 40 to 200.
const MAX_FILE_LINES: usize = 450;
/// Maximum lines of a function, including its signature.
const MAX_FUNCTION_LINES: usize = 50;
/// Maximum share of function names that are one word, in percent.
const MAX_ONE_WORD_FUNCTIONS: usize = 20;
/// Type names that each module may define.
const SHARED_TYPE_NAMES: [&str; 2] = ["Error", "Settings"];
/// File and module names that say nothing about their subject.
const VAGUE_NAMES: [&str; 10] =
    ["common", "helper", "helpers", "misc", "parts", "things", "types", "util", "utils", "stuff"];
/// Words of the first version that the glossary replaced. No identifier may contain one.
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
/// Text that `domain` may not contain, because it may not use files, the network, clocks, tasks or the environment.
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

/// Packages whose asynchronous code serves many requests or items at the same time.
const CONCURRENT_PACKAGES: [&str; 5] = ["photos", "pipeline", "report", "server", "sinks"];

/// A rule: its description, and the function that returns one line per violation.
type Rule = (&'static str, fn(&[SourceFile]) -> Vec<String>);

const RULES: [Rule; 14] = [
    ("files of libraries that import each other", find_cycles),
    ("type names that stand for more than one type", find_type_names_used_twice),
    ("identifiers with a word that docs/GLOSSARY.md retires", find_retired_words),
    ("texts with a word that docs/GLOSSARY.md or American spelling replaces", find_wrong_words),
    ("function names that are one word", find_one_word_functions),
    ("vague file names", find_vague_file_names),
    ("files and functions that are too long", find_long_files_and_functions),
    ("files without a doc comment", find_files_without_doc_comment),
    ("domain reaches outside", find_io_in_domain),
    ("code that names publishing", find_code_that_publishes),
    ("public functions whose error is a text", find_text_errors),
    ("file access that blocks other requests or items: use files::run_blocking", find_blocking_file_access),
    ("dependencies that a library does not use", unused_dependencies::find_unused_dependencies),
    ("settings come through config, which records where each came from", find_readers_of_the_environment),
];

/// Checks all rules in one test: each test runs in a separate process, and parsing the sources takes seconds.
#[test]
fn the_source_follows_the_rules() {
    let files = workspace_files();
    let findings: Vec<_> = RULES
        .iter()
        .map(|(rule, find)| (rule, find(&files)))
        .filter(|(_, found)| !found.is_empty())
        .map(|(rule, found)| format!("{rule}:\n  {}", found.join("\n  ")))
        .collect();
    assert!(findings.is_empty(), "{}", findings.join("\n"));
}

/// Returns the files that are neither tests nor benches.
fn library_files(files: &[SourceFile]) -> impl Iterator<Item = &SourceFile> {
    files.iter().filter(|file| !file.is_test)
}

fn find_cycles(files: &[SourceFile]) -> Vec<String> {
    dependencies::find_cycles(&library_files(files).collect::<Vec<_>>())
}

fn find_type_names_used_twice(files: &[SourceFile]) -> Vec<String> {
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files {
        for name in file.type_names() {
            places.entry(name).or_default().insert(file.path.clone());
        }
    }
    let shared = |name: &str| SHARED_TYPE_NAMES.contains(&name);
    places
        .into_iter()
        .filter(|(name, files)| files.len() > 1 && !shared(name))
        .map(|(name, files)| format!("{name}: {}", files.into_iter().collect::<Vec<_>>().join(", ")))
        .collect()
}

fn find_retired_words(files: &[SourceFile]) -> Vec<String> {
    files
        .iter()
        .flat_map(|file| {
            let words = file
                .identifiers()
                .into_iter()
                .filter(|(_, name)| source::words_of(name).iter().any(|word| RETIRED_WORDS.contains(&word.as_str())));
            words.map(|(line, name)| format!("{}:{line}: {name}", file.path)).collect::<Vec<_>>()
        })
        .collect()
}

/// Words that no text of the program may contain, in addition to [`REPLACED_WORDS`].
const WRONG_WORDS: [&str; 5] = ["Imitation", "a person", "lines not taken", "left alone until", "EOF while"];

/// Literals that may contain such a word because no user reads them: a key on disk, and a word in the data of the
/// databases.
const WRONG_WORD_EXCEPTIONS: [(&str, &str); 4] = [
    ("crates/domain/src/artwork/cover.rs", "licence"),
    ("crates/domain/src/edition_words.rs", "colour"),
    ("crates/domain/src/record_color.rs", "colour"),
    ("crates/domain/src/record_color_words.rs", "colour"),
];

fn find_wrong_words(files: &[SourceFile]) -> Vec<String> {
    library_files(files)
        .filter(|file| file.package != "architecture")
        .flat_map(|file| {
            let is_wrong = |text: &str, word: &&&str| {
                text.contains(**word) && !WRONG_WORD_EXCEPTIONS.contains(&(file.path.as_str(), **word))
            };
            let wrong = file.literals().into_iter().filter_map(|(line, text)| {
                let word = REPLACED_WORDS.iter().chain(&WRONG_WORDS).find(|word| is_wrong(&text, word))?;
                Some(format!("{}:{line}: {word:?} in {text}", file.path))
            });
            wrong.collect::<Vec<_>>()
        })
        .collect()
}

fn find_one_word_functions(files: &[SourceFile]) -> Vec<String> {
    let names: Vec<_> = library_files(files).flat_map(SourceFile::function_names).collect();
    let one_word = names.iter().filter(|name| !name.contains('_')).count();
    let percent = 100 * one_word / names.len();
    if percent <= MAX_ONE_WORD_FUNCTIONS {
        return Vec::new();
    }
    vec![format!("{percent} % of {}; at most {MAX_ONE_WORD_FUNCTIONS} % may be", names.len())]
}

fn find_text_errors(files: &[SourceFile]) -> Vec<String> {
    library_files(files)
        .flat_map(|file| {
            file.text_errors().into_iter().map(|name| format!("{}: fn {name}", file.path)).collect::<Vec<_>>()
        })
        .collect()
}

fn find_vague_file_names(files: &[SourceFile]) -> Vec<String> {
    let vague = |path: &str| path.trim_end_matches(".rs").split('/').any(|part| VAGUE_NAMES.contains(&part));
    files.iter().map(|file| file.path.clone()).filter(|path| vague(path)).collect()
}

fn find_long_files_and_functions(files: &[SourceFile]) -> Vec<String> {
    let mut findings = Vec::new();
    for file in files {
        if file.lines() > MAX_FILE_LINES {
            findings.push(format!("{}: {} lines", file.path, file.lines()));
        }
        let long = file.function_lengths().into_iter().filter(|(_, lines)| *lines > MAX_FUNCTION_LINES);
        findings.extend(long.map(|(name, lines)| format!("{}: fn {name} has {lines} lines", file.path)));
    }
    findings
}

fn find_files_without_doc_comment(files: &[SourceFile]) -> Vec<String> {
    let silent = |file: &SourceFile| !file.text.starts_with("//! ");
    files.iter().filter(|file| silent(file)).map(|file| file.path.clone()).collect()
}

fn find_io_in_domain(files: &[SourceFile]) -> Vec<String> {
    library_files(files)
        .filter(|file| file.package == "domain")
        .flat_map(|file| {
            let code = file.code();
            let found = FORBIDDEN_IN_DOMAIN.into_iter().filter(|word| code.contains(word));
            found.map(|word| format!("{}: {word}", file.path)).collect::<Vec<_>>()
        })
        .collect()
}

fn find_code_that_publishes(files: &[SourceFile]) -> Vec<String> {
    library_files(files)
        // It answers the word `publish` on the command line: no draft goes live.
        .filter(|file| file.path != "src/cli/suggestions.rs")
        .filter(|file| {
            // Reading eBay's state `PUBLISHED` is allowed. No name may contain "publish".
            let code = file.code().replace("\"PUBLISHED\"", "").to_lowercase();
            code.replace("unpublish", "").contains("publish")
        })
        .map(|file| file.path.clone())
        .collect()
}

fn find_blocking_file_access(files: &[SourceFile]) -> Vec<String> {
    library_files(files)
        .filter(|file| CONCURRENT_PACKAGES.contains(&file.package.as_str()))
        .flat_map(|file| {
            let found = file.blocking_file_access().into_iter();
            found.map(|(line, name)| format!("{}:{line}: {name}", file.path)).collect::<Vec<_>>()
        })
        .collect()
}

fn find_readers_of_the_environment(files: &[SourceFile]) -> Vec<String> {
    library_files(files)
        .filter(|file| !file.path.starts_with("src/config/") && file.package != "testing")
        .filter(|file| file.code().contains("env::var"))
        .map(|file| file.path.clone())
        .collect()
}
