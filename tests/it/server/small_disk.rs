//! A data folder on a disk that is almost full, as a file system of its own with a fixed size.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::served::{LIST, Served, TWO};
use crate::batch::shop::Shop;

/// The command in a namespace of its own, in which `folder` is a disk of `megabytes`. `None` if the system forbids that.
fn on_disk_of(megabytes: u32, folder: &Path, command: &Command) -> Option<Command> {
    let may = Command::new("unshare").args(["-rm", "mount", "-t", "tmpfs", "disk", "/mnt"]).output();
    if !may.is_ok_and(|tried| tried.status.success()) {
        println!("skipped: this system allows no mounts in a namespace");
        return None;
    }
    std::fs::create_dir_all(folder).unwrap();
    let mut inside = Command::new("unshare");
    inside.env_clear().envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    inside.env("PATH", std::env::var_os("PATH").unwrap_or_default());
    inside.args(["-rm", "sh", "-c", "mount -t tmpfs -o size=\"$0\"m disk \"$1\" && shift && exec \"$@\""]);
    inside.arg(megabytes.to_string()).arg(folder).arg(command.get_program()).args(command.get_args());
    command.get_current_dir().map(|dir| inside.current_dir(dir));
    Some(inside)
}

async fn served_on_disk_of(megabytes: u32) -> Option<Served> {
    let shop = Shop::open().await;
    let data = shop.home.path().join("data");
    let mut program = shop.program(&[]);
    program.args(["--data-dir", data.to_str().unwrap()]);
    let command = on_disk_of(megabytes, &data, &program)?;
    let served = Served::start(shop, command).await;
    served.put("boxes/1.txt", TWO);
    Some(served)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_is_refused_while_the_disk_is_almost_full() {
    let Some(served) = served_on_disk_of(60).await else { return };
    let refused = served.post("/api/batch/process", &json!({"gcs_path": LIST, "test_mode": true})).await;
    assert_eq!(refused.status, 503, "{}", refused.text);
    assert!(refused.text.contains("a batch needs 67 MB: free some space, then try again"), "{}", refused.text);
    let uploaded =
        served.request(reqwest::Method::POST, "/api/batch/upload?test_mode=true").body(TWO).send().await.unwrap();
    assert_eq!(uploaded.status(), 503, "a list that is sent needs the same space");
    assert_eq!(
        served.get("/api/batch/jobs").await.is(200)["jobs"].as_array().map(Vec::len),
        Some(0),
        "no batch is left"
    );
    let health = served.get("/health").await;
    assert_eq!(health.status, 503, "{}", health.text);
    assert!(health.text.contains("MB free for"), "{}", health.text);
    assert_eq!(served.get("/health/live").await.status, 200, "a restart makes no room");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_runs_while_the_disk_has_little_room_left() {
    let Some(served) = served_on_disk_of(300).await else { return };
    let job = served.order(LIST).await;
    served.until(&job, "completed").await;
    let health = served.get("/health").await;
    assert!(health.text.contains("free some space"), "{}", health.text);
}
