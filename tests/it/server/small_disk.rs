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

/// Leaves this much room on the disk of a process, in kilobytes: enough for a check, too little for the result files.
const ROOM_KILOBYTES: u64 = 128;

#[tokio::test(flavor = "multi_thread")]
async fn result_files_are_written_once_the_output_folder_has_room() {
    let shop = Shop::with_synthetic(150).await;
    let output = shop.output();
    let Some(command) = on_disk_of(8, &output, &shop.program(&[])) else { return };
    let server = TestServer::start(shop, command).await;
    let list = server.put_synthetic("boxes/1.txt");
    // The disk as the process sees it.
    let disk =
        Path::new("/proc").join(server.child.id().to_string()).join("root").join(output.strip_prefix("/").unwrap());
    let filler = disk.join("filler");
    std::fs::write(&filler, vec![0; (8 << 20) - (usize::try_from(ROOM_KILOBYTES).unwrap() << 10)]).unwrap();
    let job = server.create_job(&list).await;
    let failed = server.until(&job, "failed").await;
    assert!(failed["error"].as_str().unwrap().contains("the disk is full"), "{failed}");
    let named = |beginning: &str| {
        let files = std::fs::read_dir(&disk).unwrap().map(|file| file.unwrap().file_name().into_string().unwrap());
        files.filter(|name| name.starts_with(beginning)).collect::<Vec<_>>()
    };
    assert_eq!(named("batch_results_"), Vec::<String>::new());
    assert_eq!(named(".batch_"), Vec::<String>::new(), "no temporary file is left");

    // A disk with room for an empty file only is no room for result files.
    std::fs::write(disk.join("filler2"), vec![0; 1 << 20]).unwrap_err();
    let began = std::time::Instant::now();
    while server.get("/health").await.status != 503 {
        assert!(began.elapsed() < super::test_server::TIMEOUT);
        // A temporary file may have been removed since.
        std::fs::write(disk.join("filler2"), vec![0; 1 << 20]).unwrap_err();
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    let health = server.get("/health").await.is(503);
    let check = health["checks"].as_array().unwrap().iter().find(|check| check["name"] == "output").unwrap();
    assert_eq!((&check["status"], &check["fix"]), (&json!("unhealthy"), &json!("free some space, or set OUTPUT_DIR")));

    std::fs::remove_file(&filler).unwrap();
    std::fs::remove_file(disk.join("filler2")).unwrap();
    let ended = server.until(&job, "completed").await;
    assert_eq!((&ended["successful"], &ended["error"]), (&json!(150), &serde_json::Value::Null), "{ended}");
    for beginning in ["batch_results_", "batch_summary_", "ebay_drafts_"] {
        assert_eq!(named(beginning).len(), 1, "{beginning}");
    }
    let drafts = std::fs::read_to_string(disk.join(&named("ebay_drafts_")[0])).unwrap();
    assert!(drafts.lines().count() >= 150, "{drafts}");
    let results = std::fs::read(disk.join(&named("batch_results_")[0])).unwrap();
    assert_eq!(serde_json::from_slice::<serde_json::Value>(&results).unwrap()["successful"], 150);
}

/// Runs the list on a disk of some kilobytes, then with more room again. Prints the names of all files after each run, and
/// writes the exit codes to the standard error.
const RUN_AND_RESUME: &str = r#"
    mount -t tmpfs -o size=ROOMk disk "$0" || exit 1
    "$@" run list.txt >/dev/null 2>&1; echo "first $?" >&2
    ls -A "$0"
    mount -o remount,size=16m "$0" || exit 1
    "$@" resume >/dev/null 2>&1; echo "then $?" >&2
    echo --; ls -A "$0"; cat "$0"/batch_results_*.json
"#;

/// However much room there is for them, result files are whole or not there, and a resumed batch writes them.
fn run_in_room(shop: &Shop, kilobytes: u32, data: &str) {
    let folder = shop.output();
    let program = shop.program(&["--data-dir", data]);
    let script = RUN_AND_RESUME.replace("ROOM", &kilobytes.to_string());
    let Some(mut command) = in_namespace(&folder, &program, &script) else { return };
    let ran = command.output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    let (first, rest) = out.split_once("--\n").unwrap_or_else(|| panic!("{out}{err}"));
    let is_written = err.contains("first 0\n");
    let names =
        |listed: &str| listed.lines().take_while(|line| !line.starts_with('{')).map(str::to_owned).collect::<Vec<_>>();
    let reports = names(first).into_iter().filter(|name| !name.starts_with("ebay_drafts_")).count();
    assert_eq!(reports, if is_written { 2 } else { 0 }, "{kilobytes} KB: {first}{err}");
    assert!(names(&out).iter().all(|name| !name.starts_with('.')), "{kilobytes} KB: no temporary file is left: {out}");
    if err.contains("first 2\n") {
        assert_eq!(names(rest), Vec::<String>::new(), "no batch was created");
        return;
    }
    assert_eq!(names(rest).len(), 3, "{kilobytes} KB: {rest}{err}");
    let results: serde_json::Value = serde_json::from_str(&rest[rest.find('{').unwrap()..]).unwrap();
    assert_eq!(results["successful"], 40, "{kilobytes} KB");
}

#[test]
fn result_files_are_whole_or_missing_on_a_disk_of_any_size() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let shop = runtime.block_on(Shop::with_synthetic(40));
    std::fs::write(shop.home.path().join("list.txt"), crate::batch::shop::lines(&shop.sandbox.synthetic_upcs()))
        .unwrap();
    // Too small for the check before the batch, for some of the files, and large enough.
    let rooms = [16, 80, 112, 160, 224, 320, 4_000];
    for (number, room) in rooms.into_iter().enumerate() {
        let jitter = rand::random_range(0..16) * 4;
        run_in_room(&shop, room + jitter, shop.home.path().join(format!("data-{number}")).to_str().unwrap());
    }
}
