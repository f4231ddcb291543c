//! Without credentials, the answer comes soon and says what to do. Google's library reads its own environment, so
//! these run in a process of their own.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use input::{Settings, read_list};

use testing::own_process;

/// In the process: reads, tells, and is done.
async fn is_child() -> bool {
    if !own_process::is_it() {
        return false;
    }
    let source = "gs://a-bucket/upcs.txt".parse().unwrap();
    match read_list(&source, &Settings::default()).await {
        Ok(_) => eprintln!("it was read"),
        Err(error) => eprintln!("{error}"),
    }
    true
}

#[tokio::test]
async fn no_credentials_is_an_answer_that_comes_soon() {
    if is_child().await {
        return;
    }
    // Accepts connections and never answers, as some networks do at the metadata server's address.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap().to_string();
    // Nobody listens there: nothing leaves this machine.
    let proxy = "http://127.0.0.1:1";
    let home = tempfile::tempdir().unwrap();
    let test = "gcs::credentials::no_credentials_is_an_answer_that_comes_soon";
    let home = home.path().to_str().unwrap();
    let environment = [("HOME", home), ("GCE_METADATA_HOST", address.as_str()), ("HTTPS_PROXY", proxy)];
    let began = Instant::now();
    let printed = own_process::stderr_of(test, &environment, Vec::new());
    let took = began.elapsed();
    assert!(printed.contains("gs://a-bucket/upcs.txt: no usable Google credentials"), "{printed}");
    assert!(printed.contains("set GOOGLE_APPLICATION_CREDENTIALS"), "{printed}");
    assert!(printed.contains("gcloud auth application-default login"), "{printed}");
    // Under five seconds by design; the library by itself takes five minutes.
    assert!(took < Duration::from_secs(30), "{took:?}");
    println!("no credentials: {took:?}\n{printed}");
}

#[tokio::test]
async fn a_credentials_file_that_is_named_and_unusable_is_reported() {
    if is_child().await {
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let test = "gcs::credentials::a_credentials_file_that_is_named_and_unusable_is_reported";
    let path = home.path().join("key.json");
    let environment = [("GOOGLE_APPLICATION_CREDENTIALS", path.to_str().unwrap())];
    let printed = own_process::stderr_of(test, &environment, Vec::new());
    assert!(printed.contains("no usable Google credentials") && printed.contains("key.json"), "{printed}");
    std::fs::write(&path, "{\"type\": \"none\"}").unwrap();
    let printed = own_process::stderr_of(test, &environment, Vec::new());
    assert!(printed.contains("no usable Google credentials") && printed.contains("none"), "{printed}");
}

/// A credentials file that only `.env` names, which Google's library does not read.
#[tokio::test]
async fn a_credentials_file_of_the_settings_is_used() {
    let home = tempfile::tempdir().unwrap();
    let key = home.path().join("key.json");
    let source = "gs://a-bucket/upcs.txt".parse().unwrap();
    let mut settings = Settings::default();
    settings.gcs.credentials_file = Some(key.clone());
    for (content, word) in [
        (None, "No such file"),
        (Some("private_key: ABCDEF"), "not JSON"),
        (Some("{}"), "type"),
        (Some(r#"{"type": "magic"}"#), "magic"),
        (Some(r#"{"type": "service_account", "project_id": "p"}"#), "missing field"),
    ] {
        if let Some(content) = content {
            std::fs::write(&key, content).unwrap();
        }
        let error = read_list(&source, &settings).await.unwrap_err().to_string();
        assert!(error.contains("no usable Google credentials") && error.contains(word), "{error}");
        assert!(!error.contains("ABCDEF"), "{error}");
    }
}
