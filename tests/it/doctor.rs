//! `draft-maker doctor`: one line per check, with a fix if the check fails.

use std::time::Duration;

use serde_json::Value;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

use crate::batch::shop::{ProgramOutput, Shop, run_output, send_signal, wait_for_exit};

/// Returns the JSON lines that a run printed.
fn lines(ran: &ProgramOutput) -> Vec<Value> {
    serde_json::from_str(&ran.out).unwrap_or_else(|error| panic!("{error}: {}{}", ran.out, ran.err))
}

fn line<'a>(lines: &'a [Value], part: &str, name: &str) -> &'a Value {
    let found = lines.iter().find(|line| line["part"] == part && line["name"] == name);
    found.unwrap_or_else(|| panic!("no {part}, {name} in {lines:#?}"))
}

/// Asserts that every failed line has a fix, and returns the failed lines.
fn failing(lines: &[Value]) -> Vec<(&str, &str)> {
    let failing = lines.iter().filter(|line| line["state"] == "fail");
    let named = failing.map(|line| {
        assert!(line["fix"].as_str().is_some_and(|fix| !fix.is_empty()), "{line}");
        (line["part"].as_str().unwrap(), line["name"].as_str().unwrap())
    });
    named.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn all_checks_pass_against_the_sandbox() {
    let shop = Shop::open().await;
    let ran = shop.sell(&["doctor", "--json", "gs://draft-maker-bucket/upcs.txt"]);
    let lines = lines(&ran);
    assert_eq!((failing(&lines), ran.code), (Vec::new(), Some(0)));
    for service in ["musicbrainz", "discogs", "coverartarchive"] {
        assert!(line(&lines, "services", service)["found"].as_str().unwrap().contains("reached"));
    }
    assert!(line(&lines, "services", "clock")["found"].as_str().unwrap().contains("differs from MusicBrainz by "));
    let storage = "google cloud storage";
    assert!(line(&lines, storage, "list")["found"].as_str().unwrap().contains(": 1 object, "));
    assert!(line(&lines, storage, "read")["found"].as_str().unwrap().contains("upcs.txt: it can be read"));
    assert!(line(&lines, "settings", "the environment")["found"].as_str().unwrap().contains("more"));
    assert!(line(&lines, "credentials", "discogs")["found"].as_str().unwrap().ends_with("is set"));
    for name in ["data folder", "results", "disk"] {
        assert_eq!(line(&lines, "data", name)["state"], "ok");
    }
    assert_eq!(line(&lines, "terminal", "terminal")["state"], "note");
    assert!(!ran.out.contains(crate::batch::shop::TOKEN), "the key itself is not printed");

    let text = shop.sell(&["doctor", "gs://draft-maker-bucket/upcs.txt"]);
    assert!(text.out.contains("\n  ok    list ") && text.out.contains("google cloud storage\n"), "{}", text.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn catalogs_that_the_settings_turn_off_are_not_missing() {
    let shop = Shop::open().await;
    let mut program = shop.seller(&["doctor", "--json"]);
    let lines = lines(&run_output(&program.env("DRAFT_MAKER__CATALOG__ON", "false").output().unwrap()));
    for name in ["Discogs catalog", "MusicBrainz catalog"] {
        let line = line(&lines, "data", name);
        assert_eq!((&line["state"], &line["found"]), (&"ok".into(), &"off (catalog.on = false)".into()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_check_reports_a_missing_network_in_time() {
    let shop = Shop::open().await;
    let mut program = shop.seller(&["doctor", "--json", "gs://draft-maker-bucket/upcs.txt"]);
    for name in ["MUSICBRAINZ", "DISCOGS", "COVERARTARCHIVE"] {
        program.env(format!("{name}_BASE_URL"), "http://127.0.0.1:1");
    }
    for name in ["STORAGE_EMULATOR_HOST", "STORAGE_EMULATOR_HOST_GRPC", "EBAY_API_BASE_URL", "EBAY_MEDIA_BASE_URL"] {
        program.env(name, "http://127.0.0.1:1");
    }
    let running = tokio::task::spawn_blocking(move || run_output(&program.output().unwrap()));
    let ran = tokio::time::timeout(Duration::from_mins(2), running).await.expect("it ends").unwrap();
    let lines = lines(&ran);
    assert_eq!(ran.code, Some(3));
    let failing = failing(&lines);
    for (part, name) in [
        ("services", "musicbrainz"),
        ("services", "discogs"),
        ("services", "coverartarchive"),
        ("google cloud storage", "list"),
        ("ebay", "sign-in"),
    ] {
        assert!(failing.contains(&(part, name)), "{part}, {name}: {failing:?}");
    }
    assert_eq!(line(&lines, "services", "clock")["state"], "note");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_bucket_and_an_impossible_folder_are_reported() {
    let shop = Shop::open().await;
    let program = |arguments: &[&str]| shop.seller(&[&["doctor", "--json"], arguments].concat());
    let missing = run_output(&program(&["gs://no-such-bucket"]).output().unwrap());
    assert_eq!((missing.code, failing(&lines(&missing))), (Some(3), vec![("google cloud storage", "list")]));
    let elsewhere = run_output(&program(&["s3://bucket"]).output().unwrap());
    assert!(elsewhere.code == Some(2) && elsewhere.err.contains("gs://bucket"), "{}", elsewhere.err);
    let folder = run_output(&program(&[]).env("DRAFT_MAKER_DATA_DIR", "/dev/null/data").output().unwrap());
    assert!(failing(&lines(&folder)).contains(&("data", "data folder")), "{}", folder.out);
    assert_eq!(line(&lines(&folder), "services", "musicbrainz")["state"], "ok", "the other checks still run");
    let damaged = shop.home.path().join("damaged");
    std::fs::create_dir(&damaged).unwrap();
    std::fs::write(damaged.join("journal.db"), "no database at all").unwrap();
    let journal = run_output(&program(&[]).env("DRAFT_MAKER_DATA_DIR", &damaged).output().unwrap());
    assert!(failing(&lines(&journal)).contains(&("data", "journal")), "{}", journal.out);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_clock_is_reported() {
    let shop = Shop::open().await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        while let Ok((mut socket, _)) = listener.accept().await {
            let _ = socket.read(&mut [0; 4096]).await.unwrap_or_default();
            let answer = "HTTP/1.1 404 Not Found\r\nDate: Thu, 01 Jan 2015 00:00:00 GMT\r\nContent-Length: 2\r\n\
                          Connection: close\r\n\r\n{}";
            socket.write_all(answer.as_bytes()).await.ok();
        }
    });
    let mut program = shop.program(&["doctor", "--json"]);
    program.env("MUSICBRAINZ_BASE_URL", address);
    let ran = tokio::task::spawn_blocking(move || run_output(&program.output().unwrap())).await.unwrap();
    let lines = lines(&ran);
    let clock = line(&lines, "services", "clock");
    assert!(clock["state"] == "fail" && clock["found"].as_str().unwrap().contains("ahead of"), "{clock}");
}

#[tokio::test(flavor = "multi_thread")]
async fn beside_a_service_the_owner_of_the_data_is_named() {
    let shop = Shop::open().await;
    let (mut service, address) = crate::server::start_service(shop.program(&[])).await;
    let beside = lines(&shop.run(&["doctor", "--json"]));
    let owner = line(&beside, "data", "owner");
    assert!(owner["found"].as_str().unwrap().contains(&address), "{owner}");
    assert!(line(&beside, "data", "journal")["found"].as_str().unwrap().starts_with("readable"));
    send_signal(&service, nix::sys::signal::Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut service).await, Some(0));
    assert!(
        line(&lines(&shop.run(&["doctor", "--json"])), "data", "owner")["found"].as_str().unwrap().contains("free")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_seller_who_creates_files_needs_no_ebay_account() {
    let shop = Shop::open().await;
    let without = run_output(&shop.program(&["doctor", "--json"]).output().unwrap());
    let messages = lines(&without);
    assert_eq!((failing(&messages), without.code), (Vec::new(), Some(0)), "{}", without.out);
    let ebay = line(&messages, "ebay", "eBay");
    assert!(ebay["state"] == "note" && ebay["fix"].as_str().unwrap().contains("EBAY_APP_ID"), "{ebay}");

    let wanted = run_output(
        &shop.program(&["doctor", "--json"]).env("DRAFT_MAKER__MARKET__SINK", "inventory").output().unwrap(),
    );
    assert_eq!((failing(&lines(&wanted)), wanted.code), (vec![("ebay", "eBay")], Some(3)));

    // A keyset alone, used for prices: nobody is signed in, and no sign-in is needed.
    let mut keyset = shop.seller(&["doctor", "--json"]);
    keyset.env_remove("EBAY_REFRESH_TOKEN");
    let unsigned = run_output(&keyset.output().unwrap());
    assert_eq!((failing(&lines(&unsigned)), unsigned.code), (Vec::new(), Some(0)), "{}", unsigned.out);
    let unsigned = run_output(&keyset.env("DRAFT_MAKER__MARKET__SINK", "inventory").output().unwrap());
    assert_eq!((failing(&lines(&unsigned)), unsigned.code), (vec![("ebay", "sign-in")], Some(3)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_invalid_discogs_token_is_reported() {
    let shop = Shop::open().await;
    let mut program = shop.program(&["doctor", "--json"]);
    let ran = run_output(&program.env("DISCOGS_PERSONAL_ACCESS_TOKEN", "wrong").output().unwrap());
    let messages = lines(&ran);
    assert_eq!((failing(&messages), ran.code), (vec![("services", "discogs")], Some(3)));
    let discogs = line(&messages, "services", "discogs");
    assert!(discogs["found"].as_str().unwrap().contains("401"), "{discogs}");
    assert!(discogs["fix"].as_str().unwrap().contains("DISCOGS_PERSONAL_ACCESS_TOKEN"), "{discogs}");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_to_ebay_prices_is_checked_with_the_keyset() {
    let shop = Shop::open().await;
    let mut program = shop.seller(&["doctor", "--json"]);
    program.env("DRAFT_MAKER__PROVIDERS__EBAY_BROWSE__ON", "true");
    let messages = lines(&run_output(&program.output().unwrap()));
    assert!(line(&messages, "services", "ebay_browse")["found"].as_str().unwrap().contains("reached"));
    // A new home folder without a stored token.
    let shop = Shop::open().await;
    let mut program = shop.seller(&["doctor", "--json"]);
    program.env("DRAFT_MAKER__PROVIDERS__EBAY_BROWSE__ON", "true");
    let wrong = run_output(&program.env("EBAY_CERT_ID", "wrong").output().unwrap());
    assert!(failing(&lines(&wrong)).contains(&("services", "ebay_browse")), "{}", wrong.out);
}

/// A wrong keyset stops every batch, whatever its destination, so it is never only a warning.
#[tokio::test(flavor = "multi_thread")]
async fn a_rejected_keyset_fails_in_every_setup() {
    for (cert_id, sink) in [("wrong", "csv"), ("wrong", "inventory"), ("SBX-imitation-of-another", "")] {
        let shop = Shop::open().await;
        let mut program = shop.seller(&["doctor", "--json"]);
        program.env_remove("EBAY_REFRESH_TOKEN").env("EBAY_CERT_ID", cert_id);
        let wrong = run_output(&program.env("DRAFT_MAKER__MARKET__SINK", sink).output().unwrap());
        let messages = lines(&wrong);
        assert_eq!((failing(&messages), wrong.code), (vec![("ebay", "keyset")], Some(3)), "{}", wrong.out);
        let keyset = line(&messages, "ebay", "keyset");
        assert!(keyset["fix"].as_str().unwrap().contains("EBAY_CERT_ID"), "{keyset}");
        assert!(!wrong.out.contains(cert_id) || cert_id == "wrong", "{}", wrong.out);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_terminal_its_capabilities_are_shown() {
    let shop = Shop::open().await;
    crate::console::run_on_terminal(&shop, &["doctor"], (50, 120), "120x50, xterm-256color, colors").await;
    crate::console::run_on_terminal(&shop, &["doctor"], (9, 120), "make it 40x10 or larger").await;
}

/// The words for the origin of a setting may also occur in file names.
#[tokio::test(flavor = "multi_thread")]
async fn a_settings_file_is_listed_whatever_its_name() {
    let shop = Shop::open().await;
    for name in ["default.toml", "flag x.toml", "my in x.toml"] {
        std::fs::write(shop.home.path().join(name), "[batch]\nconcurrency = 3\n").unwrap();
        let mut program = shop.seller(&["doctor", "--format", "json", "--config", name]);
        let ran = run_output(&program.current_dir(shop.home.path()).output().unwrap());
        let lines = lines(&ran);
        assert_eq!(line(&lines, "settings", name)["found"], "1 setting: batch.slots", "{}", ran.out);
    }
}
