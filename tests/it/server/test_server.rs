//! A running service, and an HTTP client for it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use nix::sys::signal::Signal;
use reqwest::Method;
use reqwest::header::HeaderMap;
use sandbox::SandboxOptions;
use serde_json::{Value, json};

use crate::batch::shop::{Shop, send_signal, wait_for_exit};

/// Time limit, longer than anything here takes on the slowest machine.
pub(super) const TIMEOUT: Duration = Duration::from_mins(2);

/// Address of the list that most tests process.
pub(super) const LIST: &str = "gs://draft-maker-bucket/boxes/1.txt";

/// Two releases that the sandbox knows.
pub(super) const TWO_UPCS: &[u8] = b"720642462928\n093624896326\n";

pub(super) struct TestServer {
    pub(super) shop: Shop,
    pub(super) address: String,
    pub(super) child: Child,
    client: reqwest::Client,
}

/// An HTTP response.
#[derive(Debug)]
pub(super) struct ApiResponse {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) text: String,
}

impl ApiResponse {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Asserts this status and returns the body.
    pub(super) fn is(&self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.json()
    }

    /// Returns the job ID of a successful response.
    pub(super) fn job(&self) -> String {
        self.is(200)["job_id"].as_str().unwrap().to_owned()
    }
}

impl TestServer {
    /// Starts a service with a sandbox without rate limits, whose bucket has [`LIST`] with two releases.
    pub(super) async fn open() -> Self {
        let server = Self::for_shop(Shop::open().await).await;
        server.put("boxes/1.txt", TWO_UPCS);
        server
    }

    /// Starts a service whose list has this many synthetic releases, and whose upstreams respond with this latency.
    pub(super) async fn with_synthetic(extra: usize, latency: Duration) -> Self {
        let shop = Shop::with(SandboxOptions {
            enforce_limits: false,
            synthetic_releases: extra,
            latency,
            ..SandboxOptions::default()
        })
        .await;
        let server = Self::for_shop(shop).await;
        server.put_synthetic("boxes/1.txt");
        server
    }

    pub(super) async fn for_shop(shop: Shop) -> Self {
        let command = shop.program(&[]);
        Self::start(shop, command).await
    }

    /// Starts `command` with the argument `serve`.
    pub(super) async fn start(shop: Shop, command: Command) -> Self {
        // A process can install only one provider, and any provider works.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let (child, address) = start_process(command, &["serve", "--port", "0"]).await;
        let client = reqwest::Client::builder().timeout(TIMEOUT).no_proxy().build().unwrap();
        Self { shop, address, child, client }
    }

    /// Restarts the service on another port.
    pub(super) async fn restart(&mut self) {
        let command = self.shop.program(&[]);
        (self.child, self.address) = start_process(command, &["serve", "--port", "0"]).await;
    }

    /// Restarts the service with `command`.
    pub(super) async fn restart_with(&mut self, command: Command) {
        (self.child, self.address) = start_process(command, &["serve", "--port", "0"]).await;
    }

    /// Restarts the service on the same port.
    pub(super) async fn restart_on_same_port(&mut self) {
        let (command, port) = (self.shop.program(&[]), self.address.rsplit(':').next().unwrap().to_owned());
        (self.child, self.address) = start_process(command, &["serve", "--port", &port]).await;
    }

    pub(super) fn put(&self, name: &str, list: &[u8]) -> String {
        self.shop.sandbox.put_object("draft-maker-bucket", name, list);
        format!("gs://draft-maker-bucket/{name}")
    }

    pub(super) fn put_synthetic(&self, name: &str) -> String {
        self.put(name, crate::batch::shop::lines(&self.shop.sandbox.synthetic_upcs()).as_bytes())
    }

    pub(super) fn signal(&self, signal: Signal) {
        send_signal(&self.child, signal);
    }

    /// Waits for the process to end, and returns its exit code.
    pub(super) async fn wait_for_exit(&mut self) -> Option<i32> {
        wait_for_exit(&mut self.child).await
    }

    /// Builds a request without sending it.
    pub(super) fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.client.request(method, format!("{}{path}", self.address))
    }

    pub(super) async fn get(&self, path: &str) -> ApiResponse {
        send_request(self.request(Method::GET, path)).await
    }

    pub(super) async fn post(&self, path: &str, body: &Value) -> ApiResponse {
        send_request(self.request(Method::POST, path).json(body)).await
    }

    /// Starts a batch over `gcs_path` and returns its job ID.
    pub(super) async fn create_job(&self, gcs_path: &str) -> String {
        self.post("/api/batch/process", &json!({"gcs_path": gcs_path})).await.job()
    }

    /// Performs an action on a job, such as `pause`.
    pub(super) async fn action(&self, job: &str, request: &str) -> ApiResponse {
        send_request(self.request(Method::POST, &format!("/api/batch/jobs/{job}/{request}"))).await
    }

    pub(super) async fn status(&self, job: &str) -> Value {
        self.get(&format!("/api/batch/status/{job}")).await.is(200)
    }

    /// Waits until a job is in a state, and returns the job.
    pub(super) async fn until(&self, job: &str, state: &str) -> Value {
        self.wait_for(job, |shown| shown["status"] == state).await
    }

    /// Waits until a job satisfies the condition, and returns the job.
    pub(super) async fn wait_for(&self, job: &str, is_so: impl Fn(&Value) -> bool) -> Value {
        let began = Instant::now();
        loop {
            let shown = self.status(job).await;
            if is_so(&shown) {
                return shown;
            }
            assert!(began.elapsed() < TIMEOUT, "the job stayed {shown}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// Returns the names of a job's events, without those of its items.
    pub(super) async fn job_event_names(&self, job: &str) -> Vec<String> {
        let answer = self.get(&format!("/api/batch/jobs/{job}/events")).await;
        let names = answer.text.lines().filter_map(|line| line.strip_prefix("event: "));
        names.filter(|name| *name != "item").map(ToOwned::to_owned).collect()
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

pub(super) async fn send_request(request: reqwest::RequestBuilder) -> ApiResponse {
    let response = request.send().await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    ApiResponse { status, headers, text: response.text().await.unwrap() }
}

/// Starts the service, and returns the process and its address.
pub(super) async fn start_process(mut command: Command, arguments: &[&str]) -> (Child, String) {
    let mut child = command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::inherit()).spawn().unwrap();
    let out = child.stdout.take().unwrap();
    let reading = tokio::task::spawn_blocking(move || {
        let mut line = String::new();
        BufReader::new(out).read_line(&mut line).unwrap();
        line
    });
    let line = tokio::time::timeout(TIMEOUT, reading).await;
    let Ok(Ok(line)) = line else {
        child.kill().unwrap();
        panic!("the service did not print its address");
    };
    let address = line.strip_prefix("Listening on ").and_then(|rest| rest.split(' ').next());
    (child, address.unwrap_or_else(|| panic!("{line:?}")).to_owned())
}
