//! The name of an upstream service, as it stands in events, result files and settings.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

/// A provider's name in lower case, for example `musicbrainz`.
///
/// The known names are constants beside each provider's code; an event written by a later version may
/// hold one that this version does not know, so it is text and no enumeration.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(transparent)]
#[schema(value_type = String)]
pub struct Provider(Cow<'static, str>);

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
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}
