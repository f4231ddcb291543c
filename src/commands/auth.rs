//! Signing in at eBay: once, in a browser; after that the kept consent makes the tokens.

use std::io::Write;
use std::process::ExitCode;

use jiff::Timestamp;
use serde::Serialize;

use super::{Usage, print, wiring};
use crate::cli::{PlainFormat, SignInArgs};
use crate::config::{Batch, Config};
use ebay::{Access, Api, Consent, Ebay, Keyring, Scope, Settings};
use upstream::Request;

/// Where a seller takes a consent back; eBay has no call for it.
const TAKE_BACK: &str = "To take the consent back at eBay as well: My eBay > Account > Sign in and security > \
                         Third-party app access.";

/// A sign-in beneath it would be kept and never used.
const SET: &str = "EBAY_REFRESH_TOKEN (ebay.refresh_token) is set, and stands over every sign-in that is kept: take it \
                   out, or put a new consent there";

/// Prints the consent address, reads what the seller pastes, and keeps the sign-in.
pub(super) async fn sign_in(config: &Config, args: &SignInArgs) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    if settings.refresh_token.is_some() {
        return Err(Usage(SET.to_owned()).into());
    }
    let mut scopes = vec![Scope::Public, Scope::Inventory, Scope::Account];
    scopes.extend(args.item_drafts.then_some(Scope::ItemDraft));
    let consent = Consent::begin(&settings, &scopes).map_err(Usage)?;
    let ebay = ebay(config).await?;
    print(&format!(
        "Open this address, sign in as the selling account and agree:\n\n{}\n\n\
         Then paste the whole address of the page that opens (or its code) here, within five minutes:\n",
        consent.address()
    ))?;
    let code = consent.code(&pasted()?).map_err(|error| Usage(error.to_string()))?;
    let kept = ebay.tokens().sign_in(&code, &scopes).await?;
    let until = kept.until.map_or_else(String::new, |until| format!(" until {}", until.strftime("%Y-%m-%d")));
    let file = ebay.tokens().keyring().path().display().to_string();
    print(&format!("Signed in{until}; kept in {file}. `draft-maker doctor` shows whether the account is set up.\n"))
}

fn pasted() -> anyhow::Result<String> {
    std::io::stdout().flush()?;
    let mut line = String::new();
    std::io::stdin().read_line(&mut line)?;
    Ok(line)
}

/// What `auth status` shows.
#[derive(Serialize)]
struct Status {
    environment: &'static str,
    marketplace: &'static str,
    keyset: bool,
    /// `environment`, the file's name, or nothing.
    consent_from: Option<String>,
    consent_until: Option<Timestamp>,
    may: Vec<&'static str>,
    /// What eBay answered when it was asked as the seller just now.
    works: bool,
    words: String,
    calls: Vec<ebay::Used>,
}

pub(super) async fn status(config: &Config, format: PlainFormat) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    let status = examine(config, &settings).await?;
    match format {
        PlainFormat::Json => print(&format!("{}\n", serde_json::to_string_pretty(&status)?))?,
        PlainFormat::Text => print(&text(&status))?,
    };
    Ok(ExitCode::from(if status.works { 0 } else { 3 }))
}

async fn examine(config: &Config, settings: &Settings) -> anyhow::Result<Status> {
    let keyring = Keyring::of(settings);
    let kept = keyring.read().consent;
    let (consent_from, consent_until, scopes) = match (&settings.refresh_token, kept) {
        (Some(_), _) => (Some("EBAY_REFRESH_TOKEN".to_owned()), None, Vec::new()),
        (None, Some(kept)) => (Some(keyring.path().display().to_string()), kept.until, kept.scopes),
        (None, None) => (None, None, Vec::new()),
    };
    let (mut is_good, mut words, mut calls) = (false, NO_KEYSET.to_owned(), Vec::new());
    if settings.has_keyset() {
        let ebay = ebay(config).await?;
        // A token that is kept says nothing about whether eBay still takes it.
        let asked = Request::path(["sell", "inventory", "v1", "location"]).query("limit", "1");
        let known = ebay.call(Access::Seller, Api::Inventory, asked).await;
        is_good = known.is_ok();
        words = known.map_or_else(|error| error.to_string(), |_| "eBay knows the seller".to_owned());
        for api in Api::ALL {
            calls.extend(ebay.used(api).await.ok().filter(|used| used.used > 0 || used.spent));
        }
    }
    Ok(Status {
        environment: settings.environment.key(),
        marketplace: settings.marketplace.id,
        keyset: settings.has_keyset(),
        consent_from,
        consent_until,
        may: scopes.iter().map(|scope| scope.allows()).collect(),
        works: is_good,
        words,
        calls,
    })
}

/// A consent from the environment is a token and no more.
const NOT_KNOWN: &str = "not known: eBay said it where the consent was given";

const NO_KEYSET: &str = "no keyset: set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com)";

fn text(status: &Status) -> String {
    let mut lines = vec![format!("eBay {}, {}", status.environment, status.marketplace)];
    let mut field = |name: &str, value: &str| lines.push(format!("  {name:<12}{value}"));
    field("keyset", if status.keyset { "set" } else { "not set" });
    field("consent", status.consent_from.as_deref().unwrap_or("none: run `draft-maker auth ebay`"));
    if status.consent_from.is_some() {
        let until = status.consent_until.map(|until| until.strftime("%Y-%m-%d %H:%M UTC").to_string());
        field("until", until.as_deref().unwrap_or(NOT_KNOWN));
        let may = status.may.join("; ");
        field("may", if may.is_empty() { NOT_KNOWN } else { &may });
    }
    field("now", &status.words);
    for used in &status.calls {
        let until = used.until.strftime("%Y-%m-%d %H:%M UTC");
        field("calls", &format!("{}: {} of {} used; anew at {until}", used.api, used.used, used.daily));
    }
    lines.join("\n") + "\n"
}

pub(super) fn revoke(config: &Config) -> anyhow::Result<ExitCode> {
    let settings = config.section::<Settings>("ebay")?;
    let keyring = Keyring::of(&settings);
    let words = if keyring.forget()? { "The sign-in is deleted from" } else { "There is no sign-in in" };
    let environment = if settings.refresh_token.is_some() { "\nEBAY_REFRESH_TOKEN is still set." } else { "" };
    print(&format!("{words} {}.{environment}\n{TAKE_BACK}\n", keyring.path().display()))
}

/// The way to eBay, for commands that need one.
pub(super) async fn ebay(config: &Config) -> anyhow::Result<Ebay> {
    let data_dir = config.section::<Batch>("batch")?.data_dir;
    let ways = wiring::Outward::open(config, &data_dir).await?;
    ways.ebay.ok_or_else(|| Usage(NO_KEYSET.to_owned()).into())
}
