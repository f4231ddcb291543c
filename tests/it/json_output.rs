//! `--json` of every command: standard output is one JSON document, or one per line, even if the command fails.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use nix::sys::signal::Signal;
use serde_json::Value;

use crate::batch::shop::{ProgramOutput, Shop, run_output, send_signal};

/// Name of the sandbox's bucket.
const BUCKET: &str = "draft-maker-bucket";

/// How the test runs a command.
enum Trial {
    /// The command ends by itself and prints JSON.
    Ends(&'static [&'static str]),
    /// The command runs until a signal. The test waits for its first line of output.
    Runs(&'static [&'static str]),
}

/// Commands that may fail with the arguments of this test.
const MAY_FAIL: [&str; 8] = ["console", "health", "token", "auth ebay", "catalog import", "edit", "undo", "store move"];

/// Returns the arguments for each command. Add every new command here.
fn trial(path: &str) -> Trial {
    match path {
        "console" | "auth ebay" | "auth status" | "auth revoke" | "catalog status" | "catalog update"
        | "catalog remove" | "config" | "config path" | "config init" | "doctor" | "drafts" | "health" | "jobs"
        | "man" | "report" | "resume" | "review" | "scan" | "status" | "store" | "store check" | "store repair"
        | "token" | "version" => Trial::Ends(&[]),
        "run" => Trial::Ends(&["upcs.txt"]),
        "store move" => Trial::Ends(&["--to", "moved"]),
        "lookup" | "undo" => Trial::Ends(&["720642442524"]),
        "find" => Trial::Ends(&["nirvana", "nevermind"]),
        "catalog import" => Trial::Ends(&["missing_20261001_releases.xml.gz"]),
        "completions" => Trial::Ends(&["bash"]),
        "photos" => Trial::Ends(&["photos"]),
        "edit" => Trial::Ends(&["720642442524", "--price", "5.00"]),
        "auth location" => Trial::Ends(&["--postal-code", "97201"]),
        "demo" => Trial::Ends(&["--limit", "2"]),
        "watch" => Trial::Runs(&["gs://draft-maker-bucket/incoming/"]),
        "serve" | "sandbox" => Trial::Runs(&["--port", "0"]),
        new => panic!("{new} is a new command: add arguments to test its --json"),
    }
}

/// Returns all commands, from the definition of the command line.
fn all_commands() -> Vec<String> {
    fn collect(command: &clap::Command, prefix: &str, paths: &mut Vec<String>) {
        for sub in command.get_subcommands() {
            let path = format!("{prefix}{}", sub.get_name());
            if !sub.is_subcommand_required_set() {
                paths.push(path.clone());
            }
            collect(sub, &format!("{path} "), paths);
        }
    }
    let mut paths = Vec::new();
    collect(&draft_maker::cli::full_command(), "", &mut paths);
    paths
}

/// Returns the documents of an output: one, or one per line.
fn documents(path: &str, out: &str) -> Vec<Value> {
    if let Ok(one) = serde_json::from_str(out) {
        return vec![one];
    }
    let parse = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{path}: {error}: {line}"));
    out.lines().map(parse).collect()
}

fn program(shop: &Shop, path: &str, arguments: &[&str]) -> Command {
    let mut program = shop.seller(&[]);
    program.args(path.split(' ')).args(arguments).arg("--json");
    program
}

/// Runs a command until its first line of output, ends it with a signal, and returns all its output.
fn run_until_line(mut program: Command) -> ProgramOutput {
    let mut child = program.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut text = String::new();
    out.read_line(&mut text).unwrap();
    send_signal(&child, Signal::SIGINT);
    std::io::Read::read_to_string(&mut out, &mut text).unwrap();
    let code = child.wait().unwrap().code();
    ProgramOutput { code, out: text, err: String::new() }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_prints_json_and_nothing_else() {
    let shop = Shop::with_synthetic(2).await;
    let list = shop.synthetic_list();
    let text = fs::read(shop.home.path().join(list)).unwrap();
    shop.sandbox.put_object(BUCKET, "incoming/box-1.txt", &text);
    fs::create_dir(shop.home.path().join("photos")).unwrap();
    let paths = all_commands();
    assert!(paths.len() > 30, "{paths:?}");
    for path in &paths {
        let ran = match trial(path) {
            Trial::Ends(arguments) => {
                let list = fs::File::open(shop.home.path().join(list)).unwrap();
                run_output(&program(&shop, path, arguments).stdin(list).output().unwrap())
            }
            Trial::Runs(arguments) => run_until_line(program(&shop, path, arguments)),
        };
        let documents = documents(path, &ran.out);
        assert!(!documents.is_empty(), "{path} prints nothing: {}", ran.err);
        let error = documents.last().and_then(|last| last.get("exit_code"));
        if let Some(code) = error {
            assert_eq!(code.as_i64(), ran.code.map(i64::from), "{path}: {}", ran.out);
            assert!(ran.err.contains("error: "), "{path}: {}", ran.err);
        }
        let may_fail = MAY_FAIL.contains(&path.as_str());
        assert!(error.is_none() || may_fail, "{path} fails: {}{}", ran.out, ran.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_usage_error_is_json_too() {
    let shop = Shop::open().await;
    for path in all_commands() {
        let ran = run_output(&program(&shop, &path, &["--no-such-flag"]).output().unwrap());
        assert_eq!(ran.code, Some(2), "{path}: {}{}", ran.out, ran.err);
        let documents = documents(&path, &ran.out);
        assert_eq!(documents.len(), 1, "{path}: {}", ran.out);
        assert_eq!(documents[0]["exit_code"], 2, "{path}: {}", ran.out);
        assert!(documents[0]["error"].as_str().unwrap().contains("--no-such-flag"), "{path}: {}", ran.out);
        assert!(ran.err.contains("--no-such-flag"), "{path}: {}", ran.err);
    }
}

#[test]
fn help_and_version_are_json_too() {
    let home = tempfile::TempDir::new().unwrap();
    let run = |arguments: &[&str]| run_output(&crate::cli::program(&home).args(arguments).output().unwrap());
    for (typed, about) in [
        (&["help", "--json"][..], "Usage: draft-maker LIST"),
        (&["help", "run", "--json"], "Usage: draft-maker run"),
        (&["run", "--help", "--json"], "Usage: draft-maker run"),
        (&["--json", "--help"], "Usage: draft-maker LIST"),
    ] {
        let ran = run(typed);
        let help: Value = serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{typed:?}: {error}"));
        assert!(ran.code == Some(0) && help["help"].as_str().unwrap().contains(about), "{typed:?}: {help}");
    }
    let version: Value = serde_json::from_str(&run(&["--version", "--json"]).out).unwrap();
    assert_eq!(version["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn a_flag_of_run_behind_another_command_is_explained() {
    let home = tempfile::TempDir::new().unwrap();
    for typed in [["jobs", "--dry-run"], ["lookup", "--dry-run"], ["resume", "--dry-run"]] {
        let ran = run_output(&crate::cli::program(&home).args(typed).output().unwrap());
        assert_eq!(ran.code, Some(2), "{typed:?}: {}", ran.err);
        assert!(ran.err.contains("tip: --dry-run is an option of a run: draft-maker LIST --dry-run"), "{}", ran.err);
        assert!(!ran.err.contains("-- --dry-run"), "{}", ran.err);
    }
}

#[test]
fn a_run_without_a_list_says_what_a_list_is() {
    let home = tempfile::TempDir::new().unwrap();
    for typed in [&["run"][..], &["--dry-run"], &["run", "--condition", "good"]] {
        let ran = run_output(&crate::cli::program(&home).args(typed).output().unwrap());
        assert_eq!(ran.code, Some(2), "{typed:?}: {}", ran.err);
        assert!(ran.err.contains("tip: name a list: a file such as upcs.txt"), "{typed:?}: {}", ran.err);
    }
}
