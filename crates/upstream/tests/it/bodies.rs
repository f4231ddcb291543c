//! Oversized bodies, decompression bombs, and reading a prefix.

use std::time::Duration;

use upstream::{HttpError, Settings};

use super::{get, settings, upstream_at};
use testing::http_server::{ScriptedResponse, Server, response, response_bytes};

const MEGABYTE: usize = 1024 * 1024;

fn small_limit_settings() -> Settings {
    Settings { max_body_bytes: MEGABYTE, ..settings() }
}

#[tokio::test]
async fn an_endless_body_is_cut_off() {
    let server = Server::start(|_| ScriptedResponse::Flood {
        head: "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n".to_owned(),
        chunk: vec![b'x'; 64 * 1024],
        total: 200 * MEGABYTE,
    })
    .await;
    let error = upstream_at(&server, &small_limit_settings()).send(get("a")).await.expect_err("too large");
    assert_eq!(error, HttpError::TooLarge { limit: MEGABYTE });
    assert!(!error.is_transient());
    tokio::time::sleep(Duration::from_millis(50)).await;
    // The data in the socket buffers was sent too.
    assert!(server.sent() < 50 * MEGABYTE, "{} bytes were taken", server.sent());
    assert_eq!(server.requests().len(), 1, "a retry would not make it smaller");
}

#[tokio::test]
async fn a_body_that_announces_too_much_is_not_read() {
    let server =
        Server::start(|_| ScriptedResponse::ThenHang(b"HTTP/1.1 200 OK\r\nContent-Length: 209715200\r\n\r\n".to_vec()))
            .await;
    let error = upstream_at(&server, &small_limit_settings()).send(get("a")).await.expect_err("too large");
    assert_eq!(error, HttpError::TooLarge { limit: MEGABYTE });
}

#[tokio::test]
async fn a_decompression_bomb_is_counted_decompressed() {
    let bomb = gzipped_zeros(64 * MEGABYTE);
    assert!(bomb.len() < MEGABYTE, "{} bytes on the wire", bomb.len());
    let server =
        Server::start(move |_| ScriptedResponse::Bytes(response_bytes(200, &[("Content-Encoding", "gzip")], &bomb)))
            .await;
    let error = upstream_at(&server, &small_limit_settings()).send(get("a")).await.expect_err("too large");
    assert_eq!(error, HttpError::TooLarge { limit: MEGABYTE });
}

#[tokio::test]
async fn a_body_of_exactly_the_limit_is_read() {
    let server = Server::start(|_| response(200, &[], &"x".repeat(MEGABYTE))).await;
    let reply = upstream_at(&server, &small_limit_settings()).send(get("a")).await.expect("reply");
    assert_eq!((reply.body.len(), reply.truncated), (MEGABYTE, false));
}

#[tokio::test]
async fn only_the_prefix_is_read() {
    let server = Server::start(|asked| match asked.target.as_str() {
        // The rest never arrives, and the client does not wait for it.
        "/large" => ScriptedResponse::ThenHang(
            [&b"HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n"[..], &[7; 4096]].concat(),
        ),
        _ => ScriptedResponse::Bytes(response_bytes(200, &[], &[7; 1000])),
    })
    .await;
    let upstream = upstream_at(&server, &settings());
    let large = upstream.send(get("large").read_prefix(1000)).await.expect("reply");
    assert_eq!((large.body.len(), large.truncated), (1000, true));
    for asked_for in [1000, 65_536] {
        let all = upstream.send(get("small").read_prefix(asked_for)).await.expect("reply");
        assert_eq!((all.body.len(), all.truncated), (1000, false));
    }
}

#[tokio::test]
async fn a_web_page_instead_of_json_is_reported_by_its_title() {
    let page = "<!DOCTYPE html><html><head><title>Down for\n maintenance</title></head><body>x</body></html>";
    let server = Server::start(move |asked| match asked.target.as_str() {
        "/well" => response(200, &[("Content-Type", "text/html")], page),
        _ => response(503, &[("Content-Type", "text/html")], page),
    })
    .await;
    let upstream = upstream_at(&server, &settings());
    let reply = upstream.send(get("well")).await.expect("reply");
    assert!(!reply.is_json());
    let message = reply.json::<serde_json::Value>().expect_err("no JSON").to_string();
    assert_eq!(message, "a web page instead of JSON: \"Down for maintenance\"");
    let error = upstream.send(get("sick")).await.expect_err("sick");
    assert_eq!(error.to_string(), "status 503: Down for maintenance");
}

/// Returns one zero and then repeats "258 bytes from distance 1" in fixed Huffman codes (RFC 1951, 3.2.6), with the
/// header of RFC 1952. The checksum at its end is missing, because no reader should get that far.
fn gzipped_zeros(bytes: usize) -> Vec<u8> {
    let mut bits: Vec<bool> = Vec::new();
    let mut push = |code: &str| bits.extend(code.chars().map(|bit| bit == '1'));
    push("110"); // the last block, fixed codes
    push("00110000"); // a literal 0
    for _ in 0..bytes / 258 {
        push("1100010100000"); // length 258, distance 1
    }
    push("0000000");
    let packed = bits.chunks(8).map(|byte| byte.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit)));
    [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255].into_iter().chain(packed).collect()
}
