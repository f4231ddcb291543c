//! Tells the program which commit it was built from, for `draft-maker --version`.
//!
//! `DRAFT_MAKER_COMMIT` and `DRAFT_MAKER_COMMIT_DATE` come first (a container build has no repository), then git. A
//! build without either says only the version. A development build does not name a commit, so that a new commit rebuilds
//! nothing.

use std::env;
use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    for name in ["DRAFT_MAKER_COMMIT", "DRAFT_MAKER_COMMIT_DATE"] {
        println!("cargo::rerun-if-env-changed={name}");
    }
    let (commit, date) = named_commit().or_else(released_commit).unwrap_or_default();
    println!("cargo::rustc-env=DRAFT_MAKER_BUILD_COMMIT={commit}");
    println!("cargo::rustc-env=DRAFT_MAKER_BUILD_DATE={date}");
}

fn named_commit() -> Option<(String, String)> {
    let variable = |name| env::var(name).ok().filter(|value| !value.is_empty());
    Some((variable("DRAFT_MAKER_COMMIT")?, variable("DRAFT_MAKER_COMMIT_DATE").unwrap_or_default()))
}

/// Asks git, for an optimized build only.
fn released_commit() -> Option<(String, String)> {
    if env::var("PROFILE").ok()? != "release" {
        return None;
    }
    for file in [".git/HEAD", ".git/logs/HEAD"] {
        if Path::new(file).exists() {
            println!("cargo::rerun-if-changed={file}");
        }
    }
    let shown = Command::new("git").args(["log", "-1", "--format=%h %cs"]).output().ok()?;
    let text = String::from_utf8(shown.stdout).ok().filter(|_| shown.status.success())?;
    let (commit, date) = text.trim().split_once(' ')?;
    Some((commit.to_owned(), date.to_owned()))
}
