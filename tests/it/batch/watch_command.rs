//! `draft-maker watch`: the real program over the bucket of the sandbox.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use sandbox::SandboxOptions;

use super::shop::{Shop, lines, send_signal, wait_for_exit};

const BUCKET: &str = "draft-maker-bucket";
const FOLDER: &str = "gs://draft-maker-bucket/incoming/";
/// Time limit, longer than anything here takes on the slowest machine.
const TIMEOUT: Duration = Duration::from_mins(2);

/// A running `watch` command and its output so far.
struct Watch {
    child: Child,
    printed: Arc<Mutex<String>>,
}

impl Watch {
    fn start(shop: &Shop) -> Self {
        Self::start_with(shop, &[])
    }

    fn start_with(shop: &Shop, flags: &[&str]) -> Self {
        Self::start_in_mode(shop, &[&["--test"], flags].concat())
    }

    fn start_in_mode(shop: &Shop, flags: &[&str]) -> Self {
        let mut command = shop.program(&[&["watch", FOLDER], flags].concat());
        command.env("DRAFT_MAKER__INTAKE__WATCH_INTERVAL_S", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let printed = Arc::new(Mutex::new(String::new()));
        collect(child.stdout.take().unwrap(), printed.clone());
        collect(child.stderr.take().unwrap(), printed.clone());
        Self { child, printed }
    }

    fn printed(&self) -> String {
        self.printed.lock().unwrap().clone()
    }

    /// Waits until a text has been printed this many times.
    async fn until(&self, text: &str, times: usize) {
        let began = Instant::now();
        while self.printed().matches(text).count() < times {
            assert!(began.elapsed() < TIMEOUT, "no {text:?}: {}", self.printed());
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    async fn stop(&mut self, signal: Signal) -> Option<i32> {
        send_signal(&self.child, signal);
        wait_for_exit(&mut self.child).await
    }
}

fn collect(pipe: impl Read + Send + 'static, into: Arc<Mutex<String>>) {
    std::thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            into.lock().unwrap().push_str(&(line + "\n"));
        }
    });
}

/// Uploads an object and returns its generation.
fn put(shop: &Shop, name: &str, content: impl AsRef<[u8]>) -> i64 {
    shop.sandbox.put_object(BUCKET, name, content.as_ref())
}

fn job_count(shop: &Shop) -> usize {
    shop.run(&["jobs"]).out.matches("batch_").count()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_new_object_of_a_folder_is_run_once() {
    let shop = Shop::open().await;
    put(&shop, "elsewhere.txt", "012345678905\n");
    put(&shop, "incoming/deeper/3.txt", "012345678905\n");
    put(&shop, "incoming/", "");
    put(&shop, "incoming/1.txt", "720642462928\n");
    let mut watch = Watch::start(&shop);
    watch.until("is done: 1 ", 1).await;
    put(&shop, "incoming/2.csv", "UPC,Qty\n093624896326,2\n");
    watch.until("is done: 1 ", 2).await;
    // A longer list under the same name is a new object.
    put(&shop, "incoming/1.txt", "720642462928\n093624896326\n");
    watch.until("is done: ", 3).await;
    assert!(
        watch.printed().contains("Read as CSV: barcodes from \"UPC\", quantities from \"Qty\"; 1 item, 2 copies"),
        "{}",
        watch.printed()
    );
    assert_eq!(watch.stop(Signal::SIGTERM).await, Some(0), "{}", watch.printed());
    assert_eq!(job_count(&shop), 3, "{}", watch.printed());
    assert!(shop.results()["summary"].is_object());

    let mut again = Watch::start_with(&shop, &["--json"]);
    let fourth = put(&shop, "incoming/4.txt", "720642462928\n");
    again.until("\"event\":\"finished\"", 1).await;
    assert_eq!(again.stop(Signal::SIGINT).await, Some(0), "{}", again.printed());
    assert_eq!(job_count(&shop), 4, "what was run before is not run again: {}", again.printed());
    assert!(again.printed().contains(&format!("\"generation\":{fourth}")), "{}", again.printed());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_does_not_mark_objects_as_processed() {
    let shop = Shop::open().await;
    put(&shop, "incoming/1.txt", "720642462928\n");
    for (number, flags) in [(1, &["--test"][..]), (2, &["--no-drafts"]), (3, &["--sink", "csv", "--condition", "good"])]
    {
        let mut watch = Watch::start_in_mode(&shop, flags);
        watch.until("is done: 1 ", 1).await;
        assert_eq!(watch.stop(Signal::SIGTERM).await, Some(0), "{}", watch.printed());
        assert_eq!(job_count(&shop), number, "{flags:?}: {}", watch.printed());
    }
    // Each mode has run the object. The new object proves that the folder was listed again.
    put(&shop, "incoming/2.txt", "093624896326\n");
    let mut again = Watch::start_in_mode(&shop, &["--sink", "csv", "--condition", "good"]);
    again.until("is done: 1 ", 1).await;
    assert_eq!(again.stop(Signal::SIGTERM).await, Some(0), "{}", again.printed());
    assert_eq!(job_count(&shop), 4, "{}", again.printed());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unreadable_object_is_reported_and_skipped() {
    let shop = Shop::open().await;
    put(&shop, "incoming/1-empty.txt", "");
    put(&shop, "incoming/2-picture.jpg", [0xff, 0xd8, 0xff, 0xe0, 0, 0x10, b'J', b'F', b'I', b'F', 0, 1]);
    put(&shop, "incoming/3-copies.csv", "UPC,Qty\n720642462928,278\n093624896326,278\n");
    put(&shop, "incoming/4.txt", "720642462928\n");
    let mut watch = Watch::start(&shop);
    watch.until("is done: 1 ", 1).await;
    let printed = watch.printed();
    for text in [
        "gs://draft-maker-bucket/incoming/1-empty.txt is empty; it is processed when it has content",
        "failed: gs://draft-maker-bucket/incoming/2-picture.jpg: this is a picture (JPEG), not a list",
        "failed: gs://draft-maker-bucket/incoming/3-copies.csv: it has 556 copies in 2 rows",
    ] {
        assert!(printed.contains(text), "{text}: {printed}");
    }
    put(&shop, "incoming/1-empty.txt", "093624896326\n");
    watch.until("is done: 1 ", 2).await;
    assert_eq!(watch.stop(Signal::SIGTERM).await, Some(0));
    for name in ["incoming/2-picture.jpg", "incoming/3-copies.csv"] {
        let source = format!("gs://{BUCKET}/{name}");
        let read = shop.run(&["run", &source, "--test"]);
        assert_eq!(read.code, Some(2), "it is still there: {}", read.err);
        assert!(!read.err.contains("does not exist"), "{}", read.err);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_whose_run_was_killed_is_finished_only_once() {
    let latency = Duration::from_millis(100);
    let shop = Shop::with(SandboxOptions {
        enforce_limits: false,
        synthetic_releases: 60,
        latency,
        ..SandboxOptions::default()
    })
    .await;
    put(&shop, "incoming/1.txt", lines(&shop.sandbox.synthetic_upcs()));
    let mut watch = Watch::start(&shop);
    watch.until("rehearsed  ", 1).await;
    watch.stop(Signal::SIGKILL).await;
    assert!(!watch.printed().contains("is done"), "{}", watch.printed());
    let mut again = Watch::start(&shop);
    again.until("is done: ", 1).await;
    assert_eq!(again.stop(Signal::SIGTERM).await, Some(0));
    assert_eq!(job_count(&shop), 1);
    assert_eq!(shop.statuses().len(), 60);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_that_cannot_be_listed_is_retried() {
    let shop = Shop::open().await;
    let mut command = shop.program(&["watch", "gs://no-such-bucket/incoming/", "--test"]);
    command.env("DRAFT_MAKER__INTAKE__WATCH_INTERVAL_S", "1").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let printed = Arc::new(Mutex::new(String::new()));
    collect(child.stderr.take().unwrap(), printed.clone());
    let mut watch = Watch { child, printed };
    watch.until("cannot read the folder; the next try is in 1 seconds: the bucket does not exist", 2).await;
    assert_eq!(watch.stop(Signal::SIGTERM).await, Some(0));
    let mut empty = Watch::start(&shop);
    empty.until("gs://draft-maker-bucket/incoming/ has no lists yet", 1).await;
    assert_eq!(empty.stop(Signal::SIGTERM).await, Some(0));
    for (folder, word) in [
        ("gs://draft-maker-bucket/upcs.txt", "for example gs://bucket/incoming/"),
        ("gs://draft-maker-bucket/", "for example gs://draft-maker-bucket/incoming/"),
        ("gs://draft-maker-bucket", "is a whole bucket"),
        ("lists/", "a folder in a bucket"),
    ] {
        let refused = shop.run(&["watch", folder]);
        assert_eq!(refused.code, Some(2), "{}", refused.err);
        assert!(refused.err.contains(word), "{}", refused.err);
    }
}
