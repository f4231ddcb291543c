//! The demo: no account, no key, no network, nothing set.

use std::process::{Command, Stdio};

use serde_json::Value;

use super::shop::{files, name, ran};

#[test]
fn it_needs_nothing_and_leaves_results() {
    let folder = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.env_clear().current_dir(folder.path()).stdin(Stdio::null());
    let ran = ran(&command.args(["demo", "--limit", "10", "--output", "seen"]).output().unwrap());
    assert_eq!(ran.code, Some(0), "{}{}", ran.out, ran.err);
    let names = files(&folder.path().join("seen")).iter().map(|path| name(path)).collect::<Vec<_>>();
    assert_eq!(names.len(), 3, "{names:?}");
    let results = std::fs::read(folder.path().join("seen").join(&names[0])).unwrap();
    let results: Value = serde_json::from_slice(&results).unwrap();
    assert_eq!(results["total_upcs"], 10);
    let statuses = results["results"].as_array().unwrap().iter().map(|entry| entry["status"].as_str().unwrap());
    let statuses = statuses.collect::<Vec<_>>();
    assert!(statuses.contains(&"exported") && statuses.contains(&"needs_review"), "{statuses:?}");
    assert_eq!(files(folder.path()).len(), 3, "and nothing else is left here");
}
