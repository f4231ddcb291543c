//! Reports which settings are in force, where they come from, and which credentials are set. Never prints a value.

use std::collections::BTreeMap;

use secrecy::ExposeSecret as _;

use super::check::{DoctorCheck, DoctorCheckStatus};
use crate::bootstrap::other_currency_advice;
use crate::commands::validation::invalid_settings;
use crate::config::{Config, ConfigError, Origin};
use domain::text::count::format_count;
use ebay::{self, TokenStore};

const SETTINGS: &str = "settings";
const CREDENTIALS: &str = "credentials";
/// Name of the check of the eBay credentials.
const EBAY: &str = "ebay";
const KEYSET_HINT: &str = "set EBAY_APP_ID and EBAY_CERT_ID (developer.ebay.com)";

pub(super) fn check_settings(config: &Config) -> Result<Vec<DoctorCheck>, ConfigError> {
    let mut lines = check_origins(config);
    let warn = |warning: &String| DoctorCheck::note(SETTINGS, "warning", warning.as_str(), "check the spelling");
    lines.extend(config.warnings().iter().map(warn));
    // The checks of eBay say what is missing there.
    let is_reported_later = |check: &DoctorCheck| check.name == EBAY && check.state == DoctorCheckStatus::Note;
    lines.extend(check_credentials(config)?.into_iter().filter(|check| !is_reported_later(check)));
    let token = config.section::<server::Settings>("server")?.token;
    let is_set = token.is_some_and(|token| !token.expose_secret().is_empty());
    let found = if is_set { "DRAFT_MAKER_TOKEN is set" } else { "not set: only this machine can use the service" };
    lines.push(DoctorCheck::ok(CREDENTIALS, "token of the service", found));
    Ok(lines)
}

/// Returns which credentials of data sources and of eBay are set.
pub(super) fn check_credentials(config: &Config) -> Result<Vec<DoctorCheck>, ConfigError> {
    let mut lines = Vec::new();
    for factory in providers::ALL {
        let Some(key) = factory.key_hint else { continue };
        let settings = config.section::<providers::Settings>(&format!("providers.{}", factory.name.as_str()))?;
        let name = factory.name.as_str();
        lines.push(match settings.key {
            Some(_) => DoctorCheck::ok(CREDENTIALS, name, format!("{} is set", key.variable)),
            None => DoctorCheck::note(
                CREDENTIALS,
                name,
                format!("{} is not set", key.variable),
                format!("it adds {}", key.benefit),
            ),
        });
    }
    lines.push(check_site(config)?);
    lines.push(check_ebay_credentials(&config.section("ebay")?));
    Ok(lines)
}

/// Returns a failed check for each table with a wrong value, and a note for each warning about the settings.
pub(super) fn check_values(config: &Config) -> Vec<DoctorCheck> {
    let failed = |why: String| DoctorCheck::fail(SETTINGS, "value", why, "fix the setting; nothing else was checked");
    invalid_settings(config).into_iter().map(failed).collect()
}

/// Returns one check per origin of settings. `draft-maker config` lists each setting.
fn check_origins(config: &Config) -> Vec<DoctorCheck> {
    let mut keys_by_origin = BTreeMap::<(u8, String), Vec<String>>::new();
    for row in config.setting_rows() {
        let origin = match row.origin {
            Origin::Default | Origin::Detected => (0, "defaults".to_owned()),
            Origin::File { path, .. } => (1, path.display().to_string()),
            Origin::DotEnv { path, .. } => (2, path.display().to_string()),
            Origin::Environment { .. } => (3, "the environment".to_owned()),
            Origin::Flag { .. } => (4, "flags".to_owned()),
        };
        keys_by_origin.entry(origin).or_default().push(row.key);
    }
    let line = |((rank, origin), keys): ((u8, String), Vec<String>)| {
        let count = format_count(keys.len(), "setting", "settings");
        let named = if rank == 0 { "`draft-maker config` shows each".to_owned() } else { format_first_keys(&keys) };
        DoctorCheck::ok(SETTINGS, origin, format!("{count}: {named}"))
    };
    keys_by_origin.into_iter().map(line).collect()
}

fn format_first_keys(keys: &[String]) -> String {
    const MAX_KEYS_SHOWN: usize = 4;
    let shown = keys.iter().take(MAX_KEYS_SHOWN).map(String::as_str).collect::<Vec<_>>().join(", ");
    if keys.len() > MAX_KEYS_SHOWN { format!("{shown} and {} more", keys.len() - MAX_KEYS_SHOWN) } else { shown }
}

/// Reports the eBay site of the drafts, and fails if the prices are in another currency.
fn check_site(config: &Config) -> Result<DoctorCheck, ConfigError> {
    let site = config.section::<ebay::Settings>("ebay")?.site;
    let set = config.price_rules()?.currency;
    let (host, language) = (site.web_host().trim_start_matches("www."), site.language_tag());
    let found = format!("{site} ({host}), prices in {}, texts in {language}", set.code());
    Ok(match other_currency_advice(site, set) {
        None => DoctorCheck::ok(SETTINGS, "eBay site", found),
        Some(advice) => DoctorCheck::fail(SETTINGS, "eBay site", found, advice),
    })
}

fn check_ebay_credentials(settings: &ebay::Settings) -> DoctorCheck {
    let name = EBAY;
    if let Err(error) = settings.check_credentials() {
        return DoctorCheck::fail(CREDENTIALS, name, error.to_string(), "correct it where it is set");
    }
    let consent = if settings.refresh_token.is_some() {
        "EBAY_REFRESH_TOKEN is set".to_owned()
    } else if let Some(stored) = TokenStore::for_settings(settings).read_credentials().consent {
        let until = stored.until.map(|until| format!(" and valid until {}", until.strftime("%Y-%m-%d")));
        format!("a sign-in is stored{}", until.unwrap_or_default())
    } else {
        let fix = "run `draft-maker auth ebay`; until then drafts go to a file for Seller Hub";
        return if settings.has_keyset() {
            DoctorCheck::note(CREDENTIALS, name, "a keyset is set, but no eBay account is signed in", fix)
        } else {
            DoctorCheck::note(CREDENTIALS, name, "no keyset", KEYSET_HINT)
        };
    };
    if settings.has_keyset() {
        DoctorCheck::ok(CREDENTIALS, name, format!("a keyset is set, and {consent}"))
    } else {
        DoctorCheck::fail(CREDENTIALS, name, format!("{consent}, and no keyset"), KEYSET_HINT)
    }
}
