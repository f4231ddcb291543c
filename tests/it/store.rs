//! The `store` commands: sizes, damage, repair, and retention.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::batch::shop::{ProgramOutput, Shop};

/// A list that is long enough for each database to have several pages.
const LIST: &str = "720642462928\n093624896326\n720642442524\n4547366272154\n";

fn data(shop: &Shop) -> PathBuf {
    shop.home.path().join(".local/share/draft-maker")
}

fn json(ran: &ProgramOutput) -> Value {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

/// Overwrites the file from this byte on with text that is not valid in a database.
fn damage(file: &Path, from: usize) {
    let mut bytes = fs::read(file).unwrap();
    assert!(bytes.len() > from, "{} has {} bytes", file.display(), bytes.len());
    bytes[from..].fill(b'x');
    fs::write(file, bytes).unwrap();
}

/// Copies the write-ahead log into the database file, like the last process that closes the database.
async fn checkpoint(file: &Path) {
    let pool = sqlx::SqlitePool::connect(&format!("sqlite://{}", file.display())).await.unwrap();
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&pool).await.unwrap();
    pool.close().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_are_listed_by_what_uses_the_space() {
    let shop = Shop::open().await;
    shop.list(LIST);
    let ran = shop.run(&["upcs.txt"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{}{}", ran.out, ran.err);
    let sizes = json(&shop.run(&["store", "--json"]));
    assert_eq!(sizes["contents"]["batches"], 1, "{sizes}");
    for kind in ["journal", "response_cache", "logs", "results"] {
        assert!(sizes[kind]["bytes"].as_u64() > Some(0), "{kind}: {sizes}");
    }
    assert_eq!(sizes["results"]["files"], 3, "results, summary and drafts: {sizes}");
    assert!(sizes["contents"]["ledger_entries"].as_u64() > Some(0), "{sizes}");
    let text = shop.run(&["store"]);
    assert!(text.out.contains("Journal") && text.out.contains("1 batch,"), "{}", text.out);
}

/// A damaged response cache loses only cached responses.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_response_cache_stops_no_batch() {
    let shop = Shop::open().await;
    shop.list(LIST);
    for from in [0, 4096] {
        let before = shop.run(&["upcs.txt", "--no-drafts"]);
        assert!(matches!(before.code, Some(0 | 3)), "{}{}", before.out, before.err);
        let cache = shop.home.path().join(".cache/draft-maker");
        checkpoint(&cache.join("answers.db")).await;
        damage(&cache.join("answers.db"), from);
        let ran = shop.run(&["upcs.txt", "--no-drafts"]);
        assert_eq!(ran.code, before.code, "{}{}", ran.out, ran.err);
        assert!(cache.join("answers.db.damaged").exists());
        let logs = fs::read_dir(shop.home.path().join(".local/state/draft-maker/logs"))
            .unwrap()
            .map(|entry| entry.unwrap().path());
        let logs: String = logs.map(|path| fs::read_to_string(path).unwrap()).collect();
        assert!(logs.contains("moved aside"), "the log reports it: {logs}");
    }
}

/// Photos and uploads are recorded next to the journal, which has all batches without them.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_photos_file_stops_neither_report_nor_batch() {
    let shop = Shop::open().await;
    shop.list(LIST);
    let first = shop.run(&["upcs.txt"]);
    assert!(matches!(first.code, Some(0 | 3)), "{}{}", first.out, first.err);
    let report = shop.run(&["report"]);
    let photos = data(&shop).join("photos.db");
    checkpoint(&photos).await;
    damage(&photos, 0);
    let again = shop.run(&["report"]);
    assert_eq!((again.code, again.out), (Some(0), report.out), "{}", again.err);
    assert!(!data(&shop).join("photos.db.damaged").exists(), "a command that reads moves nothing");
    let ran = shop.run(&["upcs.txt", "--no-drafts"]);
    assert_eq!(ran.code, first.code, "{}{}", ran.out, ran.err);
    assert!(data(&shop).join("photos.db.damaged").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_journal_is_checked_and_repaired() {
    let shop = Shop::open().await;
    shop.list(LIST);
    let sound = shop.run(&["store", "check"]);
    assert_eq!(sound.code, Some(0), "{}", sound.out);
    let first = shop.run(&["upcs.txt"]);
    assert!(matches!(first.code, Some(0 | 3)), "{}{}", first.out, first.err);
    let journal = data(&shop).join("journal.db");
    assert_eq!(json(&shop.run(&["store", "check", "--json"]))["sound"], true);
    checkpoint(&journal).await;
    let cut = fs::read(&journal).unwrap();
    let damaged = &cut[..cut.len() - 4096];
    fs::write(&journal, damaged).unwrap();

    let refused = shop.run(&["jobs"]);
    assert_eq!(refused.code, Some(1), "{}", refused.out);
    assert!(refused.err.contains("damaged") && refused.err.contains("store repair"), "{}", refused.err);
    let check = shop.run(&["store", "check"]);
    assert_eq!(check.code, Some(1), "{}", check.out);
    assert!(check.out.contains("cut off") && check.out.contains("store repair"), "{}", check.out);

    let repair = shop.run(&["store", "repair"]);
    assert!(matches!(repair.code, Some(0 | 3)), "{}{}", repair.out, repair.err);
    let copies: Vec<_> = fs::read_dir(data(&shop)).unwrap().map(|entry| entry.unwrap().path()).collect();
    let copy = copies
        .iter()
        .find(|path| path.to_string_lossy().contains("journal.db.damaged-"))
        .expect("a copy of the damaged journal");
    assert_eq!(fs::read(copy).unwrap(), damaged);
    let check = shop.run(&["store", "check"]);
    assert_eq!(check.code, Some(0), "{}", check.out);
    let again = shop.run(&["upcs.txt"]);
    assert!(matches!(again.code, Some(0 | 3)), "{}{}", again.out, again.err);
}

/// A batch on an emptied journal would create all drafts again.
#[tokio::test(flavor = "multi_thread")]
async fn an_emptied_journal_starts_no_batch() {
    let shop = Shop::open().await;
    shop.list(LIST);
    let first = shop.run(&["upcs.txt"]);
    assert!(matches!(first.code, Some(0 | 3)), "{}{}", first.out, first.err);
    let journal = data(&shop).join("journal.db");
    checkpoint(&journal).await;
    fs::write(&journal, "").unwrap();
    let refused = shop.run(&["upcs.txt", "--force"]);
    assert_eq!(refused.code, Some(1), "{}{}", refused.out, refused.err);
    assert!(refused.err.contains("damaged") && refused.err.contains("store repair"), "{}", refused.err);
    assert_eq!(fs::read(&journal).unwrap(), b"", "nothing is written over it");
    let repair = shop.run(&["store", "repair"]);
    assert_eq!(repair.code, Some(3), "{}{}", repair.out, repair.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repair_is_rejected_while_a_service_runs() {
    let shop = Shop::open().await;
    let mut service = shop.serve().await;
    let check = shop.run(&["store", "check"]);
    assert_eq!(check.code, Some(0), "{}{}", check.out, check.err);
    let refused = shop.run(&["store", "repair"]);
    assert!(refused.code == Some(1) && refused.err.contains("is already using"), "{:?} {}", refused.code, refused.err);
    service.kill().unwrap();
    service.wait().unwrap();
}

/// The ledger outlives expired batches, so each item still has only one draft.
#[tokio::test(flavor = "multi_thread")]
async fn expired_batches_and_files_are_removed() {
    let shop = Shop::open().await;
    shop.list("720642462928\n");
    let first = shop.run(&["upcs.txt"]);
    assert!(matches!(first.code, Some(0 | 3)), "{}{}", first.out, first.err);
    shop.list("093624896326\n");
    let second = shop.run(&["upcs.txt"]);
    assert!(matches!(second.code, Some(0 | 3)), "{}{}", second.out, second.err);
    assert_eq!(json(&shop.run(&["jobs", "--json"])).as_array().unwrap().len(), 2);
    let old = std::time::SystemTime::now() - std::time::Duration::from_hours(24 * 40);
    for entry in fs::read_dir(shop.output()).unwrap() {
        fs::File::open(entry.unwrap().path()).unwrap().set_modified(old).unwrap();
    }
    fs::write(shop.output().join("my-notes.txt"), "kept").unwrap();
    let files_before = fs::read_dir(shop.output()).unwrap().count();
    let keep = |days: &str| {
        let mut command = shop.program(&["upcs.txt", "--no-drafts"]);
        command.env("DRAFT_MAKER__RETENTION__RESULT_FILES_DAYS", days);
        command.output().unwrap()
    };
    keep("60");
    assert_eq!(fs::read_dir(shop.output()).unwrap().count(), files_before + 2, "no file is 60 days old");
    keep("30");
    assert_eq!(
        fs::read_dir(shop.output()).unwrap().count(),
        1 + 2 + 2,
        "only the notes and the files of the last two runs are left"
    );
    assert!(shop.output().join("my-notes.txt").exists());
}
