//! Clients that are slow or never end: each costs a connection for some seconds, and the others nothing.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::served::Served;

/// More than the service waits for anybody.
const PATIENCE: Duration = Duration::from_secs(40);

fn connect(served: &Served) -> TcpStream {
    let stream = TcpStream::connect(served.address.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// What is answered until the connection is closed.
fn until_closed(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    match stream.read_to_end(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("it was not closed: {error}"),
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_does_not_come_is_not_waited_for() {
    let served = Served::open().await;
    let silent = connect(&served);
    let mut half = connect(&served);
    half.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Half").unwrap();
    let mut body = connect(&served);
    let head = "POST /api/batch/process HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 40\r\n\r\n{\"gcs_path\"";
    body.write_all(head.as_bytes()).unwrap();
    // Others are served meanwhile.
    assert_eq!(served.get("/health").await.status, 200);
    let (silent, half, body) = tokio::task::spawn_blocking(|| {
        let readers = [silent, half, body].map(|stream| std::thread::spawn(|| until_closed(stream)));
        let [silent, half, body] = readers.map(|reader| reader.join().unwrap());
        (silent, half, body)
    })
    .await
    .unwrap();
    assert!(silent.is_empty() || silent.starts_with("HTTP/1.1 408"), "{silent}");
    assert!(half.is_empty() || half.starts_with("HTTP/1.1 408"), "{half}");
    assert!(body.starts_with("HTTP/1.1 408") && body.contains("TOO_SLOW"), "{body}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_or_a_body_without_end_is_cut() {
    let served = Served::open().await;
    let mut endless = connect(&served);
    endless.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    let mut sent = 0_usize;
    // Until the service has had enough.
    while sent < (16 << 20) && endless.write_all(format!("X-{sent}: {}\r\n", "x".repeat(1000)).as_bytes()).is_ok() {
        sent += 1000;
    }
    assert!(sent < (16 << 20), "headers without end were taken");

    let mut chunks = connect(&served);
    let head = "POST /api/batch/process HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    chunks.write_all(head.as_bytes()).unwrap();
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    let mut sent = 0_usize;
    while sent < (64 << 20) && chunks.write_all(chunk.as_bytes()).is_ok() {
        sent += 0x1000;
    }
    assert!(sent < (64 << 20), "a body without end was taken");
    assert_eq!(served.get("/health").await.status, 200);
}
