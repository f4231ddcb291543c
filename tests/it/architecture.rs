//! The rules of the house that the compiler does not know: floors, sizes, names.
//!
//! The floors are read from the picture in `src/lib.rs`, so the picture cannot lie.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// What stands apart: it is imitated, so it may know the nouns and nothing else, and only `app` starts it.
const APART: &str = "sandbox";
/// These wire their own floor.
const WIRE: [&str; 2] = ["main", "app"];
/// The most lines of a file; the aim is 40 to 200.
const MOST_LINES: usize = 450;
/// Names that say nothing of the trade.
const VAGUE: [&str; 12] = [
    "util", "utils", "helper", "helpers", "manager", "handler", "handlers", "service", "services", "types", "common",
    "misc",
];
/// What the nouns and rules do without.
const NOT_IN_DOMAIN: [&str; 13] = [
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
    "sqlx",
];

struct File {
    /// From `src`: `headless/lines.rs`.
    path: String,
    /// `headless`
    module: String,
    /// Modules from the root of the crate to this one.
    depth: usize,
    lines: usize,
    /// Without comments.
    code: String,
}

fn src() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}

fn files() -> Vec<File> {
    let mut found = Vec::new();
    collect(&src(), &mut found);
    assert!(found.len() > 20, "the sources are where this test looks for them");
    found.iter().map(|path| read(path)).collect()
}

fn collect(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.path() {
            path if path.is_dir() => collect(&path, found),
            path if path.extension().is_some_and(|extension| extension == "rs") => found.push(path),
            _ => {}
        }
    }
}

fn read(path: &Path) -> File {
    let text = fs::read_to_string(path).unwrap();
    let inside = path.strip_prefix(src()).unwrap().to_string_lossy().replace('\\', "/");
    let parts: Vec<_> = inside.trim_end_matches(".rs").split('/').collect();
    let module = parts[0].to_owned();
    let depth = parts.len() - usize::from(parts.last() == Some(&"mod"));
    File { module, depth, lines: text.lines().count(), code: without_comments(&text), path: inside }
}

fn without_comments(text: &str) -> String {
    let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
    code.map(|line| line.split(" // ").next().unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// Module to floor, from the numbered lines of the picture. Words that are no modules explain.
fn floors() -> BTreeMap<String, u32> {
    let picture = fs::read_to_string(src().join("lib.rs")).unwrap();
    let mut floors = BTreeMap::new();
    for line in picture.lines().filter_map(|line| line.strip_prefix("//! ")) {
        let Some(floor) = line.chars().next().and_then(|c| c.to_digit(10)) else { continue };
        let words = line[1..].split_whitespace();
        floors.extend(words.filter(|word| is_module(word)).map(|word| (word.to_owned(), floor)));
    }
    floors
}

fn is_module(word: &str) -> bool {
    src().join(word).is_dir() || src().join(format!("{word}.rs")).is_file()
}

/// The modules of the crate's root that `file` names: `crate::x`, `crate::{x, y::z}`, and `super::` as far as that.
fn imports(file: &File) -> Vec<String> {
    let reaching_root = "super::".repeat(file.depth);
    let starts = ["crate::", "draft_maker::", reaching_root.as_str()];
    let mut named = Vec::new();
    for start in starts {
        let places = file.code.match_indices(start).filter(|(at, _)| !continues(&file.code[..*at]));
        named.extend(places.flat_map(|(at, _)| first_names(&file.code[at + start.len()..])));
    }
    named.retain(|name| is_module(name));
    named
}

/// True where the text before makes the match a part of a longer path or word.
fn continues(before: &str) -> bool {
    before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':' || c == '$')
}

/// `domain` of `domain::upc::Upc;`, `a` and `b` of `{a::{x, y}, b}`.
fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| text.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let Some(group) = path.strip_prefix('{') else { return vec![name(path)] };
    let (mut depth, mut names, mut part) = (0, Vec::new(), String::new());
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            ',' if depth == 0 => names.push(name(&std::mem::take(&mut part))),
            _ => {
                depth += i32::from(c == '{') - i32::from(c == '}');
                part.push(c);
            }
        }
    }
    names.push(name(&part));
    names
}

/// Why `from` may not import `to`; `None` where it may.
fn objection(floors: &BTreeMap<String, u32>, from: &str, to: &str) -> Option<String> {
    if from == to || from == "lib" {
        return None;
    }
    let floor = |module: &str| floors.get(module).copied();
    match (floor(from), floor(to)) {
        _ if from == APART => (to != "domain").then(|| format!("{APART} stands apart and knows the nouns only")),
        _ if to == APART => (!WIRE.contains(&from)).then(|| format!("only app starts {APART}")),
        (Some(above), Some(below)) if below < above => None,
        (Some(above), Some(below)) if below == above && WIRE.contains(&from) => None,
        (Some(above), Some(below)) if below == above => Some("siblings on one floor".to_owned()),
        (Some(_), Some(_)) => Some("upward".to_owned()),
        _ => Some("not in the picture of src/lib.rs".to_owned()),
    }
}

#[test]
fn imports_run_downward_only() {
    let floors = floors();
    let wrong: Vec<_> = files()
        .iter()
        .flat_map(|file| {
            let objections = imports(file).into_iter().filter_map(|to| {
                let why = objection(&floors, &file.module, &to)?;
                Some(format!("src/{}: {} imports {to}: {why}", file.path, file.module))
            });
            objections.collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn every_module_has_its_place_in_the_picture() {
    let floors = floors();
    let missing: Vec<_> = files()
        .into_iter()
        .map(|file| file.module)
        .filter(|m| m != "lib" && m != APART && !floors.contains_key(m))
        .collect();
    assert!(missing.is_empty(), "src/lib.rs does not show {missing:?}");
}

#[test]
fn the_rule_of_floors_sees_what_it_forbids() {
    let floors: BTreeMap<_, _> =
        [("domain", 1), ("http", 2), ("journal", 2), ("app", 6), ("cli", 6)].map(|(m, f)| (m.to_owned(), f)).into();
    let verdicts = [
        ("http", "domain", None),
        ("app", "cli", None),
        ("app", "sandbox", None),
        ("sandbox", "domain", None),
        ("domain", "http", Some("upward")),
        ("http", "journal", Some("siblings on one floor")),
        ("cli", "app", Some("siblings on one floor")),
        ("sandbox", "http", Some("sandbox stands apart and knows the nouns only")),
        ("http", "sandbox", Some("only app starts sandbox")),
        ("http", "stranger", Some("not in the picture of src/lib.rs")),
    ];
    for (from, to, expected) in verdicts {
        assert_eq!(objection(&floors, from, to).as_deref(), expected, "{from} -> {to}");
    }
}

#[test]
fn imports_are_found_in_all_their_forms() {
    let file = |code: &str, depth| File {
        path: String::new(),
        module: "headless".into(),
        depth,
        lines: 1,
        code: without_comments(code),
    };
    let found = |code: &str, depth| imports(&file(code, depth));
    assert_eq!(found("use crate::config::Config;", 1), ["config"]);
    assert_eq!(found("use crate::{cli::{Cli, Command}, config};", 1), ["cli", "config"]);
    assert_eq!(found("let x = crate::app::main();", 1), ["app"]);
    assert_eq!(found("use super::app;", 1), ["app"]);
    assert_eq!(found("use super::super::app::main;", 2), ["app"]);
    assert_eq!(found("use super::app::x;", 2), Vec::<String>::new());
    assert_eq!(found("// use crate::app;\nlet a = 1; // crate::cli", 1), Vec::<String>::new());
}

#[test]
fn the_nouns_have_no_clock_no_waiting_and_no_world() {
    let wrong: Vec<_> = files()
        .iter()
        .filter(|file| file.module == "domain")
        .flat_map(|file| {
            let found = NOT_IN_DOMAIN.into_iter().filter(|word| file.code.contains(word));
            found.map(|word| format!("src/{}: {word}", file.path)).collect::<Vec<_>>()
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn a_file_has_one_subject() {
    let long: Vec<_> = files()
        .into_iter()
        .filter(|f| f.lines > MOST_LINES)
        .map(|f| format!("src/{}: {} lines", f.path, f.lines))
        .collect();
    assert!(long.is_empty(), "\n{}", long.join("\n"));
}

#[test]
fn names_are_the_trades() {
    let vague = |path: &str| path.trim_end_matches(".rs").split('/').any(|part| VAGUE.contains(&part));
    let wrong: Vec<_> = files().into_iter().map(|file| file.path).filter(|path| vague(path)).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}

#[test]
fn a_draft_is_never_live() {
    let wrong: Vec<_> = files()
        .iter()
        .filter(|file| {
            // What eBay calls the state of an offer may be read; nothing may be called so.
            let code = file.code.replace("\"PUBLISHED\"", "").to_lowercase();
            code.replace("unpublish", "").contains("publish")
        })
        .map(|file| format!("src/{}", file.path))
        .collect();
    assert!(wrong.is_empty(), "no code path makes a listing live, and nothing is named as if it did: {wrong:?}");
}

#[test]
fn only_config_reads_the_environment() {
    let reads = |file: &File| file.code.contains("env::var");
    let wrong: Vec<_> = files().into_iter().filter(|f| f.module != "config" && reads(f)).map(|f| f.path).collect();
    assert!(wrong.is_empty(), "settings come through config, which says where each came from: {wrong:?}");
}

#[test]
fn every_module_says_what_it_is_for() {
    let silent: Vec<_> = files()
        .into_iter()
        .filter(|file| !fs::read_to_string(src().join(&file.path)).unwrap().starts_with("//! "))
        .map(|file| file.path)
        .collect();
    assert!(silent.is_empty(), "{silent:?}");
}
