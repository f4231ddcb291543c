//! Reads every table of the settings, to find a wrong value before a command needs it.

use std::collections::HashSet;
use std::net::IpAddr;
use std::time::Duration;

use console::{PreferencesError, ThemeError};
use domain::provider::Provider;
use pipeline::folder_watch::FolderWatch;
use upstream::{Rate, parse_base_url};

use crate::bootstrap::load_policies;
use crate::config::{BatchSettings, CatalogSettings, Config, ConfigError, SinkSettings};
use crate::logging;

/// Default rate for checks; only a configured rate is validated.
const ANY_RATE: Rate = Rate { period: Duration::from_secs(1), burst: 1 };

/// Returns one sentence per table with a wrong value. If all tables are valid, returns one for the first of the
/// seller's own files (`listing.template`, `listing.categories`) that cannot be used. The sentences contain no secrets.
pub(super) fn invalid_settings(config: &Config) -> Vec<String> {
    let checks = [
        check_http(config),
        config.section::<domain::matching::MatchPreferences>("matching").map(drop),
        config.price_rules().map(drop),
        config.section::<domain::artwork::ArtworkRules>("artwork").map(drop),
        config.section::<domain::listing::Settings>("listing").map(drop),
        config.section::<SinkSettings>("market").map(drop),
        check_ebay(config),
        check_intake(config),
        check_server(config),
        config.section::<BatchSettings>("batch").map(drop),
        config.section::<CatalogSettings>("catalog").map(drop),
        config.section::<pipeline::retention::RetentionSettings>("retention").map(drop),
        config.store_location().map(drop),
        config.encryption_key().map(drop),
        check_console(config),
        check_log(config),
    ];
    let providers = providers::ALL.iter().map(|factory| check_provider(config, &factory.name));
    let mut errors: Vec<_> =
        checks.into_iter().chain(providers).filter_map(|check| Some(check.err()?.to_string())).collect();
    // A setting may be used by several checks.
    let mut reported = HashSet::new();
    errors.retain(|error| reported.insert(error.clone()));
    if errors.is_empty() {
        errors.extend(load_policies(config).err().map(|error| error.to_string()));
    }
    errors
}

fn check_http(config: &Config) -> Result<(), ConfigError> {
    let settings = config.section::<upstream::Settings>("http")?;
    settings.check().map_err(|error| match &error {
        upstream::HttpError::InvalidSetting { key, .. } => config.invalid_setting(&format!("http.{key}"), error),
        other => config.invalid_setting("http", other),
    })
}

fn check_provider(config: &Config, name: &Provider) -> Result<(), ConfigError> {
    let section = format!("providers.{}", name.as_str());
    let settings = config.section::<providers::Settings>(&section)?;
    settings
        .request_rate(name.as_str(), ANY_RATE)
        .map_err(|error| config.invalid_setting(&format!("{section}.requests_per_minute"), error))?;
    check_address(config, &format!("{section}.base_url"), name, &settings.base_url)
}

fn check_ebay(config: &Config) -> Result<(), ConfigError> {
    let settings = config.section::<ebay::Settings>("ebay")?;
    settings.packages.packages().map_err(|error| config.invalid_setting(&error.key(), error))?;
    for (key, address) in [
        ("ebay.api_base_url", &settings.api_base_url),
        ("ebay.auth_base_url", &settings.auth_base_url),
        ("ebay.media_base_url", &settings.media_base_url),
    ] {
        check_address(config, key, &Provider::from_static("eBay"), address.as_deref().unwrap_or_default())?;
    }
    Ok(())
}

/// Checks the address of a provider. An empty address means the default.
fn check_address(config: &Config, key: &str, name: &Provider, address: &str) -> Result<(), ConfigError> {
    if address.trim().is_empty() {
        return Ok(());
    }
    let checked = parse_base_url(name, address);
    checked.map(drop).map_err(|error| config.invalid_setting(key, format_args!("{key}: {error}")))
}

fn check_intake(config: &Config) -> Result<(), ConfigError> {
    folder_watch(config).map(drop)
}

/// Returns the watch of the folder `intake.watch` and the polling interval; `None` if the setting is empty.
///
/// # Errors
/// Returns an error that names the setting and its origin if the value is not the address of a folder in a bucket.
pub(super) fn folder_watch(config: &Config) -> Result<Option<(FolderWatch, Duration)>, ConfigError> {
    let intake = config.section::<input::Settings>("intake")?;
    let folder = intake.watch.trim();
    if folder.is_empty() {
        return Ok(None);
    }
    let watch = FolderWatch::new(folder)
        .map_err(|error| config.invalid_setting("intake.watch", format_args!("intake.watch: {error}")))?;
    Ok(Some((watch, Duration::from_secs(intake.watch_interval_s.max(1)))))
}

fn check_server(config: &Config) -> Result<(), ConfigError> {
    let host = config.section::<server::Settings>("server")?.host;
    if host.parse::<IpAddr>().is_ok() || url::Host::parse(&host).is_ok() {
        return Ok(());
    }
    let message = format!("server.host: {host:?} is not an address; write for example 127.0.0.1 or 0.0.0.0");
    Err(config.invalid_setting("server.host", message))
}

fn check_console(config: &Config) -> Result<(), ConfigError> {
    let settings = config.section::<console::Settings>("console")?;
    settings.theme().map_err(|error| {
        let is_name = matches!(error, ThemeError::UnknownTheme(_));
        config.invalid_setting(if is_name { "console.theme" } else { "console.theme_file" }, error)
    })?;
    settings.preferences().map(drop).map_err(|error| {
        let key = match error {
            PreferencesError::Columns(_) => "console.columns",
            PreferencesError::Sort(_) => "console.sort",
            PreferencesError::ColumnsFile { .. } => "console.columns_file",
        };
        config.invalid_setting(key, error)
    })
}

fn check_log(config: &Config) -> Result<(), ConfigError> {
    let settings = config.section::<logging::Settings>("log")?;
    logging::check_level(&settings.level).map_err(|error| config.invalid_setting("log.level", error))
}
