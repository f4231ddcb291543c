//! Providers: their names, as they stand in events, result files and settings, and their failures.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A provider's name in lower case, for example `musicbrainz`.
///
/// The known names are constants beside each provider's code; an event written by a later version may
/// hold one that this version does not know, so it is text and no enumeration. It has no `Display`: settings, files and keys
/// have [`Self::as_str`], people [`Self::display_name`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Provider(Cow<'static, str>);

/// Source of a field that the operator entered or scanned.
pub const SELLER: Provider = Provider::from_static("seller");

impl Provider {
    /// Names a provider at compile time.
    pub const fn from_static(name: &'static str) -> Self {
        Self(Cow::Borrowed(name))
    }

    /// Names one that is known only as the program runs.
    pub fn new(name: String) -> Self {
        Self(Cow::Owned(name))
    }

    /// The name in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name as the service writes it, for messages: `Cover Art Archive`.
    pub fn display_name(&self) -> Cow<'_, str> {
        display_name_of(&self.0)
    }
}

/// Returns the name of a provider or another service as the service writes it, with what follows it: `Discogs dump 2026-10`.
/// An unknown name stays as it is.
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

/// A provider that could not answer, and why.
///
/// Events and result files hold it as its text, `discogs: 503 Service Unavailable`, so every text can be read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct ProviderFailure {
    provider: Provider,
    /// Begins with the provider's name.
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

    /// The provider that could not answer.
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
    /// The provider's name is the part before the first colon or space; a name has neither.
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
