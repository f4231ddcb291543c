//! A key appears in no output, even with the most verbose logging and after any error.

use sandbox::{FaultKind, FaultRule, SandboxOptions};

use super::shop::{Shop, files};

const MARK: &str = "xq7-secret-mark-7qx";

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_in_no_log_no_error_no_file() {
    let faults = [FaultKind::ServerError, FaultKind::Html].map(|kind| FaultRule {
        service: Some("discogs".to_owned()),
        kind,
        share: 0.3,
    });
    let shop =
        Shop::with(SandboxOptions { enforce_limits: false, faults: faults.into(), ..SandboxOptions::default() }).await;
    let list = shop.list("720642462928\n093624896326\n887396825833\n720642443323\n");
    for arguments in [&["-vv", "run", list][..], &["-vv", "lookup", "720642462928"], &["config"], &["-vv", "jobs"]] {
        let output = shop.program(arguments).env("DISCOGS_PERSONAL_ACCESS_TOKEN", MARK).output().unwrap();
        for messages in [&output.stdout, &output.stderr] {
            assert!(!String::from_utf8_lossy(messages).contains(MARK), "{arguments:?}");
        }
    }
    let left = files(shop.home.path());
    assert!(left.iter().any(|file| file.to_string_lossy().contains("log")), "{left:?}");
    for file in left {
        let content = std::fs::read(&file).unwrap();
        let messages = content.windows(MARK.len()).any(|window| window == MARK.as_bytes());
        assert!(!messages, "{} tells the key", file.display());
    }
}
