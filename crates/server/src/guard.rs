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

use super::gateway;
use super::problem::Problem;
use super::settings::Settings;

/// What asks for no token: whoever watches the container has none, and the page asks for it.
pub(super) const OPEN: [&str; 2] = ["/health", "/docs"];

/// What a request has to show.
pub(super) struct Guard {
    bound: IpAddr,
    hosts: Vec<String>,
    token: Option<Fingerprint>,
    /// Who needs none where none is set.
    trusted: Trusted,
    /// For those on this machine, who can read it in the data directory.
    local: Fingerprint,
}

impl Guard {
    pub(super) fn new(settings: &Settings, bound: SocketAddr, local: &SecretString) -> Self {
        let named = settings.hosts.iter().map(|host| host.to_ascii_lowercase());
        Self {
            bound: bound.ip(),
            hosts: named.chain([settings.host.to_ascii_lowercase()]).collect(),
            token: settings.token.as_ref().map(Fingerprint::of),
            trusted: Trusted::of(bound.ip(), settings.trust_gateway),
            local: Fingerprint::of(local),
        }
    }

    fn admit(&self, path: &str, headers: &HeaderMap, peer: IpAddr) -> Result<(), Problem> {
        let host = host_of(headers).ok_or_else(|| refused("the request names no host, or several"))?;
        if !self.is_ours(name_of(&host)) {
            let words = format!("{host:?} is not a name of this service; server.hosts lists further ones");
            return Err(refused(&words));
        }
        if let Some(origin) = headers.get(header::ORIGIN) {
            let page = origin.to_str().unwrap_or_default();
            let page = page.strip_prefix("http://").or_else(|| page.strip_prefix("https://"));
            if !page.is_some_and(|page| page.eq_ignore_ascii_case(&host)) {
                return Err(Problem::new(StatusCode::FORBIDDEN, "ORIGIN_REFUSED", "another page's request"));
            }
        }
        if OPEN.contains(&path) || self.is_shown(headers, peer) {
            return Ok(());
        }
        let words = match self.token {
            Some(_) => "show the service's token: `Authorization: Bearer …`",
            None => "only the container's host may ask as long as no token is set (DRAFT_MAKER_TOKEN)",
        };
        Err(Problem::new(StatusCode::UNAUTHORIZED, "UNAUTHORIZED", words))
    }

    /// Loopback, what we are bound to, or what the operator lists. An address is no name that somebody could let
    /// point here, so where we are bound to all addresses, all are ours.
    fn is_ours(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let address = name.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>();
        match address {
            Ok(address) if address.is_loopback() || address == self.bound || self.bound.is_unspecified() => true,
            _ => name == "localhost" || name.ends_with(".localhost") || self.hosts.contains(&name),
        }
    }

    fn is_shown(&self, headers: &HeaderMap, peer: IpAddr) -> bool {
        let peer = peer.to_canonical();
        if self.token.is_none() && self.trusted.includes(peer) {
            return true;
        }
        let shown = headers.get(header::AUTHORIZATION).and_then(|shown| shown.to_str().ok());
        let shown = shown.and_then(|shown| {
            let (scheme, token) = shown.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| Fingerprint::of(&token.trim().into()))
        });
        let is_local = |shown: &Fingerprint| peer.is_loopback() && *shown == self.local;
        shown.is_some_and(|shown| self.token.as_ref() == Some(&shown) || is_local(&shown))
    }
}

/// Who need not show a token where none is set.
enum Trusted {
    /// Bound to loopback: who reaches it is on this machine.
    Everybody,
    /// The host that runs this container.
    Gateways(Vec<IpAddr>),
}

impl Trusted {
    fn of(bound: IpAddr, trust_gateway: bool) -> Self {
        if bound.is_loopback() {
            return Self::Everybody;
        }
        let gateways = if trust_gateway { gateway::of_container() } else { Vec::new() };
        tracing::info!(?gateways, "asks others for a token");
        Self::Gateways(gateways)
    }

    fn includes(&self, peer: IpAddr) -> bool {
        match self {
            Self::Everybody => true,
            Self::Gateways(gateways) => gateways.contains(&peer),
        }
    }
}

/// A digest of a token: comparing two of them tells nobody how much of a guess was right.
#[derive(PartialEq, Eq)]
struct Fingerprint([u8; 32]);

impl Fingerprint {
    fn of(token: &SecretString) -> Self {
        Self(Sha256::digest(token.expose_secret()).into())
    }
}

fn refused(words: &str) -> Problem {
    Problem::new(StatusCode::FORBIDDEN, "HOST_REFUSED", words)
}

fn host_of(headers: &HeaderMap) -> Option<String> {
    let mut hosts = headers.get_all(header::HOST).iter();
    let host = hosts.next()?.to_str().ok()?.to_owned();
    hosts.next().is_none().then_some(host)
}

/// Without the port.
fn name_of(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) && !name.ends_with(':') => name,
        _ => host,
    }
}

/// Lets a request in, or answers why not.
pub(super) async fn watch(
    State(guard): State<Arc<Guard>>,
    ConnectInfo(peer): ConnectInfo<SocketAddr>,
    request: Request,
    next: Next,
) -> Response {
    match guard.admit(request.uri().path(), request.headers(), peer.ip()) {
        Ok(()) => next.run(request).await,
        Err(problem) => problem.into_response(),
    }
}
