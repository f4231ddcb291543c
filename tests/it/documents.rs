//! README.md and the pages in docs: their commands run or state what they need, and their links resolve. The help of
//! each command is a snapshot at 80 columns.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use architecture::REPLACED_WORDS;
use clap::error::ErrorKind;
use draft_maker::cli::{Cli, full_command};

use crate::batch::shop::Shop;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns README.md, CONTRIBUTING.md, CHANGELOG.md and all pages in docs.
fn pages() -> Vec<(PathBuf, String)> {
    let docs = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path());
    let top = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md"].map(|name| root().join(name));
    let markdown = docs.filter(|path| path.extension().is_some_and(|extension| extension == "md")).chain(top);
    markdown.map(|path| (path.clone(), fs::read_to_string(path).unwrap())).collect()
}

/// Returns the shell blocks of a page, including indented ones.
fn shell_blocks(text: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut lines = text.lines().map(str::trim_start);
    while let Some(line) = lines.next() {
        if line == "```sh" {
            blocks.push(lines.by_ref().take_while(|line| *line != "```").collect::<Vec<_>>().join("\n"));
        }
    }
    blocks
}

/// The first line of a block that no test can run begins with one of these.
const NEEDS: [&str; 3] = ["# needs ", "# not tested: ", "# tried by "];

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_of_the_seller_pages_run() {
    for page in ["README.md", "docs/EBAY.md", "docs/CONSOLE.md"] {
        let shop = Shop::open().await;
        shop.list("720642462928\n");
        let text = fs::read_to_string(root().join(page)).unwrap();
        for block in shell_blocks(&text) {
            if NEEDS.iter().any(|marker| block.starts_with(marker)) {
                continue;
            }
            for line in block.lines() {
                let arguments =
                    line.strip_prefix("draft-maker ").or_else(|| line.strip_prefix("cargo run --locked -- "));
                let arguments = arguments.unwrap_or_else(|| panic!("{page}: {line}"));
                let arguments: Vec<_> = arguments.split(' ').collect();
                let ran = shop.run(&arguments);
                // A batch with items in review, and a doctor without an account, exit with 3.
                assert!(matches!(ran.code, Some(0 | 3)), "{page}: {line}: {:?} {}{}", ran.code, ran.out, ran.err);
            }
        }
    }
}

/// Returns the commands in running text, tables and shell blocks.
fn written_commands(text: &str) -> HashSet<String> {
    let quoted = text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("draft-maker "));
    let blocks = shell_blocks(text);
    let lines = blocks.iter().flat_map(|block| block.lines()).filter(|line| line.starts_with("draft-maker "));
    quoted.chain(lines).filter(|command| !command.contains(['…', '\n'])).map(ToOwned::to_owned).collect()
}

/// Returns the words up to a pipe or comment, with placeholders replaced by values. A quoted text is one word.
fn words(command: &str) -> Vec<String> {
    let before = command.split(" | ").next().unwrap().split(" >").next().unwrap();
    let before = before.split(" < ").next().unwrap().split("  #").next().unwrap();
    let value = |word: &str| match word {
        "SKU" => "DM0720642442524".to_owned(),
        "UPC" => "720642442524".to_owned(),
        "JOB" | "BATCH" => "batch_20240318_143022_0".to_owned(),
        "COMMAND" => "run".to_owned(),
        other => other.to_owned(),
    };
    let parts = before.split('\'').enumerate();
    parts
        .flat_map(|(number, part)| match number % 2 {
            0 => part.split_whitespace().map(value).collect::<Vec<_>>(),
            _ => vec![part.to_owned()],
        })
        .collect()
}

#[test]
fn every_command_in_the_pages_and_the_help_parses() {
    let mut texts: Vec<_> = pages().into_iter().filter(|(path, _)| !path.ends_with("CHANGELOG.md")).collect();
    for (name, help) in all_helps() {
        texts.push((PathBuf::from(format!("help of {name}")), example_lines(&help)));
    }
    for (path, text) in texts {
        for command in written_commands(&text) {
            let parsed = Cli::parse_args(words(&command).into_iter().map(Into::into));
            let Err(error) = parsed else { continue };
            let shows_text = matches!(
                error.kind(),
                ErrorKind::DisplayHelp
                    | ErrorKind::DisplayVersion
                    | ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand
            );
            assert!(shows_text, "{}: `{command}`: {error}", path.display());
        }
    }
}

/// Rewrites the examples of a help text as a shell block. Two spaces end a command.
fn example_lines(help: &str) -> String {
    let examples = help.lines().map(str::trim).filter(|line| line.starts_with("draft-maker "));
    let examples = examples.filter(|line| !line.contains(['\\', '[', '<']) && !line.contains(" COMMAND"));
    let commands = examples.map(|line| line.split("  ").next().unwrap());
    format!("```sh\n{}\n```\n", commands.collect::<Vec<_>>().join("\n"))
}

/// Returns GitHub's anchor for a heading.
fn anchor(heading: &str) -> String {
    let lower = heading.trim().to_lowercase();
    let letters = lower.chars().filter(|c| c.is_alphanumeric() || [' ', '-', '_'].contains(c));
    letters.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn every_link_resolves() {
    for (path, text) in pages() {
        let folder = path.parent().unwrap();
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            if link.starts_with("http") || link.contains(' ') {
                continue;
            }
            let (file, place) = link.split_once('#').unwrap_or((link, ""));
            let target = if file.is_empty() { path.clone() } else { folder.join(file) };
            assert!(target.exists(), "{}: {link}", path.display());
            if !place.is_empty() {
                let text = fs::read_to_string(&target).unwrap();
                let found = text
                    .lines()
                    .filter(|line| line.starts_with('#'))
                    .any(|line| anchor(line.trim_start_matches('#')) == place);
                assert!(found, "{}: {link}", path.display());
            }
        }
    }
}

/// Returns the long help of the program and of every command, at 80 columns.
fn all_helps() -> Vec<(String, String)> {
    let names = full_command().get_subcommands().map(|command| command.get_name().to_owned()).collect::<Vec<_>>();
    let shown = |arguments: &[&str]| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
        let output = program.args(arguments).env_clear().env("COLUMNS", "80").output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let mut helps = vec![("draft-maker".to_owned(), shown(&["--help"]))];
    helps.extend(names.into_iter().map(|name| (name.clone(), shown(&["help", &name]))));
    helps
}

#[test]
fn the_help_of_each_command_fits_80_columns() {
    for (name, help) in all_helps() {
        for line in help.lines() {
            assert!(line.chars().count() <= 80, "{name}: {line}");
        }
        insta::assert_snapshot!(format!("help_{name}"), help.lines().map(str::trim_end).collect::<Vec<_>>().join("\n"));
    }
}

/// Words that no document may contain, in addition to [`REPLACED_WORDS`]. Words of the API and of stored data
/// (`rehearsed`, `cancelled`, `catalogues`) are exempt.
const WRONG_WORDS: [&str; 7] = [
    "waits for a person",
    "wait for a person",
    "go on by themselves",
    "goes on by itself",
    "lies in no box",
    "data directory",
    "(os error",
];

/// An error number of the system says nothing to a reader; `files::describe_io_error` has the words.
#[test]
fn no_snapshot_has_an_error_number_of_the_system() {
    let crates = fs::read_dir(root().join("crates")).unwrap().map(|entry| entry.unwrap().path());
    let mut folders: Vec<_> = crates.map(|folder| folder.join("tests")).chain([root().join("tests/it")]).collect();
    let mut snapshots = 0;
    while let Some(folder) = folders.pop() {
        for path in fs::read_dir(&folder).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "snap") {
                snapshots += 1;
                assert!(!fs::read_to_string(&path).unwrap().contains("os error"), "{}", path.display());
            }
        }
    }
    assert!(snapshots > 20, "{snapshots}");
}

#[test]
fn no_text_has_a_wrong_word() {
    let mut texts: Vec<_> = pages().into_iter().map(|(path, text)| (path.display().to_string(), text)).collect();
    let others =
        [".env.example", "assets/config.toml", "assets/keys.toml", "assets/categories.toml", "assets/docs.html"];
    for name in others.into_iter().chain(["docker-compose.yml", "scripts/trigger-batch-processing.sh"]) {
        texts.push((name.to_owned(), fs::read_to_string(root().join(name)).unwrap()));
    }
    texts.extend(all_helps().into_iter().map(|(name, help)| (format!("help of {name}"), help)));
    for (name, text) in texts {
        for (number, line) in (1..).zip(text.lines()) {
            let wrong: Vec<_> =
                REPLACED_WORDS.iter().chain(&WRONG_WORDS).filter(|word| line.contains(**word)).collect();
            assert!(wrong.is_empty(), "{name}, line {number}: {wrong:?} in {line:?}");
        }
    }
}
