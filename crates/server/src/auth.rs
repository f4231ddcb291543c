//! Access control: checks the `Host`, the `Origin` and the token of a request.
//!
//! Any web page can make a browser send requests to this service. It cannot read the responses, because no CORS header
//! allows that. Two checks prevent what the page could do without reading them: the `Host` must be a name of the
//! service (against DNS rebinding), and the `Origin` must not be another page (against cross-site request forgery).

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, Uri, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::container_host;
use super::error::ApiError;
use super::settings::Settings;
use api::error::ErrorCode;

/// Paths that need no token: container health checks do not have one, and the documentation page asks the user for it.
pub(super) const PUBLIC_PATHS: [&str; 4] = ["/health", "/health/live", "/health/ready", "/docs"];

/// The names and tokens that the service accepts.
pub(super) struct AccessPolicy {
    bound_address: IpAddr,
    allowed_hosts: Vec<String>,
    token_hash: Option<TokenHash>,
    /// Clients that need no token if [`Self::token_hash`] is `None`.
    trusted_peers: TrustedPeers,
    /// Token of clients on this machine, which read it from the data directory.
    local_token_hash: TokenHash,
}

impl AccessPolicy {
    /// Creates the policy of a service that is bound to `bound_address`.
    pub(super) fn new(settings: &Settings, bound_address: IpAddr, local_token: &SecretString) -> Self {
        let hosts = settings.hosts.iter().chain([&settings.host]);
        Self {
            bound_address,
            allowed_hosts: hosts.map(|host| host.to_ascii_lowercase()).collect(),
            token_hash: settings.token.as_ref().map(TokenHash::new),
            trusted_peers: TrustedPeers::for_bind_address(
                bound_address,
                settings.trust_gateway,
                settings.token.is_some(),
            ),
            local_token_hash: TokenHash::new(local_token),
        }
    }

    fn check_request(&self, uri: &Uri, headers: &HeaderMap, peer: IpAddr) -> Result<(), ApiError> {
        let host = single_host_header(headers)
            .ok_or_else(|| host_refused_error("the request has no Host header, or several"))?;
        // The authority of an absolute request target takes precedence (RFC 9112, 3.2.2).
        let host = uri.authority().map_or(host, |authority| {
            authority.port().map_or_else(|| authority.host().to_owned(), |port| format!("{}:{port}", authority.host()))
        });
        if !self.is_allowed_host(strip_port(&host)) {
            let message = format!("host {host:?} is not allowed; add it to server.hosts");
            return Err(host_refused_error(&message));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let origin = origin.to_str().unwrap_or_default();
            let origin_host = origin.strip_prefix("http://").or_else(|| origin.strip_prefix("https://"));
            if !origin_host.is_some_and(|origin_host| origin_host.eq_ignore_ascii_case(&host)) {
                return Err(ApiError::new(ErrorCode::OriginRefused, "cross-origin requests are not allowed"));
            }
        }
        if PUBLIC_PATHS.contains(&uri.path()) || self.is_authorized(headers, peer) {
            return Ok(());
        }
        let message = match self.token_hash {
            Some(_) => {
                "send the token of the service, `Authorization: Bearer TOKEN`: DRAFT_MAKER_TOKEN, or if that is not set, what \
                 `draft-maker token` prints on the machine or in the container of the service"
            }
            None => "only the container's host may send requests while no token is set (DRAFT_MAKER_TOKEN)",
        };
        Err(ApiError::new(ErrorCode::Unauthorized, message))
    }

    /// Returns whether a `Host` names this service: loopback, the bound address, or a listed name. If the service is
    /// bound to all addresses, any address is accepted, because DNS rebinding needs a name.
    fn is_allowed_host(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            Ok(address)
                if address.is_loopback() || address == self.bound_address || self.bound_address.is_unspecified() =>
            {
                true
            }
            _ => name == "localhost" || name.ends_with(".localhost") || self.allowed_hosts.contains(&name),
        }
    }

    fn is_authorized(&self, headers: &HeaderMap, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        if self.token_hash.is_none() && self.trusted_peers.contains(peer) {
            return true;
        }
        let Some(sent) = bearer_token_hash(headers) else { return false };
        self.token_hash.as_ref() == Some(&sent) || (peer.is_loopback() && sent == self.local_token_hash)
    }
}

/// Clients that need no token if the settings have none.
enum TrustedPeers {
    /// All clients: the service is bound to loopback, so they are on this machine.
    All,
    /// The addresses of the host that runs this container.
    Gateways(Vec<IpAddr>),
}

impl TrustedPeers {
    fn for_bind_address(bound_address: IpAddr, trust_gateway: bool, has_token: bool) -> Self {
        if bound_address.is_loopback() {
            return Self::All;
        }
        let gateways = if trust_gateway { container_host::find_host_addresses() } else { Vec::new() };
        if !gateways.is_empty() && !has_token {
            tracing::warn!(
                ?gateways,
                "no token is set, so every program that reaches the port through this gateway may start batches: map \
                 the port to 127.0.0.1 only, or set DRAFT_MAKER_TOKEN"
            );
        }
        Self::Gateways(gateways)
    }

    fn contains(&self, peer: IpAddr) -> bool {
        match self {
            Self::All => true,
            Self::Gateways(gateways) => gateways.contains(&peer),
        }
    }
}

/// The digest of a token. The time to compare digests reveals nothing about the tokens.
#[derive(PartialEq, Eq)]
struct TokenHash([u8; 32]);

impl TokenHash {
    fn new(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose_secret()).into())
    }
}

fn host_refused_error(message: &str) -> ApiError {
    ApiError::new(ErrorCode::HostRefused, message)
}

fn bearer_token_hash(headers: &HeaderMap) -> Option<TokenHash> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| TokenHash::new(&token.trim().into()))
}

/// Returns the `Host` header; `None` if it is missing or sent twice.
fn single_host_header(headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?.to_owned();
    hosts.next().is_none().then_some(host)
}

/// Removes the port from `host:port` and `[address]:port`.
fn strip_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Refuses requests without access. Used as middleware.
pub(super) async fn authorize_request(
    State(policy): State<Arc<AccessPolicy>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match policy.check_request(request.uri(), request.headers(), peer.ip()) {
        Ok(()) => next.run(request).await,
        Err(error) => error.into_response(),
    }
}
