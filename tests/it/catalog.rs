//! The offline catalog from the command line: import, status, search, removal, and a kill in the middle.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

fn program(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.env_clear().env("HOME", home).current_dir(home).stdin(Stdio::null()).args(arguments);
    // The network is not used.
    command.env("DRAFT_MAKER__PROVIDERS__MUSICBRAINZ__ON", "false").args(["--data-dir", "data"]);
    command
}

fn run(home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let Output { status, stdout, stderr } = program(home, arguments).output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

fn release(id: u32, title: &str) -> String {
    format!(
        r#"<release id="{id}" status="Accepted"><artists><artist><name>Nirvana (2)</name></artist></artists><title>{title}</title><labels><label name="DGC" catno="DGCD-24425"/></labels><formats><format name="CD" qty="1"/></formats><country>US</country><identifiers><identifier type="Barcode" value="7 20642-44252 4"/></identifiers></release>"#
    )
}

fn write_dump(home: &Path, name: &str, releases: &[String]) {
    std::fs::write(home.join(name), format!("<releases>{}</releases>", releases.concat())).unwrap();
}

#[test]
fn a_dump_is_imported_shown_searched_and_removed() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    assert_eq!(run(home, &["catalog", "status"]).0, Some(3));
    write_dump(home, "discogs_20261001_releases.xml", &[release(1, "Nevermind")]);
    let (code, text) = run(home, &["catalog", "import", "discogs_20261001_releases.xml"]);
    assert_eq!(code, Some(0), "{text}");
    let (code, text) = run(home, &["catalog", "status"]);
    assert!(code == Some(0) && text.contains("Discogs 2026-10-01") && text.contains("1 of 1 in the dump"), "{text}");
    for query in [&["find", "dgcd24425"][..], &["find", "nirvana", "nevermind"], &["find", "0720642442524"]] {
        let (code, text) = run(home, query);
        assert!(code == Some(0) && text.contains("discogs.com/release/1"), "{query:?}: {text}");
    }
    assert_eq!(run(home, &["find", "nirvana", "bleach"]).0, Some(3));
    assert_eq!(run(home, &["catalog", "remove"]).0, Some(0));
    assert_eq!(run(home, &["catalog", "status"]).0, Some(3));
}

#[test]
fn the_dumps_of_both_databases_are_imported_side_by_side() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    write_dump(home, "discogs_20261001_releases.xml", &[release(1, "Nevermind")]);
    let line =
        r#"{"id":"20b2dd9a-cee1-4767-8bc1-5b3b08cfcae5","title":"My Iron Lung","barcode":"724383147823","media":[]}"#;
    std::fs::write(home.join("release.jsonl"), line).unwrap();
    let (code, text) = run(home, &["catalog", "import", "discogs_20261001_releases.xml", "release.jsonl"]);
    assert!(code == Some(2) && text.contains("--date YYYY-MM-DD"), "the lines of a release have no date: {text}");
    let (code, text) = run(home, &["catalog", "import", "release.jsonl", "--date", "2026-10-03", "--json"]);
    assert_eq!(code, Some(0), "{text}");
    let imported: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!((&imported["database"], &imported["dump_date"]), (&"musicbrainz".into(), &"2026-10-03".into()));
    let (code, text) = run(home, &["catalog", "status"]);
    assert!(
        code == Some(0) && text.contains("Discogs 2026-10-01") && text.contains("MusicBrainz 2026-10-03"),
        "{text}"
    );
    let (_, json) = run(home, &["catalog", "status", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json[0]["database"], &json[1]["database"]), (&"discogs".into(), &"musicbrainz".into()));
    let (_, text) = run(home, &["catalog", "update"]);
    assert!(text.contains("MusicBrainz: of 2026-10-03") && text.contains("Discogs: of 2026-10-01"), "{text}");
    let (code, text) = run(home, &["catalog", "remove", "discogs"]);
    assert!(code == Some(0) && text.contains("Discogs is removed") && !text.contains("MusicBrainz"), "{text}");
    let (_, text) = run(home, &["catalog", "status"]);
    assert!(!text.contains("Discogs 2026") && text.contains("MusicBrainz 2026-10-03"), "{text}");
    assert_eq!(run(home, &["catalog", "remove"]).0, Some(0));
    assert_eq!(run(home, &["catalog", "status"]).0, Some(3));
}

#[test]
fn a_damaged_dump_is_rejected_with_the_reason_and_a_fix() {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("discogs_20261001_releases.xml"), format!("<releases>{}", release(1, "A")))
        .unwrap();
    let (code, text) = run(home.path(), &["catalog", "import", "discogs_20261001_releases.xml"]);
    assert!(code == Some(2) && text.contains("cut short") && text.contains("fix: "), "{text}");
    let (code, text) = run(home.path(), &["catalog", "import", "missing.xml"]);
    assert!(code == Some(2) && text.contains("missing.xml"), "{text}");
}

#[test]
fn a_killed_import_leaves_the_catalog_unchanged_and_is_cleaned_up() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    write_dump(home, "discogs_20260901_releases.xml", &[release(1, "Nevermind")]);
    assert_eq!(run(home, &["catalog", "import", "discogs_20260901_releases.xml"]).0, Some(0));
    let part = home.join("data/catalog/discogs.catalog.part");
    let mut command = program(home, &["catalog", "import", "-", "--date", "2026-10-01"]);
    let mut import: Child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let mut input = import.stdin.take().unwrap();
    let many = (1..5_000).map(|id| release(id, "In Utero")).collect::<String>();
    input.write_all(format!("<releases>{many}").as_bytes()).unwrap();
    while !part.exists() {
        assert!(import.try_wait().unwrap().is_none(), "the import ended before the kill");
        std::thread::yield_now();
    }
    // The input is still open, so the import cannot be complete.
    import.kill().unwrap();
    import.wait().unwrap();
    drop(input);
    assert!(part.exists());
    let (code, text) = run(home, &["find", "7 20642 44252 4"]);
    assert!(code == Some(0) && text.contains("Nevermind") && !text.contains("In Utero"), "{text}");
    write_dump(home, "discogs_20261001_releases.xml", &[release(2, "In Utero")]);
    assert_eq!(run(home, &["catalog", "import", "discogs_20261001_releases.xml"]).0, Some(0));
    let (_, text) = run(home, &["catalog", "status"]);
    assert!(text.contains("Discogs 2026-10-01") && !part.exists(), "{text}");
}
