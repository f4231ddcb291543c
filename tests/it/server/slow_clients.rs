//! Slow and endless clients: each costs one connection for some seconds, and other clients are not affected.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

use super::test_server::TestServer;

/// Time limit, longer than any timeout of the service.
const CLIENT_TIMEOUT: Duration = Duration::from_secs(40);

fn connect(server: &TestServer) -> TcpStream {
    let stream = TcpStream::connect(server.address.strip_prefix("http://").unwrap()).unwrap();
    stream.set_read_timeout(Some(CLIENT_TIMEOUT)).unwrap();
    stream
}

/// Reads until the connection is closed.
fn read_until_closed(mut stream: TcpStream) -> String {
    let mut text = Vec::new();
    match stream.read_to_end(&mut text) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
        Err(error) => panic!("the connection was not closed: {error}"),
    }
    String::from_utf8(text).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn incomplete_requests_time_out() {
    let server = TestServer::open().await;
    let silent = connect(&server);
    let mut half = connect(&server);
    half.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\nX-Half").unwrap();
    let mut body = connect(&server);
    let head = "POST /api/batch/process HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Content-Length: 40\r\n\r\n{\"gcs_path\"";
    body.write_all(head.as_bytes()).unwrap();
    // Other clients are served meanwhile.
    assert_eq!(server.get("/health").await.status, 200);
    let (silent, half, body) = tokio::task::spawn_blocking(|| {
        let readers = [silent, half, body].map(|stream| std::thread::spawn(|| read_until_closed(stream)));
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
async fn endless_headers_and_bodies_are_cut_off() {
    let server = TestServer::open().await;
    let mut endless = connect(&server);
    endless.write_all(b"GET /health HTTP/1.1\r\nHost: localhost\r\n").unwrap();
    let mut sent = 0_usize;
    // Send headers until the service closes the connection.
    while sent < (16 << 20) && endless.write_all(format!("X-{sent}: {}\r\n", "x".repeat(1000)).as_bytes()).is_ok() {
        sent += 1000;
    }
    assert!(sent < (16 << 20), "endless headers were accepted");

    let mut chunks = connect(&server);
    let head = "POST /api/batch/process HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n\
                Transfer-Encoding: chunked\r\n\r\n";
    chunks.write_all(head.as_bytes()).unwrap();
    let chunk = format!("1000\r\n{}\r\n", " ".repeat(0x1000));
    let mut sent = 0_usize;
    while sent < (64 << 20) && chunks.write_all(chunk.as_bytes()).is_ok() {
        sent += 0x1000;
    }
    assert!(sent < (64 << 20), "an endless body was accepted");
    assert_eq!(server.get("/health").await.status, 200);
}
