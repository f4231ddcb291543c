//! Data of an earlier version is readable. The files in `tests/data/f17a0ab` were written by the version before the
//! workspace.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::batch::shop::Shop;
use crate::console::console_shows;

/// A job whose list led to six drafts in eBay's inventory and some items in review.
const FIRST_JOB: &str = "batch_20261128_234933_0";
/// A job that was stopped before all its items had ended.
const STOPPED_JOB: &str = "batch_20261129_000845_0";
/// Address of the sandbox to which the sign-in belongs. That server no longer runs.
const EBAY: &str = "http://127.0.0.1:18731/ebay";

fn old_data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/f17a0ab")
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

/// Opens a shop with a home folder of the old version.
async fn shop_of_the_old_version() -> Shop {
    let shop = Shop::open().await;
    let home = shop.home.path();
    copy_folder(&old_data().join("data"), &home.join(".local/share/draft-maker"));
    copy_folder(&old_data().join("config"), &home.join(".config/draft-maker"));
    fs::copy(old_data().join("list.txt"), home.join("list.txt")).unwrap();
    fs::copy(old_data().join("slow2.txt"), home.join("slow2.txt")).unwrap();
    shop
}

#[tokio::test(flavor = "multi_thread")]
async fn the_journal_is_read_and_a_stopped_job_resumes() {
    let shop = shop_of_the_old_version().await;
    let jobs = shop.run(&["jobs", "--format", "json"]);
    let jobs: Value = serde_json::from_str(&jobs.out).unwrap_or_else(|_| panic!("{}{}", jobs.out, jobs.err));
    let states = |jobs: &Value| {
        let rows = jobs.as_array().unwrap().iter();
        let states =
            rows.map(|job| (job["job_id"].as_str().unwrap().to_owned(), job["status"].as_str().unwrap().to_owned()));
        states.collect::<Vec<_>>()
    };
    let known = states(&jobs);
    assert_eq!(known.len(), 6, "{jobs}");
    assert!(known.contains(&(STOPPED_JOB.to_owned(), "stopped".to_owned())), "{known:?}");
    assert_eq!(known.iter().filter(|(_, state)| state == "completed").count(), 5, "{known:?}");

    let summary = shop.run(&["status", FIRST_JOB]);
    assert!(
        summary.out.contains("drafted                5") && summary.out.contains("Needs your decision (6)"),
        "{}",
        summary.out
    );

    let resumed = shop.run(&["resume", STOPPED_JOB]);
    assert!(matches!(resumed.code, Some(0 | 3)), "{}{}", resumed.out, resumed.err);
    let summary = shop.run(&["status", STOPPED_JOB]);
    assert!(summary.out.contains(&format!("{STOPPED_JOB} finished")), "{}", summary.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn old_decisions_are_suggested_and_open_items_go_to_review() {
    let shop = shop_of_the_old_version().await;
    let review = shop.run(&["review", FIRST_JOB, "--output", "-"]);
    assert_eq!(review.code, Some(0), "{}", review.err);
    let file: toml::Table = review.out.parse().unwrap_or_else(|error| panic!("{error}: {}", review.out));
    assert_eq!(file["item"].as_array().unwrap().len(), 6, "{}", review.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_ledger_knows_which_items_have_a_draft() {
    let shop = shop_of_the_old_version().await;
    // The signed-in seller has the draft in the inventory; a second draft in a file would sell the item twice.
    let mut command = shop.program(&["list.txt", "--sink", "csv"]);
    for (name, value) in [
        ("EBAY_ENVIRONMENT", "sandbox"),
        ("EBAY_APP_ID", "Imitation-DraftMak-SBX-000000000-00000000"),
        ("EBAY_CERT_ID", "SBX-imitation-cert-0000-0000-0000"),
        ("EBAY_API_BASE_URL", EBAY),
        ("EBAY_AUTH_BASE_URL", EBAY),
        ("EBAY_MEDIA_BASE_URL", EBAY),
    ] {
        command.env(name, value);
    }
    let ran = crate::batch::shop::run_output(&command.output().unwrap());
    let results = shop.results();
    let errors = results["results"].as_array().unwrap().iter().filter_map(|entry| entry["error"].as_str());
    let elsewhere = errors.filter(|error| error.contains(FIRST_JOB)).count();
    assert_eq!(elsewhere, 5, "{}{}\n{results}", ran.out, ran.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sign_in_is_read() {
    let shop = shop_of_the_old_version().await;
    let mut command = shop.program(&["auth", "status", "--format", "json"]);
    command.env("EBAY_ENVIRONMENT", "sandbox").env("EBAY_APP_ID", "Imitation-DraftMak-SBX-000000000-00000000");
    command.env("EBAY_CERT_ID", "a-cert").env("EBAY_API_BASE_URL", EBAY).env("EBAY_AUTH_BASE_URL", EBAY);
    let status = crate::batch::shop::run_output(&command.output().unwrap());
    let status: Value = serde_json::from_str(&status.out).unwrap_or_else(|_| panic!("{}{}", status.out, status.err));
    assert_eq!(status["consent_until"], "2028-05-29T11:49:33.110751946Z", "{status}");
    // The quota counts of that day have expired, but the file is still read, and not moved aside as damaged.
    assert!(status["calls"].is_array(), "{status}");
    let folder = shop.home.path().join(".local/share/draft-maker");
    let names = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let names = names.collect::<Vec<_>>();
    assert!(
        names.iter().any(|name| name == "ebay.db") && !names.iter().any(|name| name.contains("damaged")),
        "{names:?}"
    );
}

/// The response cache and the logs have new default folders. The old ones stay in use, and both commands report them.
#[tokio::test(flavor = "multi_thread")]
async fn the_response_cache_and_the_logs_stay_where_they_are() {
    let shop = shop_of_the_old_version().await;
    let data = shop.home.path().join(".local/share/draft-maker");
    fs::create_dir_all(data.join("logs")).unwrap();
    assert!(data.join("answers.db").is_file(), "the old version cached answers");
    let place = shop.run(&["config", "path"]);
    assert!(place.err.contains("an earlier version") && place.err.contains(".cache/draft-maker"), "{}", place.err);
    let place: Value = serde_json::from_str(&shop.run(&["config", "path", "--json"]).out).unwrap();
    assert_eq!(place["cache_dir"], data.to_string_lossy().as_ref(), "{place}");
    assert_eq!(place["log_dir"], data.join("logs").to_string_lossy().as_ref(), "{place}");
    let doctor = shop.run(&["doctor"]);
    assert!(doctor.out.contains("an earlier version left files there"), "{}", doctor.out);
    let ran = shop.run(&["run", "slow2.txt", "--no-drafts", "--limit", "2"]);
    assert!(matches!(ran.code, Some(0 | 3)), "{}{}", ran.out, ran.err);
    assert!(!shop.home.path().join(".cache/draft-maker").exists(), "nothing is moved or created");
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_theme_and_bookmarks_are_read() {
    let shop = shop_of_the_old_version().await;
    let keys = shop.run(&["console", "--print-keys"]);
    assert!(keys.out.contains("[\":\", \";\"]") && keys.out.contains("[\"left\", \"H\"]"), "{}{}", keys.out, keys.err);
    let theme = shop.run(&["console", "--print-theme"]);
    assert!(theme.out.contains("[\"cyan\", \"bold\"]"), "{}{}", theme.out, theme.err);
    console_shows(&shop, "gs://draft-maker-bucket/").await;
}
