//! A data folder on an almost full disk, which is a separate file system of a fixed size.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::test_server::{LIST, TWO_UPCS, TestServer};
use crate::batch::shop::Shop;

/// Returns the command in its own namespace, where `folder` is a disk of `megabytes`. `None` if the system forbids
/// that.
fn on_disk_of(megabytes: u32, folder: &Path, command: &Command) -> Option<Command> {
    let script = format!("mount -t tmpfs -o size={megabytes}m disk \"$0\" && exec \"$@\"");
    in_namespace(folder, command, &script)
}

/// Returns a shell script in its own namespace, in which it may mount disks. `$0` is the folder, `$@` the command.
fn in_namespace(folder: &Path, command: &Command, script: &str) -> Option<Command> {
    let may = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "disk", "/mnt"]).output();
    if !may.is_ok_and(|tried| tried.status.success()) {
        println!("skipped: this system allows no mounts in a namespace");
        return None;
    }
    std::fs::create_dir_all(folder).unwrap();
    let mut inside = Command::new("unshare");
    inside.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    inside.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    inside.args(["-rm", "sh", "-c", script]);
    inside.arg(folder).arg(command.get_program()).args(command.get_args());
    command.get_current_dir().map(|dir| inside.current_dir(dir));
    Some(inside)
}

async fn server_on_disk_of(megabytes: u32) -> Option<TestServer> {
    let shop = Shop::open().await;
    let data = shop.home.path().join("data");
    let mut program = shop.program(&[]);
    program.args(["--data-dir", data.to_str().unwrap()]);
    let command = on_disk_of(megabytes, &data, &program)?;
    let server = TestServer::start(shop, command).await;
    server.put("boxes/1.txt", TWO_UPCS);
    Some(server)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_rejected_while_the_disk_is_almost_full() {
    let Some(server) = server_on_disk_of(60).await else { return };
    let refused = server.post("/api/batch/process", &json!({"gcs_path": LIST, "test_mode": true})).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(refused.text.contains("a batch needs 67 MB: free some space, then try again"), "{}", refused.text);
    let uploaded =
        server.request(reqwest::Method::POST, "/api/batch/upload?test_mode=true").body(TWO_UPCS).send().await.unwrap();
    assert_eq!(uploaded.status(), 503, "an uploaded list needs the same space");
    assert_eq!(
        server.get("/api/batch/jobs").await.is(200)["jobs"].as_array().map(Vec::len),
        Some(0),
        "no batch was created"
    );
    let health = server.get("/health").await;
    assert_eq!(health.status, 503, "{}", health.text);
    assert!(health.text.contains("MB free for"), "{}", health.text);
    assert_eq!(server.get("/health/live").await.status, 200, "a restart would not free space");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_runs_while_disk_space_is_low() {
    let Some(server) = server_on_disk_of(300).await else { return };
    let job = server.create_job(LIST).await;
    server.until(&job, "completed").await;
    let health = server.get("/health").await;
    assert!(health.text.contains("free some space"), "{}", health.text);
}

/// Fills a disk with existing databases, and starts again: SQLite then fails to create its shared memory, which is a
/// separate error.
const FILL_AND_START_AGAIN: &str = r#"
    mount -t tmpfs -o size=3m disk "$0" || exit 1
    "$@" >/dev/null &
    while [ ! -e "$0/service.json" ] && kill -0 $!; do sleep 0.1; done
    kill $!; wait
    dd if=/dev/zero of="$0/filler" bs=1k 2>/dev/null
    exec "$@"
"#;

#[test]
fn a_start_on_a_full_disk_names_the_disk() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::open());
    let data = shop.home.path().join("data");
    let mut program = shop.program(&["serve", "--port", "0"]);
    program.args(["--data-dir", data.to_str().unwrap()]);
    let Some(mut command) = in_namespace(&data, &program, FILL_AND_START_AGAIN) else { return };
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("the disk is full, so") && text.contains("free some space"), "{text}");
}
