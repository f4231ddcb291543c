//! The offline catalog on the command line: import, status, search, update, removal, and a kill during an import.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use sandbox::{FaultKind, FaultRule, Sandbox, SandboxOptions};
use tempfile::TempDir;

use crate::batch::shop::Shop;

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
    let (code, text) = run(home, &["find", " "]);
    assert!(code == Some(2) && text.contains("the search text is empty"), "{text}");
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
fn a_damaged_catalog_does_not_hide_the_other_one_and_is_removed_with_its_downloads() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    let line =
        r#"{"id":"20b2dd9a-cee1-4767-8bc1-5b3b08cfcae5","title":"My Iron Lung","barcode":"724383147823","media":[]}"#;
    std::fs::write(home.join("release.jsonl"), line).unwrap();
    let import = ["catalog", "import", "release.jsonl", "--date"];
    let (code, text) = run(home, &[&import[..], &["2999-01-01"]].concat());
    assert!(code == Some(2) && text.contains("in the future") && text.contains("fix: correct the date"), "{text}");
    assert_eq!(run(home, &[&import[..], &["2026-10-03"]].concat()).0, Some(0));
    let folder = home.join("data/catalog");
    std::fs::write(folder.join("discogs.catalog"), "damaged").unwrap();
    let (code, text) = run(home, &["catalog", "status"]);
    assert_eq!(code, Some(1), "{text}");
    for words in ["discogs.catalog is damaged", "catalog remove discogs", "MusicBrainz 2026-10-03"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let (_, json) = run(home, &["catalog", "status", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert!(json[0]["error"].as_str().unwrap().contains("damaged") && json[1]["dump_date"] == "2026-10-03", "{json}");
    let (code, text) = run(home, &["catalog", "update"]);
    assert!(code == Some(0) && text.contains("Discogs: damaged") && text.contains("of 2026-10-03"), "{text}");
    let partial = folder.join("downloads/discogs/20261001");
    std::fs::create_dir_all(&partial).unwrap();
    std::fs::write(partial.join("discogs_20261001_releases.xml.gz.part"), "half").unwrap();
    let (code, text) = run(home, &["catalog", "remove", "discogs"]);
    assert!(code == Some(0) && text.contains("downloads for the offline catalog of Discogs are removed"), "{text}");
    assert!(!partial.exists() && run(home, &["catalog", "status"]).0 == Some(0));
}

#[test]
fn a_search_shows_the_releases_of_both_catalogs_although_their_number_is_limited() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    let all = (1..=30).map(|id| release(id, "Nevermind")).collect::<Vec<_>>();
    write_dump(home, "discogs_20261001_releases.xml", &all);
    let line = |id: u32| {
        format!(
            r#"{{"id":"20b2dd9a-cee1-4767-8bc1-{id:012x}","title":"Nevermind","barcode":"720642442524","artist-credit":[{{"name":"Nirvana"}}],"media":[]}}"#
        )
    };
    std::fs::write(home.join("20261003.jsonl"), (1..=30).map(|id| line(id) + "\n").collect::<String>()).unwrap();
    let (code, text) = run(home, &["catalog", "import", "discogs_20261001_releases.xml", "20261003.jsonl"]);
    assert_eq!(code, Some(0), "{text}");
    for query in [&["find", "nirvana", "nevermind"][..], &["find", "7 20642 44252 4"]] {
        let mut command = program(home, &[query, &["--limit", "4"]].concat());
        command
            .env("DRAFT_MAKER__PROVIDERS__MUSICBRAINZ__ON", "true")
            .env("MUSICBRAINZ_BASE_URL", "http://127.0.0.1:9");
        let text = String::from_utf8(command.output().unwrap().stdout).unwrap();
        let found = ["discogs.com/release/", "musicbrainz.org/release/"].map(|address| text.matches(address).count());
        assert_eq!(found, [2, 2], "{text}");
    }
}

#[test]
fn a_catalog_that_the_settings_turn_off_is_reported_as_off() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    write_dump(home, "discogs_20261001_releases.xml", &[release(1, "Nevermind")]);
    assert_eq!(run(home, &["catalog", "import", "discogs_20261001_releases.xml"]).0, Some(0));
    for (is_on, expected) in [("true", 0), ("false", 1)] {
        let mut command = program(home, &["catalog", "status"]);
        let ran = command.env("DRAFT_MAKER__CATALOG__ON", is_on).output().unwrap();
        let (out, err) = (String::from_utf8(ran.stdout).unwrap(), String::from_utf8(ran.stderr).unwrap());
        assert!(ran.status.success() && out.contains("Discogs 2026-10-01"), "{out}{err}");
        assert_eq!(err.matches("off (catalog.on = false)").count(), expected, "{err}");
    }
}

#[test]
fn a_stated_date_that_contradicts_the_dump_is_rejected() {
    let home = TempDir::new().unwrap();
    let home = home.path();
    write_dump(home, "discogs_20261001_releases.xml", &[release(1, "Nevermind")]);
    let import =
        |date: &str| run(home, &["catalog", "import", "discogs_20261001_releases.xml", "--date", date, "--json"]);
    let (code, text) = import("2026-09-01");
    assert!(code == Some(2) && text.contains("is of 2026-10-01, but --date says 2026-09-01"), "{text}");
    assert!(text.contains("the catalog is unchanged; fix: "), "{text}");
    assert_eq!(import("2026-10-01").0, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_object_is_an_error_of_the_command_like_a_missing_file() {
    let shop = Shop::open().await;
    for file in ["gs://draft-maker-bucket/missing_releases.xml.gz", "missing_releases.xml.gz"] {
        let ran = shop.run(&["catalog", "import", file]);
        assert!(ran.code == Some(2) && ran.err.contains(&format!("cannot read {file}: ")), "{}", ran.err);
    }
}

#[test]
fn a_damaged_dump_is_rejected_with_the_reason_and_a_fix() {
    let home = TempDir::new().unwrap();
    std::fs::write(home.path().join("discogs_20261001_releases.xml"), format!("<releases>{}", release(1, "A")))
        .unwrap();
    let (code, text) = run(home.path(), &["catalog", "import", "discogs_20261001_releases.xml"]);
    assert!(code == Some(2) && text.contains("cut off") && text.contains("fix: "), "{text}");
    let (code, text) = run(home.path(), &["catalog", "import", "missing.xml"]);
    assert!(code == Some(2) && text.contains("missing.xml"), "{text}");
}

/// Searches for the barcode in the catalogs of both databases. Their services are unreachable.
fn find_offline(home: &Path) -> (Option<i32>, String) {
    let mut command = program(home, &["find", "7 20642 44252 4"]);
    command.env("DRAFT_MAKER__PROVIDERS__MUSICBRAINZ__ON", "true");
    command.env("MUSICBRAINZ_BASE_URL", "http://127.0.0.1:9");
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

/// Input of an import until it is killed, and the expected state afterwards.
struct KilledImport {
    /// Date of the dump.
    date: &'static str,
    file: &'static str,
    /// Beginning of a dump, long enough that the import writes data.
    beginning: String,
    /// Complete dumps: that of the existing catalog, and that of the next import.
    before: String,
    after: String,
    part: &'static str,
}

impl KilledImport {
    fn run(self) {
        let home = TempDir::new().unwrap();
        let home = home.path();
        let import_file = |content: &str, date: &str| {
            std::fs::write(home.join(self.file), content).unwrap();
            let (code, text) = run(home, &["catalog", "import", "--date", date, self.file]);
            assert_eq!(code, Some(0), "{text}");
        };
        import_file(&self.before, "2026-09-01");
        let part = home.join("data/catalog").join(self.part);
        // Each import is killed further into the dump.
        for share in 1..=4 {
            let mut command = program(home, &["catalog", "import", "-", "--date", self.date]);
            let mut import: Child =
                command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
            let mut input = import.stdin.take().unwrap();
            input.write_all(&self.beginning.as_bytes()[..self.beginning.len() * share / 4]).unwrap();
            while !part.exists() {
                assert!(import.try_wait().unwrap().is_none(), "the import ended before the kill");
                std::thread::yield_now();
            }
            // The input is still open, so the import cannot be complete.
            import.kill().unwrap();
            import.wait().unwrap();
            drop(input);
            assert!(part.exists());
            let (code, text) = find_offline(home);
            assert!(code == Some(0) && text.contains("Nevermind") && !text.contains("In Utero"), "{text}");
        }
        import_file(&self.after, self.date);
        let (_, text) = run(home, &["catalog", "status"]);
        assert!(text.contains(self.date) && !part.exists(), "{text}");
        let (_, text) = find_offline(home);
        assert!(text.contains("In Utero") && !text.contains("Nevermind"), "{text}");
    }
}

#[test]
fn a_killed_import_of_discogs_leaves_the_catalog_and_the_next_import_removes_its_part() {
    let dump = |releases: &str| format!("<releases>{releases}</releases>");
    let many = (1..20_000).map(|id| release(id, "In Utero")).collect::<String>();
    KilledImport {
        date: "2026-10-01",
        file: "releases.xml",
        beginning: format!("<releases>{many}"),
        before: dump(&release(1, "Nevermind")),
        after: dump(&release(2, "In Utero")),
        part: "discogs.catalog.part",
    }
    .run();
}

#[test]
fn a_killed_import_of_musicbrainz_leaves_the_catalog_and_the_next_import_removes_its_part() {
    let line = |id: u32, title: &str| {
        format!(
            r#"{{"id":"20b2dd9a-cee1-4767-8bc1-{id:012x}","title":"{title}","barcode":"720642442524","artist-credit":[{{"name":"Nirvana"}}],"media":[]}}"#
        )
    };
    let many = (1..20_000).map(|id| line(id, "In Utero") + "\n").collect::<String>();
    KilledImport {
        date: "2026-10-03",
        file: "release.jsonl",
        beginning: many,
        before: line(1, "Nevermind"),
        after: line(2, "In Utero"),
        part: "musicbrainz.catalog.part",
    }
    .run();
}

/// Runs an update against the simulated dump servers.
fn update(sandbox: &Sandbox, home: &Path, arguments: &[&str]) -> (Option<i32>, String) {
    let mut command = program(home, &[&["catalog", "update", "--download"], arguments].concat());
    command.envs(sandbox.settings()).env("DRAFT_MAKER__HTTP__BACKOFF_FROM_S", "0.01");
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code(), String::from_utf8(stdout).unwrap() + &String::from_utf8(stderr).unwrap())
}

async fn start_sandbox() -> Sandbox {
    Sandbox::start(SandboxOptions { enforce_limits: false, ..SandboxOptions::default() }).await.unwrap()
}

/// Returns the number of requests whose address contains this text.
fn requests_for(sandbox: &Sandbox, address: &str) -> u64 {
    let counts = sandbox.request_counts().remove("dumps").unwrap_or_default();
    counts.request_uris.into_iter().filter(|(uri, _)| uri.contains(address)).map(|(_, count)| count).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_downloads_the_newest_dump_and_resumes_what_broke_off() {
    let (home, sandbox) = (TempDir::new().unwrap(), start_sandbox().await);
    let home = home.path();
    for (database, file) in [("discogs", "_releases.xml.gz"), ("musicbrainz", "/release.tar.xz")] {
        sandbox.cut_next_response_for(file);
        let (code, text) = update(&sandbox, home, &[database]);
        assert!(code == Some(0) && text.contains("checksum file     confirmed"), "{text}");
        assert_eq!(requests_for(&sandbox, file), 2, "the beginning and the rest");
        let (code, text) = update(&sandbox, home, &[database]);
        assert!(code == Some(0) && text.contains("is up to date"), "{text}");
        assert_eq!(requests_for(&sandbox, file), 2, "nothing is downloaded twice");
        let downloads = home.join("data/catalog/downloads").join(database);
        assert_eq!(std::fs::read_dir(downloads).unwrap().count(), 0, "the catalog has all that is needed");
    }
    let (code, text) = update(&sandbox, home, &[]);
    assert!(code == Some(0) && text.matches("is up to date").count() == 2, "both that are there: {text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_update_resumes_a_download_and_a_damaged_file_is_downloaded_again() {
    let (home, sandbox) = (TempDir::new().unwrap(), start_sandbox().await);
    let home = home.path();
    let (code, text) = update(&sandbox, home, &[]);
    assert!(code == Some(2) && text.contains("--download discogs"), "no catalog is there to update: {text}");
    let refused = FaultRule { service: Some("dumps".to_owned()), kind: FaultKind::Forbidden, share: 1.0 };
    sandbox.set_faults(vec![refused]);
    let (code, text) = update(&sandbox, home, &["discogs"]);
    assert_eq!(code, Some(1), "{text}");
    for words in ["refuses to serve this machine", "403", "fix: download the files on another machine"] {
        assert!(text.contains(words), "{words}: {text}");
    }
    sandbox.set_faults(Vec::new());
    let month = jiff::tz::Offset::UTC.to_datetime(jiff::Timestamp::now()).strftime("%Y%m01").to_string();
    let folder = home.join("data/catalog/downloads/discogs").join(&month);
    std::fs::create_dir_all(&folder).unwrap();
    let part = folder.join(format!("discogs_{month}_releases.xml.gz.part"));
    let dump = sandbox.catalog().discogs_dump();
    let (old, whole) = (folder.with_file_name("20250101"), dump.len());
    std::fs::create_dir_all(&old).unwrap();
    // The beginning of another file, which only the checksum detects.
    std::fs::write(&part, dump[..whole / 2].replace("Album", "ALBUM")).unwrap();
    let (code, text) = update(&sandbox, home, &["discogs"]);
    assert!(code == Some(1) && text.contains("checksum") && text.contains("downloaded file is removed"), "{text}");
    let fixes = text.split("fix: ").skip(1).collect::<Vec<_>>();
    assert_eq!(fixes.len(), 1, "{text}");
    assert!(fixes[0].starts_with("run the command again, which downloads it from the beginning"), "{text}");
    assert!(!old.exists(), "an older download is removed");
    for (name, beginning) in [("half", &dump[..whole / 2]), ("all", &dump[..]), ("more", &format!("{dump}more"))] {
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(&part, beginning).unwrap();
        let (code, text) = update(&sandbox, home, &["discogs"]);
        assert!(code == Some(0) && text.contains("confirmed"), "{name}: {text}");
        assert_eq!(run(home, &["catalog", "remove"]).0, Some(0));
    }
}
