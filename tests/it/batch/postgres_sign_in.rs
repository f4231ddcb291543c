//! The eBay sign-in in PostgreSQL: a machine without a persistent disk shares the sign-in of the others.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};

use serde_json::Value;
use testing::postgres::PostgresServer;

use super::shop::{ProgramOutput, Shop, run_output};

/// `printf 0123456789... | base64`: 32 bytes.
const KEY: &str = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE=";

/// Returns the program on the machine with this name, which has no files of other machines.
fn program(shop: &Shop, server: &PostgresServer, machine: &str, arguments: &[&str]) -> Command {
    let mut command = shop.seller(arguments);
    command.env_remove("EBAY_REFRESH_TOKEN").env("DATABASE_URL", server.url()).env("DRAFT_MAKER_ENCRYPTION_KEY", KEY);
    let home = shop.home.path().join(machine);
    std::fs::create_dir_all(&home).unwrap();
    command.env("HOME", home);
    command
}

fn on(shop: &Shop, server: &PostgresServer, machine: &str, arguments: &[&str]) -> ProgramOutput {
    run_output(&program(shop, server, machine, arguments).output().unwrap())
}

/// Signs in like a seller: opens the printed address, agrees, and pastes the address of the next page.
async fn sign_in(mut command: Command) -> ProgramOutput {
    let child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = child.unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let address = lines.find(|line| line.starts_with("http")).expect("an address to open");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let browser = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
    let agreed = browser.get(address).send().await.unwrap();
    let next_page = agreed.headers()["location"].to_str().unwrap().to_owned();
    writeln!(child.stdin.take().unwrap(), "{next_page}").unwrap();
    let rest = lines.collect::<Vec<_>>();
    let done = run_output(&child.wait_with_output().unwrap());
    ProgramOutput { out: rest.join("\n"), ..done }
}

fn is_signed_in(shop: &Shop, server: &PostgresServer, machine: &str) -> bool {
    let status = on(shop, server, machine, &["auth", "status", "--json"]);
    let status: Value = serde_json::from_str(&status.out).unwrap_or_else(|_| panic!("{}{}", status.out, status.err));
    assert_eq!(status["works"], status["consent_until"].is_string(), "{status}");
    status["works"] == true
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_is_that_of_all_machines() {
    let Some(server) = PostgresServer::start() else { return };
    let shop = Shop::with_synthetic(3).await;
    let signed_in = sign_in(program(&shop, &server, "one", &["auth", "ebay"])).await;
    assert_eq!(signed_in.code, Some(0), "{}{}", signed_in.out, signed_in.err);
    assert!(is_signed_in(&shop, &server, "two"), "an empty machine takes the sign-in from the database");

    // The default destination on an empty machine is eBay, as on the machine that signed in.
    let batch = on(&shop, &server, "three", &["run", shop.synthetic_list()]);
    assert_eq!(batch.code, Some(0), "{}{}", batch.out, batch.err);
    assert_eq!(shop.sandbox.ebay_state().offers.len(), 3);

    let revoked = on(&shop, &server, "two", &["auth", "revoke", "--yes"]);
    assert_eq!(revoked.code, Some(0), "{}{}", revoked.out, revoked.err);
    for machine in ["one", "three", "four"] {
        assert!(!is_signed_in(&shop, &server, machine), "{machine} has no sign-in of its own");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_moves_with_the_store() {
    let Some(server) = PostgresServer::start() else { return };
    let shop = Shop::with_synthetic(2).await;
    let in_files = |arguments: &[&str]| {
        let mut command = program(&shop, &server, "one", arguments);
        command.env_remove("DATABASE_URL");
        command
    };
    assert_eq!(sign_in(in_files(&["auth", "ebay"])).await.code, Some(0));
    assert_eq!(run_output(&in_files(&["run", shop.synthetic_list()]).output().unwrap()).code, Some(0));
    // A move that stops before the sign-in is in the new store is finished by another one.
    let mut stopped = in_files(&["store", "move", "--to", &server.url()]);
    let stopped = run_output(&stopped.env("DRAFT_MAKER_ENCRYPTION_KEY", "too short").output().unwrap());
    assert_eq!(stopped.code, Some(2), "{}{}", stopped.out, stopped.err);
    let moved = run_output(&in_files(&["store", "move", "--to", &server.url()]).output().unwrap());
    assert_eq!(moved.code, Some(0), "{}{}", moved.out, moved.err);
    assert!(moved.out.contains("1 batch,") && moved.out.contains("The eBay sign-in was moved too"), "{}", moved.out);
    assert!(is_signed_in(&shop, &server, "two"), "an empty machine has the sign-in of the store");

    let folder = shop.home.path().join("back");
    let back = on(&shop, &server, "three", &["store", "move", "--to", folder.to_str().unwrap()]);
    assert_eq!(back.code, Some(0), "{}{}", back.out, back.err);
    let mut status = program(&shop, &server, "three", &["auth", "status", "--json"]);
    let status = run_output(&status.env_remove("DATABASE_URL").env("DRAFT_MAKER_DATA_DIR", &folder).output().unwrap());
    assert!(status.out.contains("\"works\": true") || status.out.contains("\"works\":true"), "{}", status.out);
}

/// The file of the sign-in is used with any store.
#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_without_a_key_stays_in_its_file() {
    let Some(server) = PostgresServer::start() else { return };
    let shop = Shop::with_synthetic(1).await;
    let without_key = |is_in_files: bool, arguments: &[&str]| {
        let mut command = program(&shop, &server, "one", arguments);
        command.env_remove("DRAFT_MAKER_ENCRYPTION_KEY");
        if is_in_files {
            command.env_remove("DATABASE_URL");
        }
        command
    };
    assert_eq!(sign_in(without_key(true, &["auth", "ebay"])).await.code, Some(0));
    assert_eq!(run_output(&without_key(true, &["run", shop.synthetic_list()]).output().unwrap()).code, Some(0));
    let moved = run_output(&without_key(true, &["store", "move", "--to", &server.url()]).output().unwrap());
    assert_eq!(moved.code, Some(0), "{}{}", moved.out, moved.err);
    assert!(moved.out.contains("The eBay sign-in stays in ") && !moved.out.contains("auth ebay"), "{}", moved.out);
    let status = run_output(&without_key(false, &["auth", "status"]).output().unwrap());
    assert!(status.code == Some(0) && status.out.contains("accepts the sign-in"), "{}{}", status.out, status.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_key_is_an_error_that_names_the_fix() {
    const OTHER: &str = "YWJjZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXowMTIzNDU=";
    let Some(server) = PostgresServer::start() else { return };
    let shop = Shop::with_synthetic(1).await;
    assert_eq!(sign_in(program(&shop, &server, "one", &["auth", "ebay"])).await.code, Some(0));

    let with_key = |key: &str, arguments: &[&str]| {
        let mut command = program(&shop, &server, "two", arguments);
        run_output(&command.env("DRAFT_MAKER_ENCRYPTION_KEY", key).output().unwrap())
    };
    let status = with_key(OTHER, &["auth", "status"]);
    assert_ne!(status.code, Some(0));
    assert!(status.err.contains("stored with another DRAFT_MAKER_ENCRYPTION_KEY"), "{}", status.err);
    let doctor = with_key(OTHER, &["doctor"]);
    assert!(doctor.out.contains("stored with another DRAFT_MAKER_ENCRYPTION_KEY"), "{}", doctor.out);
    assert!(doctor.out.contains("run `draft-maker auth ebay`"), "{}", doctor.out);
    let malformed = with_key("too short", &["auth", "status"]);
    assert_eq!(malformed.code, Some(2), "{}", malformed.err);
    assert!(malformed.err.contains("openssl rand -base64 32"), "{}", malformed.err);
    assert!(!malformed.err.contains("too short"), "{}", malformed.err);
    let shown = with_key(KEY, &["config"]);
    assert!(!shown.out.contains(KEY), "a key is never shown: {}", shown.out);

    // A new sign-in with the other key replaces the unreadable one.
    let mut again = program(&shop, &server, "two", &["auth", "ebay"]);
    again.env("DRAFT_MAKER_ENCRYPTION_KEY", OTHER);
    let again = sign_in(again).await;
    assert_eq!(again.code, Some(0), "{}{}", again.out, again.err);
    assert_eq!(with_key(OTHER, &["auth", "status"]).code, Some(0));
}

/// A damaged file on one machine is named, is not taken for a sign-out of all machines, and is replaced by a new sign-in.
#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_sign_in_file_signs_no_machine_out() {
    let Some(server) = PostgresServer::start() else { return };
    let shop = Shop::with_synthetic(1).await;
    assert_eq!(sign_in(program(&shop, &server, "one", &["auth", "ebay"])).await.code, Some(0));
    let file = shop.home.path().join("one/.config/draft-maker/ebay-sandbox.json");
    assert!(file.exists());
    std::fs::write(&file, "{").unwrap();
    let status = on(&shop, &server, "one", &["auth", "status"]);
    assert_ne!(status.code, Some(0), "{}", status.out);
    assert!(status.err.contains("ebay-sandbox.json cannot be read"), "{}", status.err);
    assert!(status.err.contains("draft-maker auth ebay"), "{}", status.err);
    assert!(is_signed_in(&shop, &server, "two"), "the sign-in of the other machines stays");

    let signed_in = sign_in(program(&shop, &server, "one", &["auth", "ebay"])).await;
    assert_eq!(signed_in.code, Some(0), "{}{}", signed_in.out, signed_in.err);
    for machine in ["one", "two"] {
        assert!(is_signed_in(&shop, &server, machine), "{machine}");
    }
}
