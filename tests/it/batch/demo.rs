//! The demo needs no account, key, network or settings. Its files are marked as a demo's, and the command it prints
//! works.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use super::shop::{ProgramOutput, files, name, run_output};

fn run_in(folder: &Path, arguments: &[&str]) -> ProgramOutput {
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.env_clear().env("HOME", folder).current_dir(folder).stdin(Stdio::null());
    run_output(&command.args(arguments).output().unwrap())
}

#[test]
fn the_demo_needs_no_setup_and_marks_its_results() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), arguments);
    let demo = run(&["demo", "--limit", "10"]);
    assert_eq!(demo.code, Some(0), "{}{}", demo.out, demo.err);
    assert!(!demo.err.contains("upload it once") && demo.err.contains("Prices are invented"), "{}", demo.err);

    let demo_folder = folder.path().join("draft-maker-demo");
    let results = files(&demo_folder);
    let results: Vec<_> = results.iter().filter(|path| path.parent() == Some(&demo_folder)).collect();
    assert_eq!(results.len(), 3, "{results:?}");
    for path in &results {
        let text = std::fs::read_to_string(path).unwrap();
        assert!(name(path).starts_with("DEMO_") && text.lines().next().unwrap().contains("DEMO"), "{path:?}");
        assert!(demo.out.contains(&name(path)), "{}", demo.out);
    }
    let json = results.iter().find(|path| path.extension().is_some_and(|extension| extension == "json")).unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read(json).unwrap()).unwrap();
    assert_eq!(json["total_upcs"], 10);
    let statuses = json["results"].as_array().unwrap().iter().map(|entry| entry["status"].as_str().unwrap());
    let statuses = statuses.collect::<Vec<_>>();
    assert!(statuses.contains(&"exported") && statuses.contains(&"needs_review"), "{statuses:?}");

    let next = demo.out.lines().last().unwrap().trim().strip_prefix("draft-maker ").unwrap();
    let review = run(&next.split(' ').collect::<Vec<_>>());
    assert_eq!(review.code, Some(0), "{next}: {}{}", review.out, review.err);
    let apply = review.out.lines().last().unwrap().trim().strip_prefix("draft-maker ").unwrap();
    let applied = run(&apply.split(' ').collect::<Vec<_>>());
    assert_eq!(applied.code, Some(0), "{apply}: {}{}", applied.out, applied.err);
}

/// Later commands ask the simulated services too, and never say to upload a file of the demo.
#[test]
fn later_commands_know_the_data_of_the_demo() {
    let folder = tempfile::tempdir().unwrap();
    let run = |arguments: &[&str]| run_in(folder.path(), arguments);
    let demo = run(&["demo", "--limit", "10"]);
    let results = files(&folder.path().join("draft-maker-demo"));
    let is_results = |path: &&PathBuf| name(path).starts_with("DEMO_batch_results_");
    let results = results.iter().find(is_results).unwrap();
    let json: Value = serde_json::from_slice(&std::fs::read(results).unwrap()).unwrap();
    let next = demo.out.lines().last().unwrap().trim().strip_prefix("draft-maker ").unwrap();
    let data = ["--data-dir", "draft-maker-demo/.data"];
    let entries = json["results"].as_array().unwrap();
    let drafted = entries.iter().find(|entry| entry["status"] == "exported").unwrap();
    let (upc, sku) = (drafted["upc"].as_str().unwrap(), drafted["draft"]["sku"].as_str().unwrap());
    let job = next.split(' ').nth(1).unwrap();
    for command in [&["resume", job][..], &["edit", upc, "--condition", "very_good"], &["undo"]] {
        let ran = run(&[command, &data].concat());
        assert!(matches!(ran.code, Some(0 | 3)), "{command:?}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains("Demo files (not for upload):"), "{command:?}: {}", ran.out);
        assert!(!ran.out.contains("upload each once"), "{command:?}: {}", ran.out);
    }
    let lookup = run(&[&["lookup", "4547366272154"], &data[..]].concat());
    assert_eq!(lookup.code, Some(0), "{}{}", lookup.out, lookup.err);
    let deleted = run(&[&["drafts", "--delete", sku, "--yes"], &data[..]].concat());
    assert!(
        deleted.out.contains("in the demo file draft-maker-demo/DEMO_ebay_drafts_"),
        "{}{}",
        deleted.out,
        deleted.err
    );
}
