//! How a call to eBay can fail, each with what the operator can do.

use jiff::{Timestamp, Unit};

use super::complaint::Complaint;
use upstream::HttpError;

/// No answer from eBay that could be used.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum EbayError {
    /// There is nothing to sign in with.
    #[error("not signed in: {lacks}")]
    NotSignedIn { lacks: &'static str },
    /// The seller's consent has ended: it ran out, was taken back, or the password was changed.
    #[error("the seller's consent has ended ({words}): {remedy}, then `draft-maker resume`")]
    ConsentEnded {
        words: String,
        /// What to do, by where the consent came from.
        remedy: &'static str,
    },
    /// The keyset is not the one that it should be.
    #[error("the keyset is refused ({words}): check EBAY_APP_ID, EBAY_CERT_ID and EBAY_ENVIRONMENT")]
    Keyset { words: String },
    /// The day's limit is used up. Asking again before then is of no use.
    #[error("{}", spent(.api, .until, *.is_sure))]
    Spent {
        api: &'static str,
        until: Timestamp,
        /// False where eBay does not say when the day ends, or says that calls are left and refuses them all the same;
        /// `until` is when it is asked again.
        is_sure: bool,
    },
    /// No answer.
    #[error("{0}")]
    Http(#[from] HttpError),
    /// EBay understood and says no, in its own words.
    #[error("{}", said(*.status, .complaints, .words))]
    Refused { status: u16, complaints: Vec<Complaint>, words: String },
    /// The answer is not of its form.
    #[error("answered with something that cannot be read: {what}")]
    Unreadable { what: String },
    /// A setting that cannot be meant.
    #[error("{0}")]
    Setting(String),
    /// The count of today's calls cannot be kept.
    #[error("{0}")]
    Allowance(String),
}

impl EbayError {
    /// True where nothing but the operator or the next day helps: all calls will end the same way.
    pub fn closes(&self) -> bool {
        matches!(self, Self::NotSignedIn { .. } | Self::ConsentEnded { .. } | Self::Keyset { .. } | Self::Spent { .. })
    }

    /// When to come again, where that is known.
    pub fn again_at(&self) -> Option<Timestamp> {
        match self {
            Self::Spent { until, .. } => Some(*until),
            Self::Http(error) => error.again_at(),
            _ => None,
        }
    }

    /// What eBay complains of, where it understood the request.
    pub fn complaints(&self) -> &[Complaint] {
        match self {
            Self::Refused { complaints, .. } => complaints,
            _ => &[],
        }
    }
}

fn said(status: u16, complaints: &[Complaint], words: &str) -> String {
    if complaints.is_empty() {
        return format!("status {status}: {words}");
    }
    complaints.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

fn spent(api: &str, until: &Timestamp, is_sure: bool) -> String {
    let until = clock(until);
    if is_sure {
        return format!("today's limit of the {api} API is used up; it begins anew at {until}");
    }
    format!(
        "no more calls of the {api} API are to be had, and when that ends is not known; it is asked again at {until}"
    )
}

fn clock(at: &Timestamp) -> String {
    at.round(Unit::Second).unwrap_or(*at).to_string()
}
