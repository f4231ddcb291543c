//! Signs in to eBay once, in a browser. After that the stored consent renews the tokens.

use std::io::Write;
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;

use crate::bootstrap;
use crate::cli::{OutputFormat, SignInArgs};
use crate::commands::error::UsageError;
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use ebay::{Api, AuthorizationRequest, EbayClient, Scope, Settings, TokenKind, TokenStore};
use upstream::UpstreamRequest;

/// eBay's page on which a seller withdraws a consent; there is no API call for it.
const REVOKE_HINT: &str = "To take the consent back at eBay as well: My eBay > Account > Sign in and security > \
                         Third-party app access.";

/// Shown if `EBAY_REFRESH_TOKEN` is set: a stored sign-in would never be used.
const REFRESH_TOKEN_SET: &str = "EBAY_REFRESH_TOKEN (ebay.refresh_token) is set, and stands over every sign-in that is kept: take it \
                   out, or put a new consent there";

/// Prints the consent address, reads the address that the seller pastes, and stores the sign-in.
pub(super) async fn sign_in(config: &Config, args: &SignInArgs) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    if settings.refresh_token.is_some() {
        return Err(UsageError(REFRESH_TOKEN_SET.to_owned()).into());
    }
    let mut scopes = vec![Scope::Public, Scope::Inventory, Scope::Account];
    scopes.extend(args.item_drafts.then_some(Scope::ItemDraft));
    let consent = AuthorizationRequest::new(&settings, &scopes).map_err(UsageError)?;
    let ebay = connect_ebay(config).await?;
    print_stdout(&format!(
        "Open this address, sign in as the selling account and agree:\n\n{}\n\n\
         Then paste the whole address of the page that opens (or its code) here, within five minutes:\n",
        consent.url()
    ))?;
    let code = consent.extract_code(&read_pasted_line()?).map_err(|error| UsageError(error.to_string()))?;
    let stored = ebay.tokens().sign_in(&code, &scopes).await?;
    let until = stored.until.map_or_else(String::new, |until| format!(" until {}", until.strftime("%Y-%m-%d")));
    let file = ebay.tokens().store().path().display().to_string();
    print_stdout(&format!(
        "Signed in{until}; kept in {file}. `draft-maker doctor` shows whether the account is set up.\n"
    ))
}

fn read_pasted_line() -> anyhow::Result<String> {
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line)
}

/// The output of `auth status`.
#[derive(Serialize)]
struct AuthStatus {
    environment: &'static str,
    marketplace: &'static str,
    keyset: bool,
    /// `environment`, the name of the file, or nothing.
    consent_from: Option<String>,
    consent_until: Option<Timestamp>,
    #[serde(rename = "may")]
    scopes: Vec<&'static str>,
    /// eBay's answer to a request on behalf of the seller.
    #[serde(rename = "works")]
    is_working: bool,
    #[serde(rename = "words")]
    message: String,
    calls: Vec<ebay::QuotaUsage>,
}

pub(super) async fn show_auth_status(config: &Config, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    let status = read_auth_status(config, &settings).await?;
    match format {
        OutputFormat::Json => print_stdout(&format!("{}\n", serde_json::to_string_pretty(&status)?))?,
        OutputFormat::Text => print_stdout(&format_auth_status(&status))?,
    };
    Ok(ExitCode::from(if status.is_working { 0 } else { 3 }))
}

async fn read_auth_status(config: &Config, settings: &Settings) -> anyhow::Result<AuthStatus> {
    let token_store = TokenStore::for_settings(settings);
    let stored = token_store.read_credentials().consent;
    let (consent_from, consent_until, scopes) = match (&settings.refresh_token, stored) {
        (Some(_), _) => (Some("EBAY_REFRESH_TOKEN".to_owned()), None, Vec::new()),
        (None, Some(stored)) => (Some(token_store.path().display().to_string()), stored.until, stored.scopes),
        (None, None) => (None, None, Vec::new()),
    };
    let (mut is_good, mut message, mut calls) = (false, NO_KEYSET_MESSAGE.to_owned(), Vec::new());
    if settings.has_keyset() {
        let ebay = connect_ebay(config).await?;
        // A stored token does not tell whether eBay still accepts it.
        let asked = UpstreamRequest::for_path(["sell", "inventory", "v1", "location"]).query("limit", "1");
        let known = ebay.call_api(TokenKind::Seller, Api::Inventory, asked).await;
        is_good = known.is_ok();
        message = known.map_or_else(|error| error.to_string(), |_| "eBay knows the seller".to_owned());
        for &api in Api::ALL {
            calls.extend(ebay.quota_usage(api).await.ok().filter(|used| used.used > 0 || used.is_exhausted));
        }
    }
    Ok(AuthStatus {
        environment: settings.environment.key(),
        marketplace: settings.marketplace.id,
        keyset: settings.has_keyset(),
        consent_from,
        consent_until,
        scopes: scopes.iter().map(|scope| scope.description()).collect(),
        is_working: is_good,
        message,
        calls,
    })
}

/// Describes a consent from the environment, which is a token without an expiry time.
const UNKNOWN_EXPIRY_MESSAGE: &str = "not known: eBay said it where the consent was given";

const NO_KEYSET_MESSAGE: &str = "no keyset: set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com)";

fn format_auth_status(status: &AuthStatus) -> String {
    let mut lines = vec![format!("eBay {}, {}", status.environment, status.marketplace)];
    let mut field = |name: &str, value: &str| lines.push(format!("  {name:<12}{value}"));
    field("keyset", if status.keyset { "set" } else { "not set" });
    field("consent", status.consent_from.as_deref().unwrap_or("none: run `draft-maker auth ebay`"));
    if status.consent_from.is_some() {
        let until = status.consent_until.map(|until| until.strftime("%Y-%m-%d %H:%M UTC").to_string());
        field("until", until.as_deref().unwrap_or(UNKNOWN_EXPIRY_MESSAGE));
        let may = status.scopes.join("; ");
        field("may", if may.is_empty() { UNKNOWN_EXPIRY_MESSAGE } else { &may });
    }
    field("now", &status.message);
    for used in &status.calls {
        let until = used.until.strftime("%Y-%m-%d %H:%M UTC");
        field("calls", &format!("{}: {} of {} used; anew at {until}", used.api, used.used, used.daily));
    }
    lines.join("\n") + "\n"
}

pub(super) async fn revoke_sign_in(config: &Config) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    let token_store = TokenStore::for_settings(&settings);
    let message =
        if token_store.delete_credentials().await? { "The sign-in is deleted from" } else { "There is no sign-in in" };
    let environment = if settings.refresh_token.is_some() { "\nEBAY_REFRESH_TOKEN is still set." } else { "" };
    print_stdout(&format!("{message} {}.{environment}\n{REVOKE_HINT}\n", token_store.path().display()))
}

/// Connects to eBay, for commands that need it.
pub(super) async fn connect_ebay(config: &Config) -> anyhow::Result<EbayClient> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    let clients = bootstrap::OutboundClients::from_config(config, &data_dir).await?;
    clients.ebay.ok_or_else(|| UsageError(NO_KEYSET_MESSAGE.to_owned()).into())
}
