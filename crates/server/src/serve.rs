//! Runs the service: binds the socket, sets time limits, and shuts down in order.

use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum_server::Handle;
use futures::future::BoxFuture;
use secrecy::SecretString;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

use super::api_token::random_token;
use super::auth::AccessPolicy;
use super::forward;
use super::outage::build_outage_router;
use super::routes::{build_handlers, build_router};
use super::settings::Settings;
use super::state::AppState;
use api::service_file::ServiceInfo;
use store::forwarded_calls::CallStore;

/// Maximum time for a client to send the head of a request.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);

/// Maximum time of a shutdown. Docker kills the process after ten seconds; closing the journal needs the rest of them.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_millis(7_800);

/// The same while the store cannot be opened: all answers are short.
const OUTAGE_SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(1);

/// Interval at which the lists of ended batches are removed.
const UPLOAD_REMOVAL_INTERVAL: Duration = Duration::from_mins(10);

/// Why the service cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServerError {
    #[error(
        "cannot listen on {host}:{port}: {}; choose another address with --host and --port",
        files::describe_io_error(error)
    )]
    Bind { host: String, port: u16, error: io::Error },
    #[error("the data folder cannot be written: {}", files::describe_io_error(.0))]
    ServiceInfo(io::Error),
    #[error("the service failed: {}", files::describe_io_error(.0))]
    Serve(io::Error),
}

/// A bound socket that does not serve requests yet.
pub struct BoundServer {
    listener: TcpListener,
    address: SocketAddr,
    settings: Settings,
}

impl BoundServer {
    /// Binds the configured address.
    ///
    /// # Errors
    /// Returns [`ServerError::Bind`] if the address cannot be bound.
    pub async fn bind(settings: Settings) -> Result<Self, ServerError> {
        let bind = async {
            let listener = TcpListener::bind((settings.host.as_str(), settings.port)).await?;
            let address = listener.local_addr()?;
            Ok((listener, address))
        };
        match bind.await {
            Ok((listener, address)) => Ok(Self { listener, address, settings }),
            Err(error) => Err(ServerError::Bind { host: settings.host, port: settings.port, error }),
        }
    }

    /// Returns the address for clients on this machine: `http://127.0.0.1:8080`.
    pub fn local_url(&self) -> String {
        let mut address = self.address;
        if address.ip().is_unspecified() {
            address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
        }
        format!("http://{address}")
    }

    /// Returns the port.
    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// Serves requests until `stop` is cancelled. Then stops the jobs while requests in progress finish.
    ///
    /// # Errors
    /// Returns [`ServerError::ServiceInfo`] if the data directory cannot be written, and [`ServerError::Serve`] if the
    /// socket fails.
    pub fn serve(self, state: Arc<AppState>, stop: &CancellationToken) -> BoxFuture<'_, Result<(), ServerError>> {
        // Boxed, so that the HTTP server is compiled here rather than again in every crate that awaits this.
        Box::pin(self.serve_until_stopped(state, stop))
    }

    async fn serve_until_stopped(self, state: Arc<AppState>, stop: &CancellationToken) -> Result<(), ServerError> {
        let token = random_token();
        self.service_info(&token).write_to(&state.data_dir).map_err(ServerError::ServiceInfo)?;
        let policy = AccessPolicy::new(&self.settings, self.address.ip(), &token);
        let (handle, routes) = (Handle::<SocketAddr>::new(), build_router(&state, Arc::new(policy)));
        let server = build_server(self.listener, &handle);
        tokio::spawn(remove_unused_uploads(state.clone(), stop.clone()));
        let serving = async {
            let result = server.serve(routes.into_make_service_with_connect_info::<SocketAddr>()).await;
            // If the socket fails, the jobs are stopped too.
            stop.cancel();
            result
        };
        let shutdown = async {
            stop.cancelled().await;
            state.shutdown.cancel();
            handle.graceful_shutdown(Some(SHUTDOWN_TIMEOUT));
            // Work that is not finished in time ends with the process, and resumes at the next start.
            tokio::time::timeout(SHUTDOWN_TIMEOUT, state.queue.shut_down()).await.ok();
        };
        let (result, ()) = tokio::join!(serving, shutdown);
        ServiceInfo::remove_from(&state.data_dir);
        result.map_err(ServerError::Serve)
    }

    /// Answers only the health routes until `stop`, while the store cannot be opened because of `reason`. Every other
    /// request gets status 503.
    ///
    /// # Errors
    /// As [`Self::serve`].
    pub fn serve_outage(
        self,
        data_dir: PathBuf,
        reason: String,
        stop: CancellationToken,
    ) -> BoxFuture<'static, Result<(), ServerError>> {
        Box::pin(async move {
            self.service_info(&random_token()).write_to(&data_dir).map_err(ServerError::ServiceInfo)?;
            let handle = Handle::<SocketAddr>::new();
            let server = build_server(self.listener, &handle);
            let shutdown = async {
                stop.cancelled().await;
                handle.graceful_shutdown(Some(OUTAGE_SHUTDOWN_TIMEOUT));
            };
            let serving = server.serve(build_outage_router(reason).into_make_service());
            let (result, ()) = tokio::join!(serving, shutdown);
            ServiceInfo::remove_from(&data_dir);
            result.map_err(ServerError::Serve)
        })
    }

    fn service_info(&self, token: &SecretString) -> ServiceInfo {
        ServiceInfo {
            address: self.local_url(),
            token: token.clone(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

fn build_server(listener: TcpListener, handle: &Handle<SocketAddr>) -> axum_server::Server<SocketAddr> {
    let mut server = axum_server::Server::<SocketAddr>::from_listener(listener)
        .http1_only()
        .first_request_timeout(HEADER_TIMEOUT)
        .handle(handle.clone());
    server.http_builder().http1().header_read_timeout(HEADER_TIMEOUT);
    server
}

/// Executes requests that other processes have forwarded to the owner of the store, until `stop`.
pub fn serve_forwarded_calls(
    state: &Arc<AppState>,
    calls: CallStore,
    stop: CancellationToken,
) -> BoxFuture<'static, ()> {
    // Boxed, so that the routes are compiled here.
    Box::pin(forward::serve_forwarded(calls, build_handlers(state), stop))
}

/// Runs the jobs of a queue without a server until `stop`, then stops them.
pub async fn run_without_server(state: Arc<AppState>, stop: &CancellationToken) {
    stop.cancelled().await;
    state.shutdown.cancel();
    tokio::time::timeout(SHUTDOWN_TIMEOUT, state.queue.shut_down()).await.ok();
}

/// Removes uploaded lists whose batches have ended, now and at regular intervals until `stop`.
async fn remove_unused_uploads(state: Arc<AppState>, stop: CancellationToken) {
    loop {
        if let Err(error) = state.uploads.remove_unused(state.journal()).await {
            tracing::warn!(%error, "cannot find out which uploaded lists are still needed");
        }
        if stop.run_until_cancelled(tokio::time::sleep(UPLOAD_REMOVAL_INTERVAL)).await.is_none() {
            return;
        }
    }
}
