//! Signs in to eBay once, in a browser, shows the sign-in, and signs out. The stored consent renews the tokens.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use jiff::Timestamp;
use serde::Serialize;
use tokio::time::timeout;

use crate::bootstrap;
use crate::cli::{OutputFormat, SignInArgs};
use crate::commands::confirm::require_confirmation;
use crate::commands::error::UsageError;
use crate::commands::output::{print_json, print_stderr, print_stdout};
use crate::config::{Config, SinkSettings};
use crate::headless::{EXIT_DONE, EXIT_FAILED, EXIT_INCOMPLETE};
use domain::text::time::format_minute;
use ebay::{
    Api, AuthorizationRequest, EbayClient, EbayError, OAuthErrorCode, Scope, Settings, SignOut, TokenKind, TokenStore,
};
use upstream::UpstreamRequest;

/// eBay's page on which a seller withdraws a consent; there is no API call for it.
const REVOKE_HINT: &str = "To withdraw the authorization on eBay as well: My eBay > Account > Sign in and security > \
                           Third-party app access.";

/// Shown if `EBAY_REFRESH_TOKEN` is set: a stored sign-in would never be used.
const REFRESH_TOKEN_SET: &str =
    "EBAY_REFRESH_TOKEN (ebay.refresh_token) is set and overrides saved sign-ins. Unset it first";

/// Time limit for checking the keyset. If eBay does not answer in time, the sign-in starts anyway.
const KEYSET_CHECK_TIMEOUT: Duration = Duration::from_secs(10);

/// Prints the consent address, reads the address that the seller pastes, and stores the sign-in.
pub(super) async fn sign_in(config: &Config, args: &SignInArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    if settings.refresh_token.is_some() {
        return Err(UsageError(REFRESH_TOKEN_SET.to_owned()).into());
    }
    let mut scopes = vec![Scope::Public, Scope::Inventory, Scope::Account];
    scopes.extend(args.item_drafts.then_some(Scope::ItemDraft));
    let consent = AuthorizationRequest::new(&settings, &scopes).map_err(|error| UsageError(error.to_string()))?;
    let ebay = connect_ebay(config).await?;
    let keyset_check = timeout(KEYSET_CHECK_TIMEOUT, ebay.tokens().valid_token(TokenKind::Application)).await;
    if let Ok(Err(error @ EbayError::KeysetRejected { .. })) = keyset_check {
        return Err(UsageError(error.to_string()).into());
    }
    let instructions = format!(
        "1. Open this address in a browser, sign in with your selling account and agree:\n\n{}\n\n\
         2. Copy the whole address of the page that you land on.\n   If eBay shows an error instead, check \
         EBAY_APP_ID, EBAY_RU_NAME and EBAY_ENVIRONMENT.\n\
         3. Paste it here within five minutes and press Enter:",
        consent.url()
    );
    match format {
        OutputFormat::Text => drop(print_stdout(&format!("{instructions}\n"))?),
        OutputFormat::Json => print_stderr(&instructions),
    }
    let code = consent.extract_code(&read_pasted_line()?).map_err(|error| UsageError(error.to_string()))?;
    let stored = ebay.tokens().sign_in(&code, &scopes).await.map_err(sign_in_error)?;
    if format == OutputFormat::Json {
        return print_json(&serde_json::json!({
            "signed_in": true,
            "until": stored.until,
            "path": ebay.tokens().store().path(),
            "destination": bootstrap::default_sink(config)?,
        }));
    }
    let until = stored.until.map_or_else(String::new, |until| format!(" until {}", until.strftime("%Y-%m-%d")));
    let file = ebay.tokens().store().path().display().to_string();
    print_stdout(&format!(
        "Signed in{until}. The sign-in is stored in {file}.\n{}Next: `draft-maker doctor` checks your eBay account.\n",
        describe_destination(config)?
    ))
}

/// Returns the error of a sign-in whose code eBay did not accept. A code that is wrong or too old is a mistake of the
/// seller, not a failure of eBay.
fn sign_in_error(error: EbayError) -> anyhow::Error {
    match error {
        EbayError::Api { oauth_error: Some(OAuthErrorCode::InvalidGrant), .. } | EbayError::KeysetRejected { .. } => {
            UsageError(format!("eBay did not sign you in: {error}")).into()
        }
        error => anyhow::Error::new(error).context("eBay did not sign you in"),
    }
}

/// Describes where drafts go after the sign-in, which changes the default destination.
fn describe_destination(config: &Config) -> anyhow::Result<String> {
    let chosen = config.section::<SinkSettings>("market")?.sink;
    Ok(match chosen {
        Some(sink) => format!("Drafts still go to \"{sink}\", as market.sink says.\n"),
        None => "From now on drafts are created on eBay as unpublished offers (destination \"inventory\"); \
                 `draft-maker drafts` lists them.\n\
                 Items whose drafts are in a drafts file stay there and get no second draft on eBay.\n\
                 Drafts on eBay are not in Seller Hub's Drafts folder: to list them, you need a program for eBay's Inventory \
                 API (docs/EBAY.md, step 6). To keep writing a file for Seller Hub, use --sink csv, or set \
                 sink = \"csv\" in [market] of your settings file.\n"
            .to_owned(),
    })
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
    /// Origin of the consent: `EBAY_REFRESH_TOKEN` or the path of the token file. `None` if no seller is signed in.
    consent_from: Option<String>,
    consent_until: Option<Timestamp>,
    #[serde(rename = "may")]
    scopes: Vec<&'static str>,
    /// Whether eBay accepted a request on behalf of the seller.
    #[serde(rename = "works")]
    is_working: bool,
    #[serde(skip)]
    exit_code: u8,
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
    Ok(ExitCode::from(status.exit_code))
}

async fn read_auth_status(config: &Config, settings: &Settings) -> anyhow::Result<AuthStatus> {
    let token_store = TokenStore::for_settings(settings);
    let stored = token_store.read_credentials().consent;
    let (consent_from, consent_until, scopes) = match (&settings.refresh_token, stored) {
        (Some(_), _) => (Some("EBAY_REFRESH_TOKEN".to_owned()), None, Vec::new()),
        (None, Some(stored)) => (Some(token_store.path().display().to_string()), stored.until, stored.scopes),
        (None, None) => (None, None, Vec::new()),
    };
    let (mut exit_code, mut message, mut calls) = (EXIT_INCOMPLETE, NO_KEYSET_MESSAGE.to_owned(), Vec::new());
    if settings.has_keyset() {
        let ebay = connect_ebay(config).await?;
        // Only a request shows whether eBay still accepts the stored token.
        let request = UpstreamRequest::for_path(["sell", "inventory", "v1", "location"]).query("limit", "1");
        let known = ebay.call_api(TokenKind::Seller, Api::Inventory, request).await;
        exit_code = status_exit_code(&known);
        message = known.map_or_else(|error| error.to_string(), |_| "eBay accepts the sign-in".to_owned());
        for &api in Api::ALL {
            calls.extend(ebay.quota_usage(api).await.ok().filter(|used| used.used > 0 || used.is_exhausted));
        }
    }
    Ok(AuthStatus {
        environment: settings.environment.key(),
        marketplace: settings.site.as_str(),
        keyset: settings.has_keyset(),
        consent_from,
        consent_until,
        scopes: scopes.iter().map(|scope| scope.description()).collect(),
        is_working: exit_code == EXIT_DONE,
        exit_code,
        message,
        calls,
    })
}

/// Returns the exit code of `auth status`. Only an error of the sign-in or the keyset asks the seller to act; after any
/// other, it is unknown whether eBay accepts the sign-in.
fn status_exit_code<T>(known: &Result<T, EbayError>) -> u8 {
    match known {
        Ok(_) => EXIT_DONE,
        Err(
            EbayError::NotSignedIn { .. }
            | EbayError::ConsentEnded { .. }
            | EbayError::PermissionDenied { .. }
            | EbayError::KeysetRejected { .. },
        ) => EXIT_INCOMPLETE,
        Err(_) => EXIT_FAILED,
    }
}

/// Shown for a consent from the environment, which is a token without an expiry time.
const UNKNOWN_EXPIRY_MESSAGE: &str = "unknown: eBay states it only at sign-in";

const NO_KEYSET_MESSAGE: &str = "no eBay developer keyset: set EBAY_APP_ID and EBAY_CERT_ID (docs/EBAY.md, step 1)";

fn format_auth_status(status: &AuthStatus) -> String {
    let mut lines = vec![format!("eBay {}, {}", status.environment, status.marketplace)];
    let mut field = |name: &str, value: &str| lines.push(format!("  {name:<13}{value}"));
    field("keyset", if status.keyset { "set" } else { "not set" });
    field("sign-in", status.consent_from.as_deref().unwrap_or("none: run `draft-maker auth ebay`"));
    if status.consent_from.is_some() {
        let until = status.consent_until.map(format_minute);
        field("expires", until.as_deref().unwrap_or(UNKNOWN_EXPIRY_MESSAGE));
        let may = status.scopes.join("; ");
        field("permissions", if may.is_empty() { "unknown" } else { &may });
    }
    field("status", &status.message);
    for used in &status.calls {
        let until = format_minute(used.until);
        field("calls", &format!("{}: {} of {} used; resets at {until}", used.api, used.used, used.daily));
    }
    lines.join("\n") + "\n"
}

/// Deletes the stored sign-in after confirmation.
pub(super) async fn revoke_sign_in(config: &Config, yes: bool, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    let token_store = TokenStore::for_settings(&settings);
    let file = token_store.path().display().to_string();
    let is_stored = token_store.read_credentials().consent.is_some();
    if is_stored {
        require_confirmation(&format!("Delete the eBay sign-in from {file}?"), yes)?;
    }
    let result = token_store.delete_credentials().await?;
    if format == OutputFormat::Json {
        let set_aside = if let SignOut::SetAside(path) = &result { Some(path) } else { None };
        let answer =
            serde_json::json!({ "deleted": result == SignOut::Deleted, "path": file, "damaged_file": set_aside });
        return print_stdout(&format!("{answer}\n"));
    }
    let message = match result {
        SignOut::Deleted => format!("Deleted the sign-in from {file}."),
        SignOut::NotSignedIn => format!("There is no sign-in in {file}."),
        SignOut::SetAside(path) => format!(
            "{file} was damaged, or written by a later version. It is now {}, with the sign-ins that it has: delete it if \
             you do not need it.",
            path.display()
        ),
    };
    let environment = if settings.refresh_token.is_some() {
        "\nEBAY_REFRESH_TOKEN is still set: remove it to sign out completely."
    } else {
        ""
    };
    print_stdout(&format!("{message}{environment}\n{REVOKE_HINT}\n"))
}

/// Connects to eBay, for commands that need it.
pub(super) async fn connect_ebay(config: &Config) -> anyhow::Result<EbayClient> {
    let clients = bootstrap::OutboundClients::from_config(config, &config.store_location()?).await?;
    clients.ebay.ok_or_else(missing_keyset_error)
}

/// Returns the error of a command that needs an eBay keyset.
pub(super) fn missing_keyset_error() -> anyhow::Error {
    UsageError(NO_KEYSET_MESSAGE.to_owned()).into()
}
