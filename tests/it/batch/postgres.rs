//! Batches and ledger in PostgreSQL: a machine without a persistent disk loses nothing.

use std::collections::BTreeSet;
use std::process::Command;
use std::time::Duration;

use nix::sys::signal::Signal;
use sandbox::SandboxOptions;
use serde_json::Value;
use testing::postgres::PostgresServer;

use super::shop::{Shop, run_output, send_signal, wait_for_exit};

/// Returns the program of a signed-in seller with the store in the database and this data directory.
fn program(shop: &Shop, server: &PostgresServer, data_dir: &str, arguments: &[&str]) -> Command {
    let mut command = shop.seller(arguments);
    command.env("DATABASE_URL", server.url()).env("DRAFT_MAKER_DATA_DIR", shop.home.path().join(data_dir));
    command
}

/// Asserts that every command reads the database, from any machine.
fn assert_commands_read_the_database(shop: &Shop, server: &PostgresServer, items: usize) {
    let on = |arguments: &[&str]| run_output(&program(shop, server, "machine-new", arguments).output().unwrap());
    let jobs = on(&["jobs", "--json"]);
    let jobs: Value = serde_json::from_str(&jobs.out).unwrap();
    assert_eq!((&jobs[0]["status"], &jobs[0]["done"]), (&Value::from("completed"), &Value::from(items)));
    let check = on(&["store", "check"]);
    assert_eq!(check.code, Some(0), "{}{}", check.out, check.err);
    assert!(
        check.out.starts_with("postgres:///postgres?host=") && check.out.contains("is sound: 1 batch,"),
        "{}",
        check.out
    );
    let sizes = on(&["store"]);
    assert!(sizes.out.contains("postgres:///postgres?host="), "{}", sizes.out);
    let repair = on(&["store", "repair"]);
    assert_eq!(repair.code, Some(1));
    assert!(repair.err.contains("pg_restore"), "{}", repair.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_resumed_from_an_empty_disk_each_sku_has_one_draft() {
    const ITEMS: usize = 60;
    let Some(server) = PostgresServer::start() else { return };
    let latency = Duration::from_millis(20);
    let options =
        SandboxOptions { enforce_limits: false, latency, synthetic_releases: ITEMS, ..SandboxOptions::default() };
    let shop = Shop::with(options).await;
    let mut killed = 0;
    let mut child = program(&shop, &server, "machine-0", &["run", shop.synthetic_list()]).spawn().unwrap();
    for more in [60, 90, 120] {
        let target = shop.requests() + more;
        while shop.requests() < target && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        send_signal(&child, Signal::SIGKILL);
        wait_for_exit(&mut child).await;
        killed += 1;
        // Nothing of the previous machine is left: no data, no cache, no results.
        child = program(&shop, &server, &format!("machine-{killed}"), &["resume"]).spawn().unwrap();
    }
    assert!(killed > 0, "the program was killed during the batch");
    assert_eq!(wait_for_exit(&mut child).await, Some(0));

    let state = shop.sandbox.ebay_state();
    assert_eq!((state.items.len(), state.offers.len()), (ITEMS, ITEMS));
    let skus: BTreeSet<&str> = state.offers.iter().filter_map(|offer| offer["sku"].as_str()).collect();
    assert_eq!(skus.len(), ITEMS, "one draft per SKU");
    assert_eq!(state.violations, Vec::<String>::new());
    let statuses = shop.statuses();
    assert!(statuses.iter().all(|(_, status)| status == "drafted" || status == "already_drafted"), "{statuses:?}");
    assert_commands_read_the_database(&shop, &server, ITEMS);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_process_is_rejected_but_can_read() {
    let Some(server) = PostgresServer::start() else { return };
    let shop = Shop::with_synthetic(5).await;
    let mut service = program(&shop, &server, "machine-0", &["serve", "--port", "0"]).spawn().unwrap();
    while !shop.home.path().join("machine-0/service.json").exists() {
        assert!(service.try_wait().unwrap().is_none(), "the service starts");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let on = |arguments: &[&str]| run_output(&program(&shop, &server, "machine-1", arguments).output().unwrap());
    let second = on(&["run", shop.synthetic_list()]);
    assert_ne!(second.code, Some(0));
    let process = format!("process {}", service.id());
    assert!(second.err.contains("another draft-maker") && second.err.contains(&process), "{}", second.err);
    assert_eq!(on(&["jobs"]).out, "No batches yet.\n");
    send_signal(&service, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut service).await, Some(0));
    assert_eq!(on(&["run", shop.synthetic_list()]).code, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_url_is_reported_without_its_password() {
    let shop = Shop::with_synthetic(1).await;
    for (url, expected) in [
        ("mysql://anna:s3cret@db/drafts", "store.url"),
        ("postgres://anna:s3cret@127.0.0.1:1/drafts", "postgres://127.0.0.1:1/drafts cannot be reached"),
    ] {
        for arguments in [&["jobs"][..], &["config"], &["doctor"]] {
            let output = shop.program(arguments).env("DATABASE_URL", url).output().unwrap();
            let ran = run_output(&output);
            assert!(
                !ran.out.contains("s3cret") && !ran.err.contains("s3cret"),
                "{arguments:?}: {}{}",
                ran.out,
                ran.err
            );
            if arguments == ["jobs"] {
                assert_ne!(ran.code, Some(0));
                assert!(ran.err.contains(expected), "{}", ran.err);
            }
        }
    }
}
