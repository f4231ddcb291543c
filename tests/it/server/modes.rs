//! `MODE`, which selects what the program does in a container.

use std::fs;

use super::test_server::start_process;
use crate::batch::shop::{Shop, run_output};

#[tokio::test(flavor = "multi_thread")]
async fn mode_api_starts_the_service() {
    let shop = Shop::open().await;
    let mut command = shop.program(&[]);
    command.env("MODE", "api").env("DRAFT_MAKER__SERVER__PORT", "0");
    let (mut child, address) = start_process(command, &[]).await;
    assert!(address.starts_with("http://127.0.0.1:"), "{address}");
    crate::batch::shop::send_signal(&child, nix::sys::signal::Signal::SIGINT);
    assert_eq!(crate::batch::shop::wait_for_exit(&mut child).await, Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn mode_batch_runs_one_batch_and_exits_with_its_code() {
    let shop = Shop::with_synthetic(3).await;
    let all = crate::batch::shop::lines(&shop.sandbox.synthetic_upcs());
    shop.sandbox.put_object("draft-maker-bucket", "good.txt", all.as_bytes());
    shop.sandbox.put_object("draft-maker-bucket", "mixed.txt", format!("{all}nothing\n").as_bytes());
    let run = |environment: &[(&str, &str)]| {
        let mut command = shop.program(&[]);
        run_output(&command.env("MODE", "batch").envs(environment.iter().copied()).output().unwrap())
    };
    let good = "gs://draft-maker-bucket/good.txt";
    assert_eq!(run(&[("INPUT_SOURCE", good), ("TEST_MODE", "true")]).code, Some(0));
    assert!(shop.statuses().iter().all(|(_, status)| status == "rehearsed"));
    assert_eq!(run(&[("INPUT_SOURCE", good), ("CREATE_DRAFTS", "false")]).code, Some(0));
    assert_eq!(shop.draft_rows().len(), 0);
    assert_eq!(run(&[("INPUT_SOURCE", "gs://draft-maker-bucket/mixed.txt")]).code, Some(3));
    assert_eq!(shop.draft_rows().len(), 3);
    let missing = run(&[("INPUT_SOURCE", "gs://draft-maker-bucket/none.txt")]);
    assert!(missing.code == Some(2) && missing.err.contains("none.txt"), "{}", missing.err);
    let nothing = run(&[]);
    assert!(nothing.code == Some(2) && nothing.err.contains("INPUT_SOURCE"), "{}", nothing.err);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_mode_is_reported() {
    let shop = Shop::open().await;
    for mode in ["bacth", "API2"] {
        let ran = run_output(&shop.program(&[]).env("MODE", mode).output().unwrap());
        assert_eq!(ran.code, Some(2), "{mode}: {}", ran.err);
        for word in [mode, "api", "batch", "console"] {
            assert!(ran.err.contains(word), "{mode}: {}", ran.err);
        }
    }
    let bare = shop.run(&[]);
    assert!(bare.code == Some(2) && bare.err.contains("nothing to do"), "{}", bare.err);
}

/// A key file mounted by the container is used if no other is configured.
#[test]
fn a_mounted_key_file_is_used() {
    use draft_maker::config::{Config, ConfigSources};
    use input::Settings;
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join("service-account-key.json");
    let sources = |environment: Vec<(String, String)>| ConfigSources {
        mounted_key: Some(key.clone()),
        environment,
        ..ConfigSources::default()
    };
    let file = |sources: &ConfigSources| {
        Config::load(sources).unwrap().section::<Settings>("intake").unwrap().gcs.credentials_file
    };
    assert_eq!(file(&sources(Vec::new())), None);
    fs::write(&key, "{}").unwrap();
    assert_eq!(file(&sources(Vec::new())), Some(key.clone()));
    let named = vec![("GOOGLE_APPLICATION_CREDENTIALS".to_owned(), "/elsewhere.json".to_owned())];
    assert_eq!(file(&sources(named)), Some("/elsewhere.json".into()));
}
