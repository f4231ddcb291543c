//! The `[ebay]` settings: keyset, consent from the environment, site, addresses, policies and packages.

use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::formats::FormatSettings;
use super::packages::PackageSettings;
use domain::loopback::is_loopback;
use domain::site::Site;
use upstream::Rate;

/// eBay's production environment or its sandbox. Each has its own keysets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Environment {
    #[default]
    Production,
    Sandbox,
}

impl Environment {
    /// Returns the name used in settings and file names.
    pub fn key(self) -> &'static str {
        self.into()
    }

    const fn api_url(self) -> &'static str {
        match self {
            Self::Production => "https://api.ebay.com",
            Self::Sandbox => "https://api.sandbox.ebay.com",
        }
    }

    const fn auth_url(self) -> &'static str {
        match self {
            Self::Production => "https://auth.ebay.com",
            Self::Sandbox => "https://auth.sandbox.ebay.com",
        }
    }

    const fn media_url(self) -> &'static str {
        match self {
            Self::Production => "https://apim.ebay.com",
            Self::Sandbox => "https://apim.sandbox.ebay.com",
        }
    }
}

/// The operator's settings for eBay.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Production or eBay's sandbox.
    #[serde(default)]
    pub environment: Environment,
    /// eBay site for which drafts are created.
    #[serde(rename = "marketplace", deserialize_with = "deserialize_site")]
    pub site: Site,
    /// "App ID (Client ID)" of the keyset.
    #[serde(default)]
    pub app_id: Option<String>,
    /// "Cert ID (Client Secret)" of the keyset.
    #[serde(default)]
    pub cert_id: Option<SecretString>,
    /// `RuName` of the keyset: eBay's name for the address to which it redirects the seller.
    #[serde(default)]
    pub ru_name: Option<String>,
    /// Refresh token from `EBAY_REFRESH_TOKEN`, for containers. Takes precedence over the stored consent.
    #[serde(default)]
    pub refresh_token: Option<SecretString>,
    /// Base address of the APIs, if not eBay's own.
    #[serde(default)]
    pub api_base_url: Option<String>,
    /// Base address of the consent page, if not eBay's own.
    #[serde(default)]
    pub auth_base_url: Option<String>,
    /// Base address of the Media API, if not eBay's own.
    #[serde(default)]
    pub media_base_url: Option<String>,
    /// Folder of the file that stores consent and tokens.
    pub credentials_dir: PathBuf,
    /// Fulfillment policy of drafts, by name or ID. Required only if the account has several.
    #[serde(default)]
    pub fulfillment_policy: Option<String>,
    /// Payment policy, like `fulfillment_policy`.
    #[serde(default)]
    pub payment_policy: Option<String>,
    /// Return policy, like `fulfillment_policy`.
    #[serde(default)]
    pub return_policy: Option<String>,
    /// Key of the inventory location. Required only if the account has several.
    #[serde(default)]
    pub location: Option<String>,
    /// Weight and size of packed items, for shipping policies with calculated cost.
    #[serde(default)]
    pub packages: PackageSettings,
    /// Store categories and policies of individual formats.
    #[serde(default)]
    pub formats: FormatSettings,
    /// Image uploads per minute, instead of the documented rate; 0 for no limit. Allowed only if the Media API is
    /// simulated on this machine.
    #[serde(default)]
    pub pictures_per_minute: Option<f64>,
}

/// App ID and Cert ID of a keyset. eBay requires both in every token request.
pub(super) struct Keyset<'a> {
    pub(super) app_id: &'a str,
    pub(super) cert_id: &'a SecretString,
}

/// Credentials that cannot work: one is set without the others that it needs, or they belong to another environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidEbayCredentials {
    #[error("EBAY_APP_ID is set, but EBAY_CERT_ID is not: set both, or {WITHOUT_CREDENTIALS}")]
    NoCertId,
    #[error("EBAY_CERT_ID is set, but EBAY_APP_ID is not: set both, or {WITHOUT_CREDENTIALS}")]
    NoAppId,
    #[error(
        "EBAY_REFRESH_TOKEN is set, but EBAY_APP_ID and EBAY_CERT_ID are not: set all three, or {WITHOUT_CREDENTIALS}"
    )]
    NoKeyset,
    #[error("EBAY_APP_ID has a Cert ID, which begins with PRD or SBX: set it to the App ID (docs/EBAY.md, step 1)")]
    AppIdIsCertId,
    #[error(
        "EBAY_APP_ID belongs to eBay's sandbox (SBX), but EBAY_ENVIRONMENT is production: use the keyset of the column \
         Production (docs/EBAY.md, step 1)"
    )]
    SandboxKeyset,
    #[error(
        "EBAY_APP_ID belongs to eBay's production (PRD), but EBAY_ENVIRONMENT is sandbox: remove EBAY_ENVIRONMENT, or \
         use a keyset of the sandbox"
    )]
    ProductionKeyset,
}

const WITHOUT_CREDENTIALS: &str = "remove it to create a drafts file without eBay's checks";

impl Settings {
    /// Returns the keyset; `None` unless both parts are set.
    pub(super) fn keyset(&self) -> Option<Keyset<'_>> {
        let app_id = self.app_id.as_deref().map(str::trim).filter(|id| !id.is_empty())?;
        let cert_id = self.cert_id.as_ref().filter(|id| !id.expose_secret().trim().is_empty())?;
        Some(Keyset { app_id, cert_id })
    }

    /// Checks that no credential is set without the others that it needs, and that the App ID belongs to the environment.
    ///
    /// # Errors
    /// Returns [`InvalidEbayCredentials`].
    pub fn check_credentials(&self) -> Result<(), InvalidEbayCredentials> {
        let has_app_id = self.app_id.as_deref().is_some_and(|id| !id.trim().is_empty());
        let has_cert_id = self.cert_id.as_ref().is_some_and(|id| !id.expose_secret().trim().is_empty());
        match (has_app_id, has_cert_id) {
            (true, false) => Err(InvalidEbayCredentials::NoCertId),
            (false, true) => Err(InvalidEbayCredentials::NoAppId),
            (false, false) if self.refresh_token.is_some() => Err(InvalidEbayCredentials::NoKeyset),
            (true, true) => self.check_app_id(),
            _ => Ok(()),
        }
    }

    /// Checks the parts of an App ID that name its kind: `Name-Title-PRD-…`, or `-SBX-` for the sandbox. A Cert ID begins
    /// with `PRD-` or `SBX-`.
    fn check_app_id(&self) -> Result<(), InvalidEbayCredentials> {
        let app_id = self.app_id.as_deref().unwrap_or_default().trim();
        if ["PRD-", "SBX-"].iter().any(|kind| app_id.starts_with(kind)) {
            return Err(InvalidEbayCredentials::AppIdIsCertId);
        }
        match self.environment {
            Environment::Production if app_id.contains("-SBX-") => Err(InvalidEbayCredentials::SandboxKeyset),
            Environment::Sandbox if app_id.contains("-PRD-") => Err(InvalidEbayCredentials::ProductionKeyset),
            _ => Ok(()),
        }
    }

    /// Returns true if a keyset is set, which is enough for public data.
    pub fn has_keyset(&self) -> bool {
        self.keyset().is_some()
    }

    /// Returns the base address of the APIs.
    pub fn api_url(&self) -> &str {
        self.api_base_url.as_deref().unwrap_or(self.environment.api_url())
    }

    /// Returns the base address of the consent page.
    pub fn auth_url(&self) -> &str {
        self.auth_base_url.as_deref().unwrap_or(self.environment.auth_url())
    }

    /// Returns the base address of the Media API.
    pub fn media_url(&self) -> &str {
        self.media_base_url.as_deref().unwrap_or(self.environment.media_url())
    }

    /// Returns a key of the eBay environment: `production` or `sandbox`, and the address of the APIs if it is not
    /// eBay's own. Stored responses, images and counts of one environment are not valid in another.
    pub fn environment_id(&self) -> String {
        let (environment, api) = (self.environment.key(), self.api_url().trim_end_matches('/'));
        if api == self.environment.api_url() { environment.to_owned() } else { format!("{environment}, {api}") }
    }

    /// Returns the key for call counts and tokens, which belong to a keyset in one environment.
    pub fn application_id(&self) -> String {
        format!("{} at {}", self.app_id.as_deref().unwrap_or_default().trim(), self.environment_id())
    }

    /// Returns the key of an application at eBay's own address.
    pub(super) fn application_id_at(app_id: &str, environment: Environment) -> String {
        format!("{} at {}", app_id.trim(), environment.key())
    }

    /// Returns the rate of image uploads: the documented one, or the one set for a simulated service. `None` means no
    /// limit.
    ///
    /// # Errors
    /// Returns an error message if a rate is set for the real service, or if it is not a valid rate.
    pub(super) fn image_upload_rate(&self, documented: Rate) -> Result<Option<Rate>, String> {
        let Some(rate) = self.pictures_per_minute else { return Ok(Some(documented)) };
        let is_local = url::Url::parse(self.media_url()).is_ok_and(|url| is_loopback(&url));
        documented.with_requests_per_minute(rate).ok().filter(|_| is_local).ok_or_else(|| {
            format!("ebay.pictures_per_minute is {rate}; it can be set only if media_base_url is on this machine")
        })
    }
}

fn deserialize_site<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Site, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}
