//! A server that answers by script, byte by byte where that matters, and writes down what it was asked and when.

use parking_lot::Mutex;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// One request as it came.
#[derive(Clone, Debug)]
pub struct Asked {
    pub at: Instant,
    /// The path with its query.
    pub target: String,
    /// The head in full.
    pub head: String,
    /// How many came before it.
    pub number: usize,
}

impl Asked {
    pub fn header(&self, name: &str) -> Option<&str> {
        let name = format!("{name}:");
        let line = self.head.lines().find(|line| line.to_ascii_lowercase().starts_with(&name))?;
        Some(line[name.len()..].trim())
    }
}

/// What to answer.
pub enum Say {
    /// These bytes, then the end of the connection.
    Bytes(Vec<u8>),
    /// These bytes, then nothing more, and the connection stays.
    ThenHang(Vec<u8>),
    /// These bytes, but only after the bell.
    After(Arc<Notify>, Vec<u8>),
    /// The head, then the chunk again and again until that many bytes went out, or nobody reads.
    Flood { head: String, chunk: Vec<u8>, total: usize },
    /// The head, then one byte each time.
    Drip { head: String, every: Duration },
}

/// A whole answer.
pub fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Say {
    Say::Bytes(answer_bytes(status, headers, body.as_bytes()))
}

pub fn ok(body: &str) -> Say {
    answer(200, &[], body)
}

pub fn answer_bytes(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {status} X\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in headers {
        head.extend([name, ": ", value, "\r\n"]);
    }
    [head.as_bytes(), b"\r\n", body].concat()
}

type Script = Arc<dyn Fn(&Asked) -> Say + Send + Sync>;

/// The server; it ends when dropped.
pub struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<Asked>>>,
    sent: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    pub async fn start(script: impl Fn(&Asked) -> Say + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (asked, sent) = (Arc::default(), Arc::default());
        let (script, book, count): (Script, _, _) = (Arc::new(script), Arc::clone(&asked), Arc::clone(&sent));
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&script), Arc::clone(&book), Arc::clone(&count)));
            }
        });
        Self { address, asked, sent, task }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().clone()
    }

    /// Targets in the order in which they came.
    pub fn targets(&self) -> Vec<String> {
        self.asked().into_iter().map(|asked| asked.target).collect()
    }

    /// Bytes of floods that went out.
    pub fn sent(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// Returns when so many requests have come.
    pub async fn has_been_asked(&self, times: usize) {
        let asked = async {
            while self.asked().len() < times {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), asked).await.expect("the requests came");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(mut stream: TcpStream, script: Script, book: Arc<Mutex<Vec<Asked>>>, sent: Arc<AtomicUsize>) {
    let Some(head) = read_head(&mut stream).await else { return };
    let target = head.split(' ').nth(1).unwrap_or_default().to_owned();
    let asked = {
        let mut book = book.lock();
        let asked = Asked { at: Instant::now(), target, head, number: book.len() };
        book.push(asked.clone());
        asked
    };
    // Errors of writing mean that the client has gone, which is its right.
    let _ = say(&mut stream, script(&asked), &sent).await;
}

async fn say(stream: &mut TcpStream, say: Say, sent: &AtomicUsize) -> std::io::Result<()> {
    match say {
        Say::Bytes(bytes) => stream.write_all(&bytes).await?,
        Say::ThenHang(bytes) => {
            stream.write_all(&bytes).await?;
            std::future::pending::<()>().await;
        }
        Say::After(bell, bytes) => {
            bell.notified().await;
            stream.write_all(&bytes).await?;
        }
        Say::Flood { head, chunk: item, total } => {
            stream.write_all(head.as_bytes()).await?;
            while sent.load(Ordering::Relaxed) < total {
                stream.write_all(&item).await?;
                sent.fetch_add(item.len(), Ordering::Relaxed);
            }
        }
        Say::Drip { head, every } => {
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
    let mut byte = [0; 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        match stream.read(&mut byte).await {
            Ok(0) | Err(_) => return None,
            Ok(read) => head.extend_from_slice(&byte[..read]),
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}
