//! Providers: their names in events, result files and settings, and their failures.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Name of a provider in lower case, such as `musicbrainz`.
// Not part of the API's description: known names are constants next to the provider's code. A name is text and not an
// enum, because events of later versions may contain unknown names. There is no `Display`: `as_str` is for settings,
// files and keys, `display_name` for users.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Provider(Cow<'static, str>);

/// Source of a field that the operator entered or scanned.
pub const SELLER: Provider = Provider::from_static("seller");

impl Provider {
    /// Creates a provider from a constant name.
    pub const fn from_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Creates a provider from a name that is known only at run time.
    pub fn new(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// Returns the name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Returns the name as the service writes it, for messages: `Cover Art Archive`.
    pub fn display_name(&self) -> Cow<'_, str> {
        display_name_of(&self.0)
    }

    /// Returns the page of a release of this provider; `None` if its address does not follow from the ID.
    pub fn release_page(&self, id: &str) -> Option<String> {
        let folder = match &*self.0 {
            "musicbrainz" => "musicbrainz.org/release",
            "discogs" => "www.discogs.com/release",
            "deezer" => "www.deezer.com/album",
            _ => return None,
        };
        Some(format!("https://{folder}/{id}"))
    }
}

/// Returns the name of a provider or another service as the service writes it. Keeps a suffix: `Discogs dump 2026-10`.
/// An unknown name is returned unchanged.
pub fn display_name_of(name: &str) -> Cow<'_, str> {
    let end = name.find(' ').unwrap_or(name.len());
    let (first, rest) = name.split_at(end);
    let known = match first {
        "musicbrainz" => "MusicBrainz",
        "discogs" => "Discogs",
        "coverartarchive" => "Cover Art Archive",
        "deezer" => "Deezer",
        "itunes" => "iTunes",
        "ebay" | "ebay_browse" | "ebay_insights" => "eBay",
        _ => return Cow::Borrowed(name),
    };
    if rest.is_empty() { Cow::Borrowed(known) } else { Cow::Owned(format!("{known}{rest}")) }
}

/// A provider that failed, and why.
///
/// Events and result files store it as text, such as `discogs: 503 Service Unavailable`. Any text can be deserialized.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ProviderFailure {
    provider: Provider,
    /// Text that begins with the provider's name.
    text: String,
}

impl ProviderFailure {
    /// Creates the failure of a provider from its error text, which may begin with the provider's display name.
    pub fn new(provider: Provider, text: &str) -> Self {
        let text = match text.strip_prefix(&*provider.display_name()) {
            Some(rest) => format!("{}{rest}", provider.as_str()),
            None => format!("{}: {text}", provider.as_str()),
        };
        Self { provider, text }
    }

    /// Returns the provider that failed.
    pub const fn provider(&self) -> &Provider {
        &self.provider
    }

    /// Returns the text without the provider's name: `503 Service Unavailable`, `refuses: invalid token`.
    pub fn message(&self) -> &str {
        let rest = self.text.strip_prefix(self.provider.as_str()).unwrap_or(&self.text);
        rest.strip_prefix(':').unwrap_or(rest).trim_start()
    }
}

impl From<String> for ProviderFailure {
    /// Takes the text before the first colon or space as the provider's name, which contains neither.
    fn from(text: String) -> Self {
        let name = text.split([':', ' ']).next().unwrap_or_default();
        Self { provider: Provider::new(name.to_owned()), text }
    }
}

impl From<&str> for ProviderFailure {
    fn from(text: &str) -> Self {
        text.to_owned().into()
    }
}

impl From<ProviderFailure> for String {
    fn from(failure: ProviderFailure) -> Self {
        failure.text
    }
}

impl fmt::Display for ProviderFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rest = self.text.strip_prefix(self.provider.as_str()).unwrap_or_default();
        f.write_str(&self.provider.display_name())?;
        f.write_str(rest)
    }
}
