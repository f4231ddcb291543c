//! Who may ask: under which name, from which page, with which token.
//!
//! A page on the web can make a browser send requests here. It cannot read the answers, since nothing here allows it
//! to, and what it could do blindly is refused: a name that is not ours (DNS rebinding), or another page's `Origin`.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::extract::{ConnectInfo, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};

use super::container_host;
use super::error::ApiError;
use super::settings::Settings;

/// What asks for no token: whoever watches the container has none, and the page asks for it.
pub(super) const PUBLIC_PATHS: [&str; 2] = ["/health", "/docs"];

/// What a request has to show.
pub(super) struct AccessPolicy {
    bound_address: IpAddr,
    allowed_hosts: Vec<String>,
    token_hash: Option<TokenHash>,
    /// Who needs none where none is set.
    trusted_peers: TrustedPeers,
    /// For those on this machine, who can read it in the data directory.
    local_token_hash: TokenHash,
}

impl AccessPolicy {
    pub(super) fn new(settings: &Settings, bound: SocketAddr, local: &SecretString) -> Self {
        let named = settings.hosts.iter().map(|host| host.to_ascii_lowercase());
        Self {
            bound_address: bound.ip(),
            allowed_hosts: named.chain([settings.host.to_ascii_lowercase()]).collect(),
            token_hash: settings.token.as_ref().map(TokenHash::new),
            trusted_peers: TrustedPeers::for_bind_address(bound.ip(), settings.trust_gateway),
            local_token_hash: TokenHash::new(local),
        }
    }

    fn check_request(&self, path: &str, headers: &HeaderMap, peer: IpAddr) -> Result<(), ApiError> {
        let host =
            single_host_header(headers).ok_or_else(|| host_refused_error("the request names no host, or several"))?;
        if !self.is_allowed_host(strip_port(&host)) {
            let message = format!("{host:?} is not a name of this service; server.hosts lists further ones");
            return Err(host_refused_error(&message));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let page = origin.to_str().unwrap_or_default();
            let page = page.strip_prefix("http://").or_else(|| page.strip_prefix("https://"));
            if !page.is_some_and(|page| page.eq_ignore_ascii_case(&host)) {
                return Err(ApiError::new(StatusCode::FORBIDDEN, "ORIGIN_REFUSED", "another page's request"));
            }
        }
        if PUBLIC_PATHS.contains(&path) || self.is_authorized(headers, peer) {
            return Ok(());
        }
        let message = match self.token_hash {
            Some(_) => "show the service's token: `Authorization: Bearer …`",
            None => "only the container's host may ask as long as no token is set (DRAFT_MAKER_TOKEN)",
        };
        Err(ApiError::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", message))
    }

    /// Loopback, what we are bound to, or what the operator lists. An address is no name that somebody could let
    /// point here, so where we are bound to all addresses, all are ours.
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
        let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok());
        let shown = shown.and_then(|shown| {
            let (scheme, token) = shown.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| TokenHash::new(&token.trim().into()))
        });
        let is_local = |shown: &TokenHash| peer.is_loopback() && *shown == self.local_token_hash;
        shown.is_some_and(|shown| self.token_hash.as_ref() == Some(&shown) || is_local(&shown))
    }
}

/// Who need not show a token where none is set.
enum TrustedPeers {
    /// Bound to loopback: who reaches it is on this machine.
    All,
    /// The host that runs this container.
    Gateways(Vec<IpAddr>),
}

impl TrustedPeers {
    fn for_bind_address(bound: IpAddr, trust_gateway: bool) -> Self {
        if bound.is_loopback() {
            return Self::All;
        }
        let gateways = if trust_gateway { container_host::find_host_addresses() } else { Vec::new() };
        tracing::info!(?gateways, "asks others for a token");
        Self::Gateways(gateways)
    }

    fn contains(&self, peer: IpAddr) -> bool {
        match self {
            Self::All => true,
            Self::Gateways(gateways) => gateways.contains(&peer),
        }
    }
}

/// A digest of a token: comparing two of them tells nobody how much of a guess was right.
#[derive(PartialEq, Eq)]
struct TokenHash([u8; 32]);

impl TokenHash {
    fn new(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose_secret()).into())
    }
}

fn host_refused_error(message: &str) -> ApiError {
    ApiError::new(StatusCode::FORBIDDEN, "HOST_REFUSED", message)
}

fn single_host_header(headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?.to_owned();
    hosts.next().is_none().then_some(host)
}

/// Without the port.
fn strip_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Lets a request in, or answers why not.
pub(super) async fn authorize_request(
    State(policy): State<Arc<AccessPolicy>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match policy.check_request(request.uri().path(), request.headers(), peer.ip()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}
