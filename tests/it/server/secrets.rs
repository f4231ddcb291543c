//! Every secret carries a marker, and every library logs at its most verbose level. No written file contains a marker,
//! neither verbatim nor in base64 nor percent-encoded.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Child, Command};
use std::time::{Duration, Instant};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use nix::sys::signal::Signal;
use sandbox::{FaultKind, FaultRule, SandboxOptions};
use serde_json::{Value, json};

use super::test_server::TIMEOUT;
use crate::batch::shop::{Shop, files, send_signal, wait_for_exit};

const DISCOGS: &str = "xq7+discogs/mark=7qx";
const SERVER: &str = "xq7+server/mark=7qx";
const PRIVATE_KEY: &str = "xq7+private/mark=7qx";
const LIST: &str = "gs://draft-maker-bucket/boxes/1.txt";

/// Returns the program with the most verbose logging.
fn program(shop: &Shop, arguments: &[&str]) -> Command {
    let mut command = shop.seller(arguments);
    command.env("DISCOGS_PERSONAL_ACCESS_TOKEN", DISCOGS).env("DRAFT_MAKER_TOKEN", SERVER);
    command.env("RUST_LOG", "trace,draft_maker=trace").env("MODE", "api");
    command
}

/// Runs the program until it ends. Its output goes to files in the home directory, like everything else.
async fn run(shop: &Shop, name: &str, mut command: Command) -> Option<i32> {
    wait_for_exit(&mut spawn(shop, name, &mut command)).await
}

fn spawn(shop: &Shop, name: &str, command: &mut Command) -> Child {
    let file = |kind: &str| File::create(shop.home.path().join(format!("{name}.{kind}"))).unwrap();
    command.stdout(file("stdout")).stderr(file("stderr")).spawn().unwrap()
}

async fn address(shop: &Shop) -> String {
    let began = Instant::now();
    loop {
        let note = fs::read(shop.home.path().join(".local/share/draft-maker/service.json"));
        if let Some(note) = note.ok().and_then(|note| serde_json::from_slice::<Value>(&note).ok()) {
            return note["address"].as_str().unwrap().to_owned();
        }
        assert!(began.elapsed() < TIMEOUT, "the service does not start");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Creates a job and stores every response about it.
async fn save_all_responses(shop: &Shop, address: &str) {
    let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build().unwrap();
    let order = json!({"gcs_path": LIST});
    let ordered = client.post(format!("{address}/api/batch/process")).bearer_auth(SERVER).json(&order).send().await;
    let job: Value = serde_json::from_str(&ordered.unwrap().text().await.unwrap()).unwrap();
    let job = job["job_id"].as_str().unwrap();
    // The first response ends with the job.
    let of_job = ["events?part=whole", "items", "items/720642462928", "results.json", "results.csv"];
    let of_job = of_job.map(|rest| format!("/api/batch/jobs/{job}/{rest}"));
    let others = ["/health", "/metrics", "/", "/api/openapi.json", "/api/batch/jobs", "/api/batch/status/none"];
    let paths = of_job.into_iter().chain(others.map(str::to_owned)).chain([format!("/api/batch/status/{job}")]);
    for (number, path) in paths.enumerate() {
        for token in [SERVER, "xq7-another"] {
            let answer = client.get(format!("{address}{path}")).bearer_auth(token).send().await.unwrap();
            let file = shop.home.path().join(format!("answer-{number}-{}", token.len()));
            fs::write(file, answer.text().await.unwrap()).unwrap();
        }
    }
    let status = fs::read_to_string(shop.home.path().join("answer-11-19")).unwrap();
    assert!(status.contains("\"status\":\"completed\""), "{status}");
}

/// Returns the texts that must not appear anywhere, each with the name of its secret.
fn needles(shop: &Shop) -> Vec<(String, Vec<u8>)> {
    let of_ebay = shop.sandbox.ebay_settings();
    let set = |name: &str| of_ebay.iter().find(|(known, _)| *known == name).unwrap().1.clone();
    let (app, cert, consent) = (set("EBAY_APP_ID"), set("EBAY_CERT_ID"), set("EBAY_REFRESH_TOKEN"));
    let secrets = [
        ("discogs", DISCOGS.to_owned()),
        ("server", SERVER.to_owned()),
        ("private key", PRIVATE_KEY.to_owned()),
        ("keyset", format!("{app}:{cert}")),
        ("cert id", cert),
        ("consent", consent),
    ];
    let forms = |secret: &str| {
        let encoded = url::form_urlencoded::byte_serialize(secret.as_bytes()).collect::<String>();
        [secret.to_owned(), encoded, STANDARD.encode(secret), URL_SAFE.encode(secret)]
    };
    let all =
        secrets.iter().flat_map(|(name, secret)| forms(secret).map(|form| ((*name).to_owned(), form.into_bytes())));
    all.collect()
}

fn contains_bytes(file: &Path, needle: &[u8]) -> bool {
    let content = fs::read(file).unwrap();
    content.windows(needle.len()).any(|window| window == needle)
}

/// Asserts that every line about an item names its job and its UPC.
fn assert_lines_name_job_and_upc(home: &Path) {
    let logs = files(&home.join(".local/state/draft-maker/logs"));
    let text = logs.iter().map(|file| fs::read_to_string(file).unwrap()).collect::<String>();
    let lines = text.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
    let lines = lines.collect::<Vec<_>>();
    for key in ["time", "level", "target", "message", "job", "upc"] {
        assert!(lines.iter().all(|line| line.get(key).is_some()), "{key}");
    }
    let of_items =
        lines.iter().filter(|line| line["target"] == "draft_maker_pipeline::item_pipeline").collect::<Vec<_>>();
    assert!(!of_items.is_empty() && of_items.iter().all(|line| line["job"].is_string() && line["upc"].is_string()));
    // SQL statements are not logged at any level.
    for library in ["hyper", "draft_maker_upstream"] {
        let messages = lines.iter().any(|line| line["target"].as_str().unwrap().starts_with(library));
        assert!(messages, "{library} logs at this level");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_written_anywhere() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let faults = [FaultKind::ServerError, FaultKind::Html].map(|kind| FaultRule {
        service: Some("discogs".to_owned()),
        kind,
        share: 0.3,
    });
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, faults: faults.into(), ..SandboxOptions::default() }).await;
    shop.sandbox.put_object("draft-maker-bucket", "boxes/1.txt", b"720642462928\n093624896326\n887396825833\nno\n");
    let mut service = spawn(&shop, "service", &mut program(&shop, &["serve", "--port", "0"]));
    save_all_responses(&shop, &address(&shop).await).await;
    send_signal(&service, Signal::SIGTERM);
    assert_eq!(wait_for_exit(&mut service).await, Some(0));
    for (number, arguments) in [
        &["config"][..],
        &["config", "--format", "json"],
        &["doctor", "gs://draft-maker-bucket"],
        &["auth", "status"],
        &["lookup", "720642462928"],
        &["drafts"],
        &["run", LIST, "--sink", "csv"],
        &["jobs"],
    ]
    .into_iter()
    .enumerate()
    {
        run(&shop, &format!("command-{number}"), program(&shop, arguments)).await;
    }
    with_a_broken_key(&shop).await;

    assert_lines_name_job_and_upc(shop.home.path());
    let written = files(shop.home.path());
    for kind in ["journal.db", "answers.db", ".log", "service.stderr", "batch_results_", "answer-5-19"] {
        assert!(written.iter().any(|file| file.to_string_lossy().contains(kind)), "no {kind} in {written:?}");
    }
    let needles = needles(&shop);
    let text = written.iter().flat_map(|file| {
        let found = needles.iter().filter(|(_, needle)| contains_bytes(file, needle));
        found.map(|(name, needle)| format!("{}: {name} as {}", file.display(), String::from_utf8_lossy(needle)))
    });
    assert_eq!(text.collect::<Vec<_>>(), Vec::<String>::new());
}

/// Runs with an invalid Google key outside the searched folder. Its parse error must not show the key.
async fn with_a_broken_key(shop: &Shop) {
    let outside = tempfile::tempdir().unwrap();
    let key = outside.path().join("key.json");
    let pem = format!("-----BEGIN PRIVATE KEY-----\n{PRIVATE_KEY}\n-----END PRIVATE KEY-----\n");
    let account = json!({"type": "service_account", "project_id": "p", "private_key_id": "1", "private_key": pem,
        "client_email": "a@p.iam.gserviceaccount.com", "token_uri": "http://127.0.0.1:1/token"});
    fs::write(&key, account.to_string()).unwrap();
    for (number, arguments) in [&["doctor", "gs://draft-maker-bucket"][..], &["run", LIST, "--test"]].iter().enumerate()
    {
        let mut command = program(shop, arguments);
        command.env_remove("STORAGE_EMULATOR_HOST").env_remove("STORAGE_EMULATOR_HOST_GRPC");
        command.env("GOOGLE_APPLICATION_CREDENTIALS", &key);
        assert_ne!(run(shop, &format!("google-{number}"), command).await, Some(0));
    }
}
