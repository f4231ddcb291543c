//! An HTTP server whose responses a test scripts, down to single bytes; it records each request and its time.

use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// A request that the server received.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    pub at: Instant,
    /// The path with its query.
    pub target: String,
    /// Request line and header fields, as received.
    pub head: String,
    /// Number of requests received before this one.
    pub number: usize,
}

impl ReceivedRequest {
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = format!("{name}:");
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&name))?;
        Some(line[name.len()..].trim())
    }
}

/// How the server responds to a request.
pub enum ScriptedResponse {
    /// Sends these bytes and closes the connection.
    Bytes(Vec<u8>),
    /// Sends these bytes and leaves the connection open.
    ThenHang(Vec<u8>),
    /// Waits for the notification, then sends these bytes and closes the connection.
    After(Arc<Notify>, Vec<u8>),
    /// Sends the head, then `chunk` repeatedly until `total` bytes are sent or the client disconnects.
    Flood { head: String, chunk: Vec<u8>, total: usize },
    /// Sends the head, then one byte per interval, forever.
    Drip { head: String, every: Duration },
}

/// Returns a complete response with a `Content-Length`.
pub fn response(status: u16, headers: &[(&str, &str)], body: &str) -> ScriptedResponse {
    ScriptedResponse::Bytes(response_bytes(status, headers, body.as_bytes()))
}

pub fn ok(body: &str) -> ScriptedResponse {
    response(200, &[], body)
}

pub fn response_bytes(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

type Script = Arc<dyn Fn(&ReceivedRequest) -> ScriptedResponse + Send + Sync>;

/// A running server; it stops when dropped.
pub struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    sent: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(script: impl Fn(&ReceivedRequest) -> ScriptedResponse + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (requests, sent) = (Arc::default(), Arc::default());
        let (script, received, sent_bytes): (Script, _, _) =
            (Arc::new(script), Arc::clone(&requests), Arc::clone(&sent));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&received), Arc::clone(&sent_bytes)));
            }
        });
        Self { address, requests, sent, task }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn requests(&self) -> Vec<ReceivedRequest> {
        self.requests.lock().clone()
    }

    /// Returns the request targets in the order of arrival.
    pub fn targets(&self) -> Vec<String> {
        self.requests().into_iter().map(|request| request.target).collect()
    }

    /// Returns the number of bytes sent by [`ScriptedResponse::Flood`].
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns once at least `count` requests have been received; panics after 30 s.
    pub async fn wait_for_requests(&self, count: usize) {
        let received = async {
            while self.requests().len() < count {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), received).await.expect("the requests came");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    script: Script,
    requests: Arc<Mutex<Vec<ReceivedRequest>>>,
    sent: Arc<AtomicUsize>,
) {
    let Some(head) = read_head(&mut stream).await else { return };
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let request = {
        let mut requests = requests.lock();
        let request = ReceivedRequest { at: Instant::now(), target, head, number: requests.len() };
        requests.push(request.clone());
        request
    };
    // A write error means that the client has disconnected, which tests may do.
    let _ = send_response(&mut stream, script(&request), &sent).await;
}

async fn send_response(stream: &mut TcpStream, response: ScriptedResponse, sent: &AtomicUsize) -> std::io::Result<()> {
    match response {
        ScriptedResponse::Bytes(bytes) => stream.write_all(&bytes).await?,
        ScriptedResponse::ThenHang(bytes) => {
            stream.write_all(&bytes).await?;
            std::future::pending::<()>().await;
        }
        ScriptedResponse::After(notify, bytes) => {
            notify.notified().await;
            stream.write_all(&bytes).await?;
        }
        ScriptedResponse::Flood { head, chunk, total } => {
            stream.write_all(head.as_bytes()).await?;
            while sent.load(Ordering::Relaxed) < total {
                stream.write_all(&chunk).await?;
                sent.fetch_add(chunk.len(), Ordering::Relaxed);
            }
        }
        ScriptedResponse::Drip { head, every } => {
            stream.write_all(head.as_bytes()).await?;
            loop {
                tokio::time::sleep(every).await;
                stream.write_all(b" ").await?;
            }
        }
    }
    stream.shutdown().await
}

async fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut buffer = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut buffer).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => head.extend_from_slice(&buffer[..read]),
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}
