//! The table `[ebay]`: the keyset, the consent where it comes from the environment, the site, the addresses.

use std::path::PathBuf;
use std::time::Duration;

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

use super::Marketplace;
use upstream::Rate;

/// Real or eBay's own sandbox; each has its own keysets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Environment {
    #[default]
    Production,
    Sandbox,
}

impl Environment {
    /// As in settings and file names.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Production => "production",
            Self::Sandbox => "sandbox",
        }
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

/// Everything about eBay that the operator sets.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    #[serde(default)]
    pub environment: Environment,
    /// The site, see [`super::MARKETPLACES`].
    #[serde(deserialize_with = "deserialize_marketplace")]
    pub marketplace: &'static Marketplace,
    /// "App ID (Client ID)" of the keyset.
    #[serde(default)]
    pub app_id: Option<String>,
    /// "Cert ID (Client Secret)" of the keyset.
    #[serde(default)]
    pub cert_id: Option<SecretString>,
    /// The keyset's name for the address that eBay sends the seller back to.
    #[serde(default)]
    pub ru_name: Option<String>,
    /// A consent from elsewhere, as a container gets it; stronger than a kept one.
    #[serde(default)]
    pub refresh_token: Option<SecretString>,
    #[serde(default)]
    pub api_base_url: Option<String>,
    #[serde(default)]
    pub auth_base_url: Option<String>,
    #[serde(default)]
    pub media_base_url: Option<String>,
    /// Where consent and tokens are kept.
    pub credentials_dir: PathBuf,
    /// The business policies of the drafts, by name or number; not needed where the account has one of a kind.
    #[serde(default)]
    pub fulfillment_policy: Option<String>,
    #[serde(default)]
    pub payment_policy: Option<String>,
    #[serde(default)]
    pub return_policy: Option<String>,
    /// The key of the inventory location, where the account has several.
    #[serde(default)]
    pub location: Option<String>,
    /// Another pace for pictures than the documented one, for an imitation on this machine only; 0 is none at all.
    #[serde(default)]
    pub pictures_per_minute: Option<f64>,
}

/// The two halves of a keyset, without which eBay answers nobody.
pub(super) struct Keyset<'a> {
    pub(super) app_id: &'a str,
    pub(super) cert_id: &'a SecretString,
}

impl Settings {
    /// The keyset, where both halves are set.
    pub(super) fn keyset(&self) -> Option<Keyset<'_>> {
        let app_id = self.app_id.as_deref().map(str::trim).filter(|id| !id.is_empty())?;
        let cert_id = self.cert_id.as_ref().filter(|id| !id.expose_secret().trim().is_empty())?;
        Some(Keyset { app_id, cert_id })
    }

    /// Whether the application can sign in, which is all that public data needs.
    pub fn has_keyset(&self) -> bool {
        self.keyset().is_some()
    }

    /// Where the APIs answer.
    pub fn api_url(&self) -> &str {
        self.api_base_url.as_deref().unwrap_or(self.environment.api_url())
    }

    /// Where the seller gives his consent.
    pub fn auth_url(&self) -> &str {
        self.auth_base_url.as_deref().unwrap_or(self.environment.auth_url())
    }

    /// Where pictures are taken in.
    pub fn media_url(&self) -> &str {
        self.media_base_url.as_deref().unwrap_or(self.environment.media_url())
    }
}

impl Settings {
    /// Which eBay answers, for the names of what is kept: `production`, `sandbox`, or an imitation with its address. What
    /// one of them has said, taken in or counted is nothing to the others.
    pub fn environment_id(&self) -> String {
        let (environment, api) = (self.environment.key(), self.api_url().trim_end_matches('/'));
        if api == self.environment.api_url() { environment.to_owned() } else { format!("{environment}, {api}") }
    }

    /// Returns the key of the quota counts and tokens: they belong to a keyset at one eBay environment.
    pub fn application_id(&self) -> String {
        format!("{} at {}", self.app_id.as_deref().unwrap_or_default().trim(), self.environment_id())
    }

    /// The same for a keyset at eBay itself.
    pub(super) fn application_id_at(app_id: &str, environment: Environment) -> String {
        format!("{} at {}", app_id.trim(), environment.key())
    }
}

impl Settings {
    /// The pace at which pictures are taken in: the documented one, or what is set for an imitation.
    ///
    /// # Errors
    /// In words, where another pace is set for the real service.
    pub(super) fn image_upload_rate(&self, documented: Rate) -> Result<Option<Rate>, String> {
        let Some(pace) = self.pictures_per_minute else { return Ok(Some(documented)) };
        let local = ["http://127.0.0.1", "http://localhost", "http://[::1]"];
        let is_local = local.iter().any(|start| self.media_url().starts_with(start));
        let period = if pace == 0.0 { Some(Duration::ZERO) } else { Duration::try_from_secs_f64(60.0 / pace).ok() };
        let period = period.filter(|_| is_local).ok_or_else(|| {
            format!("ebay.pictures_per_minute is {pace}; it can be set only where media_base_url is on this machine")
        })?;
        Ok((!period.is_zero()).then_some(Rate { period, burst: documented.burst }))
    }
}

fn deserialize_marketplace<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<&'static Marketplace, D::Error> {
    let name = String::deserialize(deserializer)?;
    Marketplace::from_name(&name).ok_or_else(|| {
        let known = super::MARKETPLACES.iter().map(|site| site.id).collect::<Vec<_>>().join(", ");
        serde::de::Error::custom(format!("{name:?} is no site that listings can be made for; there are {known}"))
    })
}
