//! A TCP proxy in front of a PostgreSQL server, whose connections can fail.

use std::path::PathBuf;

use testing::postgres::PostgresServer;
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::sync::watch;

/// Behavior of a proxy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ProxyMode {
    Pass,
    /// Swallows all data, like a network that has lost its route.
    Stall,
    /// Closes all connections, including new ones.
    Cut,
}

/// A proxy in front of the server's socket.
pub(crate) struct TcpProxy {
    port: u16,
    pub(crate) mode: watch::Sender<ProxyMode>,
}

impl TcpProxy {
    pub(crate) async fn before(server: &PostgresServer) -> Self {
        let socket: PathBuf = server.url().split("host=").nth(1).unwrap().into();
        let socket = socket.join(".s.PGSQL.5432");
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (mode, watched) = watch::channel(ProxyMode::Pass);
        tokio::spawn(async move {
            loop {
                // Fails temporarily if there are no free file descriptors.
                let Ok((client, _)) = listener.accept().await else { continue };
                tokio::spawn(forward(client, socket.clone(), watched.clone()));
            }
        });
        Self { port, mode }
    }

    /// Returns the URL of the server's database through this proxy.
    pub(crate) fn url(&self) -> String {
        format!("postgres://shop@127.0.0.1:{}/postgres", self.port)
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
