//! A running service and a client of it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use reqwest::Method;
use reqwest::header::HeaderMap;
use sandbox::SandboxOptions;
use serde_json::{Value, json};

use crate::batch::shop::{Shop, end, send};

/// Longer than anything here takes, on the slowest machine.
pub(super) const LONGEST: Duration = Duration::from_mins(2);

/// The list that most tests order.
pub(super) const LIST: &str = "gs://draft-maker-bucket/boxes/1.txt";

/// Two jobs of the demo's releases.
pub(super) const TWO: &[u8] = b"720642462928\n093624896326\n";

pub(super) struct Served {
    pub(super) shop: Shop,
    pub(super) address: String,
    pub(super) child: Child,
    client: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl Answer {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The body of an answer of this status.
    pub(super) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// The name of the job that a good answer shows.
    pub(super) fn job(&self) -> String {
        self.is(200)["job_id"].as_str().unwrap().to_owned()
    }
}

impl Served {
    /// A service over a sandbox that refuses nothing, whose bucket holds [`LIST`] with two releases.
    pub(super) async fn open() -> Self {
        let served = Self::over(Shop::open().await).await;
        served.put("boxes/1.txt", TWO);
        served
    }

    /// A service whose list holds so many synthetic releases, and whose services take so long for each answer.
    pub(super) async fn with_synthetic(extra: usize, latency: Duration) -> Self {
        let shop = Shop::with(SandboxOptions {
            enforce_limits: false,
            synthetic_releases: extra,
            latency,
            ..SandboxOptions::default()
        })
        .await;
        let served = Self::over(shop).await;
        served.put_synthetic("boxes/1.txt");
        served
    }

    pub(super) async fn over(shop: Shop) -> Self {
        let command = shop.program(&[]);
        Self::start(shop, command).await
    }

    /// The service that `command` starts, with `serve` put to its arguments.
    pub(super) async fn start(shop: Shop, command: Command) -> Self {
        // A second provider is refused, and the first serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (child, address) = begin(command, &["serve", "--port", "0"]).await;
        let client = reqwest::Client::builder().timeout(LONGEST).no_proxy().build().unwrap();
        Self { shop, address, child, client }
    }

    /// The service once more, on another port.
    pub(super) async fn again(&mut self) {
        let command = self.shop.program(&[]);
        (self.child, self.address) = begin(command, &["serve", "--port", "0"]).await;
    }

    /// The service once more, as `command` starts it.
    pub(super) async fn again_with(&mut self, command: Command) {
        (self.child, self.address) = begin(command, &["serve", "--port", "0"]).await;
    }

    /// The service once more, where it was.
    pub(super) async fn again_there(&mut self) {
        let (command, port) = (self.shop.program(&[]), self.address.rsplit(':').next().unwrap().to_owned());
        (self.child, self.address) = begin(command, &["serve", "--port", &port]).await;
    }

    pub(super) fn put(&self, name: &str, list: &[u8]) -> String {
        self.shop.sandbox.put_object("draft-maker-bucket", name, list);
        format!("gs://draft-maker-bucket/{name}")
    }

    pub(super) fn put_synthetic(&self, name: &str) -> String {
        self.put(name, crate::batch::shop::lines(&self.shop.sandbox.synthetic_upcs()).as_bytes())
    }

    pub(super) fn signal(&self, signal: Signal) {
        send(&self.child, signal);
    }

    /// The exit code, once it has ended.
    pub(super) async fn end(&mut self) -> Option<i32> {
        end(&mut self.child).await
    }

    /// A request before it is sent.
    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    pub(super) async fn get(&self, path: &str) -> Answer {
        answer(self.request(Method::GET, path)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> Answer {
        answer(self.request(Method::POST, path).json(body)).await
    }

    /// Orders a batch over `gcs_path` and gives its name.
    pub(super) async fn order(&self, gcs_path: &str) -> String {
        self.post("/api/batch/process", &json!({"gcs_path": gcs_path})).await.job()
    }

    /// A wish for a job: `pause`.
    pub(super) async fn action(&self, job: &str, request: &str) -> Answer {
        answer(self.request(Method::POST, &format!("/api/batch/jobs/{job}/{request}"))).await
    }

    pub(super) async fn status(&self, job: &str) -> Value {
        self.get(&format!("/api/batch/status/{job}")).await.is(200)
    }

    /// Waits until a job is in a state, and gives it.
    pub(super) async fn until(&self, job: &str, state: &str) -> Value {
        self.until_so(job, |shown| shown["status"] == state).await
    }

    /// Waits until a job is as it is wanted.
    pub(super) async fn until_so(&self, job: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let shown = self.status(job).await;
            if is_so(&shown) {
                return shown;
            }
            assert!(began.elapsed() < LONGEST, "it stayed {shown}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// The facts of a job's events, by their names, without those of items.
    pub(super) async fn facts(&self, job: &str) -> Vec<String> {
        let answer = self.get(&format!("/api/batch/jobs/{job}/events")).await;
        let names = answer.text.lines().filter_map(|line| line.strip_prefix("event: "));
        names.filter(|name| *name != "item").map(ToOwned::to_owned).collect()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(super) async fn answer(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    Answer { status, headers, text: response.text().await.unwrap() }
}

/// Starts the service and reads where it is.
pub(super) async fn begin(mut command: Command, arguments: &[&str]) -> (Child, String) {
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let reading = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).unwrap();
        line
    });
    let line = tokio::time::timeout(LONGEST, reading).await;
    let Ok(Ok(line)) = line else {
        child.kill().unwrap();
        panic!("the service said nothing");
    };
    let address = line.strip_prefix("Listening on ").and_then(|rest| rest.split(' ').next());
    (child, address.unwrap_or_else(|| panic!("{line:?}")).to_owned())
}
