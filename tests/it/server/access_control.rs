//! Access control: allowed host names, origins and tokens.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::process::{Command, Stdio};

use api::service_file::ServiceInfo;
use reqwest::Method;
use secrecy::ExposeSecret as _;

use super::test_server::{TestServer, send_request};
use crate::batch::shop::{Shop, files, run_output};

const TOKEN: &str = "xq7-token-of-the-service-7qx";

/// Starts a service that other machines can reach.
async fn guarded() -> TestServer {
    let shop = Shop::open().await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__HOST", "0.0.0.0").env("DRAFT_MAKER__SERVER__HOSTS", "shop.example");
    command.env("DRAFT_MAKER_TOKEN", TOKEN);
    TestServer::start(shop, command).await
}

async fn status(server: &TestServer, headers: &[(&str, &str)]) -> u16 {
    let request = server.request(Method::GET, "/api/batch/jobs");
    send_request(headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))).await.status
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_host_names_and_origins_are_rejected() {
    let server = TestServer::open().await;
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    let local = format!("localhost:{port}");
    for host in [local.as_str(), "127.0.0.1", "[::1]:80", "draft-maker.localhost"] {
        assert_eq!(status(&server, &[("host", host)]).await, 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example:8080", "localhost.evil.example", "192.168.1.7", ""] {
        assert_eq!(status(&server, &[("host", host)]).await, 403, "{host}");
    }
    assert_eq!(status(&server, &[("host", &local), ("origin", &format!("http://{local}"))]).await, 200);
    for origin in ["http://evil.example", "null", "http://localhost:1"] {
        assert_eq!(status(&server, &[("host", &local), ("origin", origin)]).await, 403, "{origin}");
    }
    let answer = server.get("/health").await;
    assert!(!answer.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_other_machines_reach_requires_a_token() {
    let server = guarded().await;
    assert_eq!(status(&server, &[]).await, 401);
    let right = format!("Bearer {TOKEN}");
    assert_eq!(status(&server, &[("authorization", &right)]).await, 200);
    assert_eq!(status(&server, &[("authorization", &right), ("host", "shop.example")]).await, 200);
    assert_eq!(status(&server, &[("authorization", &right), ("host", "evil.example")]).await, 403);
    for wrong in ["Bearer", "Bearer x", TOKEN, &format!("Basic {TOKEN}"), &format!("Bearer {TOKEN}x")] {
        assert_eq!(status(&server, &[("authorization", wrong)]).await, 401, "{wrong}");
    }
    assert_eq!(server.get("/health").await.status, 200, "health checks need no token");
    let docs = server.get("/docs").await;
    assert!(docs.status == 200 && docs.text.contains("Token"), "the page has a field for the token");
    for path in [
        "/",
        "/metrics",
        "/api/openapi.json",
        "/api/events",
        "/api/batch/status/batch_20200101_000000_0",
        "/api/batch/jobs/batch_20200101_000000_0/items/720642462928/ebay",
        "/no",
    ] {
        let refused = server.get(path).await;
        assert_eq!((refused.status, &refused.headers["www-authenticate"]), (401, &"Bearer".parse().unwrap()), "{path}");
        assert_eq!(refused.json()["error"], "UNAUTHORIZED");
    }
}

/// As in the container image: no gateway is trusted by its address, and the token is created once.
#[tokio::test(flavor = "multi_thread")]
async fn the_token_is_created_once() {
    let shop = Shop::open().await;
    let program = |shop: &Shop, arguments: &[&str]| {
        let mut command = shop.program(arguments);
        command.env("DRAFT_MAKER__SERVER__HOST", "0.0.0.0");
        command
    };
    let none = shop.run(&["token"]);
    assert!(none.code == Some(2) && none.err.contains("needs no token"), "{}", none.err);
    let command = program(&shop, &[]);
    let mut server = TestServer::start(shop, command).await;
    let token = run_output(&program(&server.shop, &["token"]).output().unwrap());
    assert_eq!(token.code, Some(0), "{}", token.err);
    let file = server.shop.home.path().join(".local/share/draft-maker/api-token");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert_eq!(std::fs::read_to_string(&file).unwrap(), token.out);
    let right = format!("Bearer {}", token.out.trim());
    let own_addresses = ["127.0.0.1", "127.0.0.2", "127.9.8.7"];
    let port = server.address.rsplit_once(':').unwrap().1.to_owned();
    for address in own_addresses {
        server.address = format!("http://{address}:{port}");
        let refused = server.get("/api/batch/jobs").await;
        assert!(refused.status == 401 && refused.text.contains("draft-maker token"), "{address}: {refused:?}");
        assert_eq!(server.get("/health").await.status, 200, "{address}");
        assert_eq!(status(&server, &[("authorization", &right)]).await, 200, "{address}");
        assert_eq!(status(&server, &[("authorization", &format!("{right}x"))]).await, 401, "{address}");
    }
    // Commands inside the container need no token.
    let jobs = run_output(&program(&server.shop, &["jobs"]).output().unwrap());
    assert_eq!(jobs.code, Some(0), "{}", jobs.err);
    server.signal(nix::sys::signal::Signal::SIGTERM);
    assert_eq!(server.wait_for_exit().await, Some(0));
    let mut again = program(&server.shop, &[]);
    again.args(["serve", "--port", "0", "--json"]);
    let announced = first_json_line(again);
    assert_eq!(announced["token_file"], file.to_str().unwrap(), "a later start says where the token is");
    assert!(announced["new_token"].is_null(), "and does not print it: {announced}");
    let again = program(&server.shop, &[]);
    (server.child, server.address) = super::test_server::start_process(again, &["serve", "--port", "0"]).await;
    assert_eq!(status(&server, &[("authorization", &right)]).await, 200, "a restart keeps it");
    for log in files(&server.shop.home.path().join(".local/state/draft-maker/logs")) {
        let text = std::fs::read_to_string(&log).unwrap();
        assert!(!text.contains(token.out.trim()), "{}", log.display());
    }
}

/// Starts the service, reads the JSON line that it prints, and ends it.
fn first_json_line(mut service: Command) -> serde_json::Value {
    let mut child = service.stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

/// RFC 9112, section 3.2.2: the authority of the request target takes precedence over `Host`.
#[tokio::test(flavor = "multi_thread")]
async fn an_absolute_request_target_is_held_to_its_own_host() {
    let server = TestServer::open().await;
    let address = server.address.strip_prefix("http://").unwrap();
    for (target, host, expected) in [
        (format!("http://{address}/api/batch/jobs"), "localhost", "200"),
        (format!("http://{address}/api/batch/jobs"), address, "200"),
        ("http://evil.example/api/batch/jobs".to_owned(), "localhost", "403"),
        ("http://localhost@evil.example/api/batch/jobs".to_owned(), "localhost", "403"),
    ] {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        write!(stream, "GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut head = String::new();
        BufReader::new(stream).read_line(&mut head).unwrap();
        assert!(head.contains(expected), "{target} {host}: {head}");
    }
}

/// This is not a container, so no gateway is trusted; `scripts/test-container` tests with one.
#[tokio::test(flavor = "multi_thread")]
async fn a_trusted_gateway_admits_only_the_container_host() {
    let shop = Shop::open().await;
    let mut command = shop.program(&[]);
    command.env("DRAFT_MAKER__SERVER__HOST", "0.0.0.0").env("DRAFT_MAKER__SERVER__TRUST_GATEWAY", "true");
    let server = TestServer::start(shop, command).await;
    assert_eq!(server.get("/health").await.status, 200);
    let refused = server.get("/api/batch/jobs").await;
    assert!(refused.status == 401 && refused.text.contains("DRAFT_MAKER_TOKEN"), "{refused:?}");
    assert_eq!(status(&server, &[("authorization", "Bearer ")]).await, 401);
    let data = server.shop.home.path().join(".local/share/draft-maker");
    let local = ServiceInfo::read_from(&data).expect("a running service says where it is").token;
    assert_eq!(status(&server, &[("authorization", &format!("Bearer {}", local.expose_secret()))]).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn local_commands_find_the_service_and_its_token() {
    let server = guarded().await;
    let data = server.shop.home.path().join(".local/share/draft-maker");
    // The file is written before the first response.
    assert_eq!(status(&server, &[]).await, 401);
    let service_info = ServiceInfo::read_from(&data).expect("a running service writes its address");
    let mode = std::fs::metadata(data.join("service.json")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(service_info.address.rsplit_once(':').unwrap().1, server.address.rsplit_once(':').unwrap().1);
    let local = format!("Bearer {}", service_info.token.expose_secret());
    assert_eq!(status(&server, &[("authorization", &local)]).await, 200);
    assert!(!format!("{service_info:?}").contains(service_info.token.expose_secret()));
    for file in files(server.shop.home.path()) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains(TOKEN), "{}", file.display());
        let is_service_file = file.ends_with("service.json");
        assert_eq!(text.contains(service_info.token.expose_secret()), is_service_file, "{}", file.display());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unusable_listen_address_is_reported() {
    let shop = Shop::open().await;
    let elsewhere = shop.run(&["serve", "--host", "192.0.2.1", "--port", "0"]);
    assert_eq!(elsewhere.code, Some(1), "{}", elsewhere.err);
    assert!(elsewhere.err.contains("--host"), "{}", elsewhere.err);
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let ran = shop.run(&["serve", "--port", &port]);
    assert_eq!(ran.code, Some(1), "{}", ran.err);
    assert!(ran.err.contains("--port"), "{}", ran.err);
}
