//! A PostgreSQL server at the end of a TCP connection that fails.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use testing::postgres::PostgresServer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

use super::shop::{Shop, run_output, wait_for_exit};

/// What a proxy does with its connections.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ProxyMode {
    Pass,
    /// Swallows everything, as a network does that has lost its route.
    Stall,
    /// Closes all connections, also new ones.
    Cut,
}

/// A proxy before the server's socket.
struct TcpProxy {
    port: u16,
    mode: watch::Sender<ProxyMode>,
}

impl TcpProxy {
    async fn before(server: &PostgresServer) -> Self {
        let socket: PathBuf = server.url().split("host=").nth(1).unwrap().into();
        let socket = socket.join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mode, watched) = watch::channel(ProxyMode::Pass);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(forward(client, socket.clone(), watched.clone()));
            }
        });
        Self { port, mode }
    }
}

async fn forward(client: TcpStream, socket: PathBuf, mut mode: watch::Receiver<ProxyMode>) {
    let Ok(server) = UnixStream::connect(&socket).await else { return };
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    let (up, down) = (mode.clone(), mode.clone());
    tokio::select! {
        () = pump(from_client, to_server, up) => {}
        () = pump(from_server, to_client, down) => {}
        _ = mode.wait_for(|mode| *mode == ProxyMode::Cut) => {}
    }
}

async fn pump(mut from: impl AsyncRead + Unpin, mut to: impl AsyncWrite + Unpin, mut mode: watch::Receiver<ProxyMode>) {
    let mut bytes = vec![0; 16_384];
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        let passes = mode.wait_for(|mode| *mode != ProxyMode::Stall).await.is_ok();
        if !passes || to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_goes_on_over_a_connection_that_is_cut_and_stalls() {
    const ITEMS: usize = 40;
    let Some(server) = PostgresServer::start() else { return };
    let proxy = TcpProxy::before(&server).await;
    let options = sandbox::SandboxOptions {
        enforce_limits: false,
        latency: Duration::from_millis(20),
        synthetic_releases: ITEMS,
        ..sandbox::SandboxOptions::default()
    };
    let shop = Shop::with(options).await;
    let mut command = shop.seller(&["run", shop.synthetic_list()]);
    command.env("DATABASE_URL", format!("postgres://shop@127.0.0.1:{}/postgres", proxy.port));
    let mut child = command.spawn().unwrap();
    let mut faults = 0;
    for (mode, lasts) in
        [(ProxyMode::Cut, 10), (ProxyMode::Stall, 500), (ProxyMode::Cut, 700), (ProxyMode::Stall, 1_500)]
    {
        let target = shop.requests() + 50;
        while shop.requests() < target && child.try_wait().unwrap().is_none() {
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
        if child.try_wait().unwrap().is_some() {
            break;
        }
        proxy.mode.send_replace(mode);
        tokio::time::sleep(Duration::from_millis(lasts)).await;
        proxy.mode.send_replace(ProxyMode::Pass);
        faults += 1;
    }
    assert!(faults > 0, "the connection failed during the batch");
    assert_eq!(wait_for_exit(&mut child).await, Some(0));
    let state = shop.sandbox.ebay_state();
    let skus: BTreeSet<&str> = state.offers.iter().filter_map(|offer| offer["sku"].as_str()).collect();
    assert_eq!((state.offers.len(), skus.len()), (ITEMS, ITEMS), "one draft for each SKU");
    assert_eq!(state.violations, Vec::<String>::new());
    let mut check = shop.seller(&["store", "check"]);
    let check = run_output(&check.env("DATABASE_URL", server.url()).output().unwrap());
    assert!(check.out.contains("is sound: 1 batches"), "{}{}", check.out, check.err);
}
