//! Without credentials, the error arrives soon and says what to do. Google's library reads the environment, so these
//! tests run in separate processes.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use input::{Settings, read_list};

use testing::process;

/// In the child process, reads the list, prints the result, and returns true.
async fn is_child() -> bool {
    if !process::is_child() {
        return false;
    }
    let source = "gs://a-bucket/upcs.txt".parse().unwrap();
    match read_list(&source, &Settings::default()).await {
        Ok(_) => eprintln!("the list was read"),
        Err(error) => eprintln!("{error}"),
    }
    true
}

#[tokio::test]
async fn missing_credentials_are_reported_soon() {
    if is_child().await {
        return;
    }
    // Accepts connections but never answers, as in some networks at the address of the metadata server.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    // Nothing listens on this port, so no request leaves this machine.
    let proxy = "http://127.0.0.1:1";
    let home = tempfile::tempdir().unwrap();
    let test = "gcs::credentials::missing_credentials_are_reported_soon";
    let home = home.path().to_str().unwrap();
    let environment = [("HOME", home), ("GCE_METADATA_HOST", address.as_str()), ("HTTPS_PROXY", proxy)];
    let began = Instant::now();
    let printed = process::stderr_of(test, &environment, Vec::new());
    let took = began.elapsed();
    assert!(printed.contains("gs://a-bucket/upcs.txt: no usable Google credentials"), "{printed}");
    assert!(printed.contains("set GOOGLE_APPLICATION_CREDENTIALS"), "{printed}");
    assert!(printed.contains("gcloud auth application-default login"), "{printed}");
    // Under five seconds by design; the library alone would take five minutes.
    assert!(took < Duration::from_secs(30), "{took:?}");
    println!("no credentials: {took:?}\n{printed}");
}

#[tokio::test]
async fn an_unusable_credentials_file_is_reported() {
    if is_child().await {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let test = "gcs::credentials::an_unusable_credentials_file_is_reported";
    let path = home.path().join("key.json");
    let environment = [("GOOGLE_APPLICATION_CREDENTIALS", path.to_str().unwrap())];
    let printed = process::stderr_of(test, &environment, Vec::new());
    assert!(printed.contains("no usable Google credentials (the credentials file cannot be opened)"), "{printed}");
    std::fs::write(&path, "{\"type\": \"none\"}").unwrap();
    let printed = process::stderr_of(test, &environment, Vec::new());
    assert!(printed.contains("no usable Google credentials (credentials of this type are not supported)"), "{printed}");
}

/// The credentials file is named only in `.env`, which Google's library does not read.
#[tokio::test]
async fn a_credentials_file_in_the_settings_is_used() {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.json");
    let source = "gs://a-bucket/upcs.txt".parse().unwrap();
    let mut settings = Settings::default();
    settings.gcs.credentials_file = Some(key.clone());
    for (content, word) in [
        (None, "no such file"),
        (Some("private_key: ABCDEF"), "not JSON"),
        (Some("{}"), "type"),
        (Some(r#"{"type": "magic"}"#), "magic"),
        (Some(r#"{"type": "service_account", "project_id": "p"}"#), "it has no client_email"),
    ] {
        if let Some(content) = content {
            std::fs::write(&key, content).unwrap();
        }
        let error = read_list(&source, &settings).await.unwrap_err().to_string();
        assert!(error.contains("no usable Google credentials") && error.contains(word), "{error}");
        assert!(!error.contains("ABCDEF"), "{error}");
    }
}
