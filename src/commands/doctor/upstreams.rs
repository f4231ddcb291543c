//! Checks that each service is reachable, reports its rate limit, and compares its clock with this machine's.

use std::time::Duration;

use futures::future::join_all;
use jiff::Timestamp;
use reqwest::header::DATE;
use tokio::time::timeout;

use super::check::{CHECK_TIMEOUT, DoctorCheck, DoctorContext};
use super::ebay::quota_fix;
use crate::bootstrap;
use domain::upc::Upc;
use ebay::{EbayClient, EbayError};
use pipeline::needed_request::PROBE_UPC;
use providers::{ALL, ConnectedProvider, ProviderError};
use upstream::{HttpError, UpstreamClient, UpstreamRequest};

const PART: &str = "services";

/// Maximum clock difference. Signatures and tokens of Google and eBay tolerate a few minutes.
const MAX_CLOCK_SKEW: Duration = Duration::from_mins(1);

pub(super) async fn check_upstreams(context: &DoctorContext<'_>) -> Vec<DoctorCheck> {
    let clients = match &context.clients {
        Ok(clients) => clients,
        Err(why) => return vec![DoctorCheck::fail(PART, "http", why, "fix the setting")],
    };
    let (connected, _) = match bootstrap::connect_providers(context.config, clients) {
        Ok(connected) => connected,
        Err(error) => return vec![DoctorCheck::fail(PART, "providers", format!("{error:#}"), "fix the setting")],
    };
    let (providers, clock) = tokio::join!(
        join_all(connected.iter().map(|one| check_provider(one, clients.ebay.as_ref()))),
        check_clock(&connected)
    );
    let contact = bootstrap::contact_hint(context.config).ok().flatten();
    let contact = contact.map(|hint| DoctorCheck::note(PART, "contact", "the User-Agent has no contact", hint));
    providers.into_iter().chain(contact).chain([clock]).collect()
}

/// Sends one request to each provider. A provider with a search is searched, so that a wrong key is detected too.
async fn check_provider(one: &ConnectedProvider, ebay: Option<&EbayClient>) -> DoctorCheck {
    let names = one.provider_names().map(|name| name.as_str().to_owned()).collect::<Vec<_>>();
    let name = names.first().cloned().unwrap_or_default();
    let request = async {
        match (&one.catalog, PROBE_UPC.parse::<Upc>()) {
            (Some(catalog), Ok(upc)) if catalog.can_search() => {
                let found = catalog.search_upcs(&[upc]).await.map(drop);
                let fix = |error: &ProviderError| if error.is_refusal() { new_key_hint(&name) } else { None };
                found.map_err(|error| (describe_provider_error(&error), fix(&error)))
            }
            _ if let Some((api, ebay)) = one.ebay_api.zip(ebay) => {
                // This request uses the application token and does not count against the quota.
                let read = ebay.sync_quota(api).await.map(drop);
                let fix =
                    |error: &EbayError| (!matches!(error, EbayError::Http(_))).then(|| quota_fix(error).to_owned());
                read.map_err(|error| (describe_ebay_error(&error), fix(&error)))
            }
            _ => {
                let sent = one.upstream.send(probe_request()).await.map(drop);
                sent.map_err(|error| (describe_http_error(&error), None))
            }
        }
    };
    let limit = format_rate_limit(&one.upstream);
    match timeout(CHECK_TIMEOUT, request).await {
        Ok(Ok(())) => DoctorCheck::ok(PART, name, format!("reached; rate limit: {limit}")),
        Ok(Err((why, fix))) => {
            let found = format!("{why} (rate limit: {limit})");
            DoctorCheck::fail(PART, &name, found, fix.unwrap_or_else(|| network_hint(&name)))
        }
        Err(_) => {
            let found = format!("no answer within {} seconds (rate limit: {limit})", CHECK_TIMEOUT.as_secs());
            DoctorCheck::fail(PART, &name, found, network_hint(&name))
        }
    }
}

/// Describes the error of a service. The check has the name of the service and the fix.
fn describe_provider_error(error: &ProviderError) -> String {
    match error {
        ProviderError::Http { error, .. } => describe_http_error(error),
        error => error.to_string(),
    }
}

fn describe_ebay_error(error: &EbayError) -> String {
    match error {
        EbayError::Http(error) => describe_http_error(error),
        error => error.to_string(),
    }
}

fn describe_http_error(error: &HttpError) -> String {
    match error {
        HttpError::Connect { message } => format!("no connection: {message}"),
        error => error.to_string(),
    }
}

fn probe_request() -> UpstreamRequest {
    UpstreamRequest::for_path(["release", "76df3287-6cda-33eb-8e9a-044b5e15ffdd"])
}

fn network_hint(name: &str) -> String {
    format!("check the network and providers.{name} in `draft-maker config`; providers.{name}.on = false turns it off")
}

/// Returns advice for a provider that rejected the request, most likely because of a wrong key.
fn new_key_hint(name: &str) -> Option<String> {
    let known = ALL.iter().find(|known| known.name.as_str() == name)?;
    Some(format!("create a new {}; providers.{name}.on = false turns it off", known.key_hint?.variable))
}

fn format_rate_limit(upstream: &UpstreamClient) -> String {
    let Some(rate) = upstream.rate() else { return "none".to_owned() };
    let period = rate.period.as_secs_f64();
    if period == 0.0 { "off".to_owned() } else { format!("{:.0} per minute", 60.0 / period) }
}

/// Compares this machine's clock with the first service that sends a `Date` header.
async fn check_clock(connected: &[ConnectedProvider]) -> DoctorCheck {
    let name = "clock";
    let skew = async {
        for one in connected {
            let sent = Timestamp::now();
            let Ok(reply) = one.upstream.send(probe_request()).await else { continue };
            let date = reply.headers.get(DATE).and_then(|date| httpdate::parse_http_date(date.to_str().ok()?).ok());
            let Some(service_time) = date.and_then(|date| Timestamp::try_from(date).ok()) else { continue };
            // The service read its clock, in whole seconds, between sending and receiving.
            let middle = sent + (Timestamp::now().duration_since(sent) / 2);
            return Some((
                one.upstream.name().display_name().into_owned(),
                middle.duration_since(service_time).as_secs(),
            ));
        }
        None
    };
    match timeout(CHECK_TIMEOUT, skew).await.ok().flatten() {
        Some((service, seconds)) if seconds.unsigned_abs() <= MAX_CLOCK_SKEW.as_secs() => {
            DoctorCheck::ok(PART, name, format!("differs from {service} by {seconds} s"))
        }
        Some((service, seconds)) => {
            let direction = if seconds > 0 { "ahead of" } else { "behind" };
            let found = format!("{} s {direction} {service}", seconds.unsigned_abs());
            DoctorCheck::fail(
                PART,
                name,
                found,
                "set the clock (timedatectl set-ntp true); services reject sign-ins if it is wrong",
            )
        }
        None => {
            DoctorCheck::note(PART, name, "no service sent its time", "run doctor again when a service is reachable")
        }
    }
}
