//! The command line: output and exit codes of the program.

use std::fs;
use std::io::Read;
use std::process::{Command, Output, Stdio};

use clap::Parser;
use draft_maker::cli::{Cli, CliCommand as Typed, EventFormatArg, FaultArg, ParseFaultError};
use tempfile::TempDir;

/// Returns the program in an empty folder, without any settings of this machine.
pub(crate) fn program(home: &TempDir) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.env_clear().env("HOME", home.path()).current_dir(home.path()).stdin(Stdio::null());
    command
}

pub(crate) fn run(arguments: &[&str]) -> Output {
    program(&TempDir::new().unwrap()).args(arguments).output().unwrap()
}

pub(crate) fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

pub(crate) fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

fn read(arguments: &[&str]) -> Result<Cli, clap::Error> {
    Cli::parse_args(std::iter::once("draft-maker").chain(arguments.iter().copied()).map(Into::into))
}

/// Returns the source of the list if the arguments mean a run.
fn source(arguments: &[&str]) -> Option<String> {
    match read(arguments).ok()?.command? {
        Typed::Run(args) => Some(input::Source::join_addresses(&args.source)),
        _ => None,
    }
}

#[test]
fn help_shows_every_command_examples_and_exit_codes() {
    let help = run(&["--help"]);
    assert_eq!(help.status.code(), Some(0));
    for word in
        ["run", "lookup", "resume", "jobs", "config", "demo", "sandbox", "completions", "Examples:", "Exit codes:"]
    {
        assert!(out(&help).contains(word), "{word}");
    }
    for command in
        ["run", "lookup", "resume", "jobs", "config", "demo", "sandbox", "completions", "auth", "drafts", "doctor"]
    {
        let help = run(&[command, "--help"]);
        assert_eq!(help.status.code(), Some(0), "{command}");
        assert!(out(&help).contains("Usage: draft-maker"), "{command}");
        assert!(out(&help).lines().all(|line| line.chars().count() <= 120), "{command}");
    }
}

#[test]
fn wrong_flags_exit_with_2_and_name_the_right_ones() {
    for (typed, word) in [
        (&["run"][..], "LIST"),
        (&["run", "list.txt", "--no-draft"], "--no-drafts"),
        (&["run", "list.txt", "--limit", "0"], "--limit"),
        (&["run", "list.txt", "--condition", "shiny"], "very_good"),
        (&["run", "list.txt", "--sink", "ebay"], "tip: inventory creates drafts on eBay; csv creates a file"),
        (&["config", "set", "pricing.floor", "4.99"], "draft-maker config path shows where it is"),
        (&["config", "show"], "draft-maker config shows"),
        (&["auth", "login"], "draft-maker auth ebay"),
        (&["catalog", "download"], "draft-maker catalog update --download"),
        (&["run", "list.txt", "--format", "xml"], "ndjson"),
        (&["resume", "yesterday"], "'[JOB]': the ID of a batch looks like batch_20240318_143022_0"),
        (&["sandbox", "--fault", "fire=1"], "hang"),
        (&["completions", "cmd"], "bash"),
        (&["jbos"], "jobs"),
        (&["list.txt", "-n"], "tip: for a dry run, use --dry-run"),
        (&["list.txt", "-o", "x"], "tip: --output DIR"),
        (&["list.txt", "--price", "5"], "tip: prices come from the market"),
        (&["list.txt", "--conditon", "good"], "tip: a similar argument exists: '--condition'"),
        (&["list.txt", "--limit", "-1"], "write a number of items, 1 or more"),
        (&["list.txt", "--limit", "all"], "write a number of items, 1 or more"),
    ] {
        let output = run(typed);
        assert_eq!(output.status.code(), Some(2), "{typed:?}: {}", err(&output));
        assert!(err(&output).contains(word), "{typed:?}: {}", err(&output));
        assert_eq!(out(&output), "", "{typed:?}");
        assert!(!err(&output).contains("'location'"), "a tip replaces the similar word: {}", err(&output));
        assert!(!err(&output).contains("as a value"), "a flag is never a list: {}", err(&output));
        assert!(err(&output).lines().all(|line| line.trim() != "tip:"), "{}", err(&output));
    }
}

#[test]
fn without_arguments_the_program_shows_how_to_start() {
    let output = run(&[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("draft-maker upcs.txt"), "{}", err(&output));
}

#[test]
fn batch_mode_without_a_source_is_a_usage_error() {
    let home = TempDir::new().unwrap();
    let output = program(&home).env("MODE", "batch").output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(err(&output).contains("INPUT_SOURCE"), "{}", err(&output));
}

#[test]
fn a_list_without_a_command_is_run() {
    assert_eq!(source(&["upcs.txt"]).as_deref(), Some("upcs.txt"));
    assert_eq!(source(&["gs://bucket/upcs.txt", "--test"]).as_deref(), Some("gs://bucket/upcs.txt"));
    assert_eq!(source(&["-"]).as_deref(), Some("-"));
    assert_eq!(source(&["--test", "--limit", "5", "upcs.txt"]).as_deref(), Some("upcs.txt"));
    assert_eq!(source(&["--data-dir", "jobs", "upcs.txt"]).as_deref(), Some("upcs.txt"));
    assert_eq!(source(&["-v", "--config=c.toml", "upcs.txt"]).as_deref(), Some("upcs.txt"));
    assert_eq!(source(&["--", "--odd.txt"]).as_deref(), Some("--odd.txt"));
}

#[test]
fn a_list_with_the_name_of_a_command_can_be_run() {
    assert_eq!(source(&["./jobs"]).as_deref(), Some("./jobs"));
    assert_eq!(source(&["run", "jobs"]).as_deref(), Some("jobs"));
    assert_eq!(source(&["jobs"]), None);
    assert_eq!(source(&["--data-dir", "d", "jobs"]), None);
}

#[test]
fn a_list_and_run_accept_the_same_flags() {
    let flags = ["--no-drafts", "--test", "--no-tui", "--limit", "7", "--output", "o", "--format", "ndjson"];
    let flags = [&flags[..], &["--condition", "very-good", "--sink", "csv"]].concat();
    for typed in [[&["list.txt"], &flags[..]].concat(), [&["run", "list.txt"], &flags[..]].concat()] {
        let cli = read(&typed).unwrap();
        let settings: Vec<_> = cli.flag_settings().into_iter().map(|s| (s.key, s.value)).collect();
        let expected = [
            ("batch.create_drafts", "false"),
            ("batch.test_mode", "true"),
            ("batch.output", "o"),
            ("listing.condition", "very_good"),
            ("market.sink", "csv"),
        ];
        assert_eq!(settings, expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        let Some(Typed::Run(args)) = cli.command else { panic!("{typed:?} is a run") };
        assert_eq!(
            (args.options.limit, args.output_args.format, args.output_args.no_tui),
            (Some(7), EventFormatArg::Ndjson, true)
        );
    }
}

#[test]
fn dry_run_is_another_name_of_test() {
    for flag in ["--test", "--dry-run"] {
        let cli = read(&["list.txt", flag]).unwrap();
        let settings: Vec<_> = cli.flag_settings().into_iter().map(|s| (s.key, s.value)).collect();
        assert_eq!(settings, [("batch.test_mode".to_owned(), "true".to_owned())], "{flag}");
    }
}

#[test]
fn flags_of_run_require_a_list() {
    for typed in [&["--dry-run"][..], &["--test"], &["--sink", "csv"], &["--sink=csv"], &["-q", "--dry-run"]] {
        let error = read(typed).unwrap_err().to_string();
        assert!(error.contains("<LIST>"), "{typed:?}: {error}");
    }
    for typed in [&["--quiet"][..], &["-v"]] {
        assert!(read(typed).unwrap().command.is_none(), "{typed:?}");
    }
}

#[test]
fn the_command_definitions_are_valid() {
    <Cli as clap::CommandFactory>::command().debug_assert();
    assert!(Cli::try_parse_from(["draft-maker"]).unwrap().command.is_none());
}

#[test]
fn faults_are_parsed_with_and_without_a_service() {
    assert_eq!("503=0.05".parse(), Ok(FaultArg { service: None, kind: "503".into(), share: 0.05 }));
    let one = FaultArg { service: Some("discogs".into()), kind: "html".into(), share: 1.0 };
    assert_eq!("discogs:html=1".parse(), Ok(one));
    assert_eq!("503".parse::<FaultArg>(), Err(ParseFaultError::InvalidFormat));
    assert_eq!("503=2".parse::<FaultArg>(), Err(ParseFaultError::InvalidShare("2".into())));
    assert_eq!("503=NaN".parse::<FaultArg>(), Err(ParseFaultError::InvalidShare("NaN".into())));
    assert_eq!("fire=1".parse::<FaultArg>(), Err(ParseFaultError::UnknownKind("fire".into())));
}

#[test]
fn config_shows_where_each_value_came_from_and_no_secret() {
    const SECRET: &str = "s3cr3t-t0k3n";
    let home = TempDir::new().unwrap();
    fs::write(home.path().join(".env"), format!("DISCOGS_PERSONAL_ACCESS_TOKEN={SECRET}\nOUTPUT_DIR=from-env\n"))
        .unwrap();
    fs::write(home.path().join("my.toml"), "[pricing]\nfloor = 3.5\n").unwrap();
    let output = program(&home)
        .args(["--config", "my.toml", "--data-dir", "here", "config", "--format", "json"])
        .env("TEST_MODE", "1")
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(!out(&output).contains(SECRET));
    let rows: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let row = |key: &str| rows.as_array().unwrap().iter().find(|row| row["key"] == key).unwrap().clone();
    assert_eq!(row("pricing.floor")["value"], "3.5");
    assert_eq!(row("pricing.floor")["origin"], "my.toml, line 2");
    assert_eq!(row("providers.discogs.key")["value"], "***");
    assert_eq!(row("batch.test_mode")["value"], true);
    assert_eq!(row("batch.test_mode")["origin"], "TEST_MODE in the environment");
    assert_eq!(row("batch.data_dir")["value"], "here");
    assert_eq!(row("batch.data_dir")["origin"], "flag --data-dir");
    assert!(row("batch.output")["origin"].as_str().unwrap().ends_with("/.env"));
    let table = program(&home).args(["config", "--config", "my.toml"]).output().unwrap();
    assert!(out(&table).contains("providers.discogs.key") && !out(&table).contains(SECRET));
}

#[test]
fn invalid_settings_exit_with_2() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("bad.toml"), "[http]\nretires = 3\n").unwrap();
    let unknown = program(&home).args(["config", "--config", "bad.toml"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(2));
    assert!(err(&unknown).contains("bad.toml, line 2") && err(&unknown).contains("http.retries"), "{}", err(&unknown));
    let wrong = program(&home).arg("config").env("CREATE_DRAFTS", "perhaps").output().unwrap();
    assert_eq!(wrong.status.code(), Some(2));
    assert!(err(&wrong).contains("CREATE_DRAFTS"), "{}", err(&wrong));
}

#[test]
fn every_shell_has_completions() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = run(&["completions", shell]);
        assert_eq!(output.status.code(), Some(0), "{shell}");
        assert!(out(&output).contains("no-drafts"), "{shell}");
    }
}

/// The output goes to a reader that closes the pipe early: `draft-maker completions bash | head -1`
#[test]
fn a_closed_pipe_is_not_an_error() {
    let home = TempDir::new().unwrap();
    for arguments in [&["completions", "zsh"][..], &["config"], &["--help"]] {
        let mut child = program(&home).args(arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut message = String::new();
        child.stderr.take().unwrap().read_to_string(&mut message).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{arguments:?}");
        assert_eq!(message, "", "{arguments:?}");
    }
}

#[test]
fn help_and_version_are_commands_too() {
    for typed in [&["help", "run"][..], &["help"], &["help", "auth", "ebay"], &["run", "--help"], &["help", "--help"]] {
        let help = run(typed);
        assert_eq!(help.status.code(), Some(0), "{typed:?}: {}", err(&help));
        assert!(out(&help).contains("Usage: draft-maker"), "{typed:?}");
    }
    for typed in ["version", "--version", "-V"] {
        let version = run(&[typed]);
        assert!(out(&version).starts_with(concat!("draft-maker ", env!("CARGO_PKG_VERSION"))), "{}", out(&version));
    }
    let json: serde_json::Value = serde_json::from_slice(&run(&["version", "--json"]).stdout).unwrap();
    assert_eq!(json["version"], env!("CARGO_PKG_VERSION"));
}

#[test]
fn every_command_has_a_manual_page() {
    let home = TempDir::new().unwrap();
    assert_eq!(program(&home).args(["man", "--output", "pages"]).output().unwrap().status.code(), Some(0));
    for page in ["draft-maker.1", "draft-maker-run.1", "draft-maker-config-init.1"] {
        let text = fs::read_to_string(home.path().join("pages").join(page)).unwrap();
        assert!(text.contains(".SH SYNOPSIS"), "{page}");
    }
    assert!(out(&run(&["man"])).contains(".SH NAME"));
}

#[test]
fn the_settings_file_is_created_once_and_changes_nothing() {
    let home = TempDir::new().unwrap();
    let run = |arguments: &[&str]| program(&home).args(arguments).output().unwrap();
    let path = out(&run(&["config", "path"])).trim().to_owned();
    assert!(path.ends_with("draft-maker/config.toml"), "{path}");
    let before = out(&run(&["config", "--json"]));
    assert!(out(&run(&["config"])).contains("config init"));
    assert_eq!(run(&["config", "init"]).status.code(), Some(0));
    assert_eq!(out(&run(&["config", "--json"])), before, "every setting is commented out");
    let again = run(&["config", "init"]);
    assert_eq!(again.status.code(), Some(2));
    assert!(err(&again).contains("already exists"), "{}", err(&again));
    let exists: serde_json::Value = serde_json::from_slice(&run(&["config", "path", "--json"]).stdout).unwrap();
    assert_eq!((&exists["path"], &exists["exists"]), (&path.into(), &true.into()));
}

#[test]
fn wrong_values_are_reported_by_config_and_doctor() {
    for (name, value, word) in [
        ("DRAFT_MAKER__LISTING__CONDITION", "VG+", "very_good"),
        ("DRAFT_MAKER__PRICING__CURRENCY", "EURO", "USD"),
        ("DRAFT_MAKER__PRICING__FLOOR", "five", "pricing.floor"),
        ("DRAFT_MAKER__MARKET__SINK", "ebay", "csv"),
        ("DRAFT_MAKER__CONSOLE__THEME", "pink", "dark"),
        ("DRAFT_MAKER__BATCH__SLOTS", "-1", "batch.slots"),
        ("DRAFT_MAKER__LOG__LEVEL", "loud", "debug"),
        ("EBAY_MARKETPLACE", "EBAY_MARS", "EBAY_US"),
    ] {
        let home = TempDir::new().unwrap();
        let config = program(&home).arg("config").env(name, value).output().unwrap();
        assert_eq!(config.status.code(), Some(2), "{name}: {}", err(&config));
        assert!(err(&config).contains(word), "{name}: {}", err(&config));
        let doctor = program(&home).arg("doctor").env(name, value).output().unwrap();
        assert_eq!(doctor.status.code(), Some(2), "{name}: {}", out(&doctor));
        assert!(out(&doctor).contains(word), "{name}: {}", out(&doctor));
    }
}

/// For common mistakes, the error says what to type instead.
#[test]
fn values_and_names_that_are_nearly_right_are_answered_with_the_right_ones() {
    let home = TempDir::new().unwrap();
    fs::write(home.path().join("My records.csv"), "720642442524\n").unwrap();
    fs::write(home.path().join("Narnia.toml"), "[matching]\ncountries = [\"Narnia\"]\n").unwrap();
    fs::write(home.path().join("strong.toml"), "[matching]\nstrong = 8\n").unwrap();
    fs::write(home.path().join("slots.toml"), "[batch]\nslots = 0\n").unwrap();
    fs::write(home.path().join("timeout.toml"), "[http]\ntotal_timeout_s = 0\n").unwrap();
    fs::write(home.path().join("x.txt"), "720642442524\n").unwrap();
    fs::write(home.path().join("light.toml"), "[ebay.packages]\ncd_ounces = -1\n").unwrap();
    for (command, answer) in [
        (&["run", "x.txt", "--limit", "0"][..], "write a number of items, 1 or more"),
        (&["find", "nevermind", "--limit", "0"], "write a number of items, 1 or more"),
        (&["photos", "no-such-folder"], "cannot read no-such-folder"),
        (&["run", "x.txt", "--limit", "ten"], "write a number of items, 1 or more"),
        (&["run", "x.txt", "--condition", "VG+"], "VG+ is a grade: use --media-grade VG+"),
        (&["lookup", "720642442524", "--condition", "shiny"], "use new, like_new, very_good, good or acceptable"),
        (&["My", "records.csv"], "a name with spaces needs quotes: run `draft-maker 'My records.csv'`"),
        (&["0720642442524"], "0720642442524 is a barcode and not a list: run `draft-maker lookup 0720642442524`"),
        (&["dry-run", "upcs.txt"], "run `draft-maker LIST --dry-run`"),
        (&["--config", "Narnia.toml", "config"], "\"Narnia\" is not a country: write a code, such as US, GB or DE"),
        (&["--config", "strong.toml", "config"], "8 is not allowed; write a number from 0 to 1"),
        (&["--config", "slots.toml", "config"], "0 is not allowed; write a whole number, 1 or more"),
        (&["--config", "timeout.toml", "run", "x.txt"], "http.total_timeout_s is 0; write a number above 0"),
        (&["--config", "light.toml", "config"], "ebay.packages.cd_ounces is -1: write a weight above 0"),
    ] {
        let output = program(&home).args(command).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command:?}: {}", err(&output));
        assert!(err(&output).contains(answer), "{command:?}: {}", err(&output));
    }
}

#[test]
fn nothing_is_deleted_without_a_confirmation() {
    let refused = run(&["drafts", "--delete", "DM0720642442524"]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(err(&refused).contains("--yes"), "{}", err(&refused));
}

#[test]
fn commands_with_nothing_to_do_succeed_and_unknown_batches_are_usage_errors() {
    for (command, text, json) in [
        ("status", "No batches yet", "null"),
        ("resume", "Nothing to resume", ""),
        ("review", "Nothing to review", "\"total\": 0"),
        ("jobs", "No batches yet", "[]"),
    ] {
        let ran = run(&[command]);
        assert!(ran.status.code() == Some(0) && out(&ran).contains(text), "{command}: {}{}", out(&ran), err(&ran));
        assert!(out(&run(&[command, "--json"])).contains(json), "{command}");
    }
    for typed in [&["status", "batch_20240318_143022_0"][..], &["resume", "batch_20240318_143022_0"]] {
        assert_eq!(run(typed).status.code(), Some(2), "{typed:?}");
    }
    let home = TempDir::new().unwrap();
    let address = program(&home).args(["lookup", "720642442524"]).env("DISCOGS_BASE_URL", "nonsense").output().unwrap();
    assert_eq!(address.status.code(), Some(2), "{}", err(&address));
}

#[test]
fn verbose_names_the_log_file() {
    let home = TempDir::new().unwrap();
    let ran = program(&home).args(["-v", "resume"]).output().unwrap();
    assert!(err(&ran).contains("log: ") && err(&ran).contains("/logs/draft-maker."), "{}", err(&ran));
}

/// Without arguments, the definitions of the commands are not built.
#[test]
fn no_arguments_are_parsed_as_clap_would() {
    let parsed = Cli::try_parse_from(["draft-maker"]).unwrap();
    assert_eq!(format!("{:?}", read(&[]).unwrap()), format!("{parsed:?}"));
}
