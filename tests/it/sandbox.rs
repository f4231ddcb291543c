//! `draft-maker sandbox` prints settings for a shell, serves the printed addresses, and stops on a signal.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const NAME: (&str, &str) = ("user-agent", "DraftMakerTests/1.0 ( https://example.org/draft-maker )");

/// Starts the sandbox process and reads the settings it prints.
fn start_sandbox(arguments: &[&str]) -> (Child, Vec<(String, String)>) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    command.env_clear().arg("sandbox").args(arguments).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let settings = lines.filter_map(|line| {
        let (name, value) = line.strip_prefix("export ")?.split_once('=')?;
        Some((name.to_owned(), value.to_owned()))
    });
    let settings = settings.take(6).collect();
    (child, settings)
}

#[tokio::test]
async fn it_prints_its_addresses_and_stops_on_a_signal() {
    for signal in [Signal::SIGTERM, Signal::SIGINT] {
        let (mut child, settings) = start_sandbox(&[]);
        let address = |name: &str| settings.iter().find(|(known, _)| known == name).expect("printed").1.clone();
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().build().unwrap();
        let url = format!("{}/release?query=barcode:720642442524", address("MUSICBRAINZ_BASE_URL"));
        let answer = client.get(url).header(NAME.0, NAME.1).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let objects = format!("{}/storage/v1/b/draft-maker-bucket/o", address("STORAGE_EMULATOR_HOST"));
        assert!(client.get(objects).send().await.unwrap().text().await.unwrap().contains("upcs.txt"));
        kill(Pid::from_raw(child.id().cast_signed()), signal).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn a_port_in_use_is_a_clear_error() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    let output = command.env_clear().args(["sandbox", "--port", &port]).output().unwrap();
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(1), "{message}");
    assert!(message.contains(&port) && message.contains("another program uses this address"), "{message}");
}

#[tokio::test]
async fn files_become_objects_of_the_bucket() {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("box.txt");
    std::fs::write(&file, "720642442524\n").unwrap();
    let (mut child, settings) = start_sandbox(&["--object", &format!("gs://my-bucket/a=b/box.txt={}", file.display())]);
    let storage = &settings.iter().find(|(name, _)| name == "STORAGE_EMULATOR_HOST").expect("printed").1;
    let _ = rustls::crypto::ring::default_provider().install_default();
    let url = format!("{storage}/storage/v1/b/my-bucket/o/a%3Db%2Fbox.txt?alt=media");
    let answer = reqwest::Client::builder().build().unwrap().get(url).send().await.unwrap();
    assert_eq!(answer.text().await.unwrap(), "720642442524\n");
    child.kill().unwrap();
    child.wait().unwrap();

    for (object, message) in [
        ("gs://my-bucket/box.txt", "gs://BUCKET/OBJECT=FILE"),
        ("box.txt=box.txt", "gs://BUCKET/OBJECT=FILE"),
        ("gs://My-bucket/box.txt=box.txt", "lower-case"),
    ] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
        let output = command.env_clear().args(["sandbox", "--object", object]).output().unwrap();
        let text = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{text}");
        assert!(text.contains(message), "{text}");
    }
}

#[test]
fn it_says_how_to_draft_on_the_simulated_ebay_and_how_to_try_the_sign_in() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_draft-maker"));
    let mut child = command.env_clear().arg("sandbox").stdin(Stdio::null()).stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let comments = lines.filter(|line| line.starts_with("# ")).take(12).collect::<Vec<_>>();
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(comments.iter().any(|line| line.starts_with("# export EBAY_REFRESH_TOKEN=")), "{comments:#?}");
    let last = comments.last().expect("printed");
    assert!(last.contains("leave EBAY_REFRESH_TOKEN out and run `draft-maker auth ebay`"), "{comments:#?}");
}
