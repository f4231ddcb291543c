//! The questions that providers answer, and how an answer can fail to come.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use domain::appraisal::{Sample, SampleKind};
use domain::artwork::Cover;
use domain::condition::Condition;
use domain::entry::Entry;
use domain::forecast::Quota;
use domain::provider::Provider;
use domain::release::{EntryId, Release};
use domain::upc::Upc;
use upstream::{HttpError, Reply};

/// A question that got no answer. "Not found" is an answer and stands in the `Ok` of the question.
#[derive(Clone, Debug, thiserror::Error)]
pub enum Unanswered {
    /// The service could not be reached, refused, or said that it is sick; the words are its own.
    #[error("{provider}: {error}")]
    Http { provider: Provider, error: HttpError },
    /// The service answered with something that is not of its form.
    #[error("{provider} answered with something that cannot be read: {what}")]
    Unreadable { provider: Provider, what: String },
    /// The service understood and will not answer, and asking again as we are changes nothing: a wrong key, a
    /// question that it does not take.
    #[error("{provider} refuses: {words}")]
    Refused { provider: Provider, words: String },
    /// The service answers nobody's questions of this kind for now: a day's limit is used up.
    #[error("{provider}: {words}")]
    Closed {
        provider: Provider,
        /// When it opens again, where that is known.
        until: Option<Timestamp>,
        words: String,
    },
}

impl Unanswered {
    /// What a status means that is neither an answer nor "not found": from 400 on a refusal, below it a riddle.
    pub(super) fn of_status(provider: Provider, reply: &Reply) -> Self {
        let words = format!("status {}: {}", reply.status, reply.words());
        if reply.status < 400 { Self::Unreadable { provider, what: words } } else { Self::Refused { provider, words } }
    }

    /// The refusal with what to do about it; anything else as it is.
    pub(super) fn with_advice(self, advice: &str) -> Self {
        match self {
            Self::Refused { provider, words } => Self::Refused { provider, words: format!("{words}; {advice}") },
            other => other,
        }
    }

    /// True where asking again in some minutes may help.
    pub fn may_pass(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.may_pass(),
            Self::Unreadable { .. } => true,
            Self::Refused { .. } | Self::Closed { .. } => false,
        }
    }

    /// True where the service was there, though it gave no answer.
    pub fn was_reached(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.was_reached(),
            Self::Unreadable { .. } | Self::Refused { .. } | Self::Closed { .. } => true,
        }
    }

    /// Who did not answer.
    pub fn provider(&self) -> &Provider {
        match self {
            Self::Http { provider, .. }
            | Self::Unreadable { provider, .. }
            | Self::Refused { provider, .. }
            | Self::Closed { provider, .. } => provider,
        }
    }

    /// When a service opens again that answers nobody until then.
    pub fn closed_until(&self) -> Option<Timestamp> {
        match self {
            Self::Closed { until, .. } => *until,
            _ => None,
        }
    }

    /// When to ask again, where the service said so.
    pub fn again_at(&self) -> Option<Timestamp> {
        match self {
            Self::Http { error, .. } => error.again_at(),
            Self::Closed { until, .. } => *until,
            Self::Unreadable { .. } | Self::Refused { .. } => None,
        }
    }
}

/// How long answers of a provider are kept, from its terms (`docs/TERMS.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    pub found: Duration,
    pub not_found: Duration,
}

/// Who is this UPC?
#[async_trait]
pub trait Catalogue: Send + Sync {
    /// Who answers, as in settings and results.
    fn provider(&self) -> Provider;

    /// How many UPCs one request may ask for, by the service's rules.
    fn batch_size(&self) -> usize;

    /// How long its answers may be kept.
    fn keep(&self) -> Keep;

    /// All entries that hold one of `upcs`, at most [`Catalogue::batch_size`] of them, by UPC. A UPC that the
    /// service does not know is absent or has no entries. Entries that do not hold the UPC asked for (a service's
    /// near misses) are left out.
    ///
    /// # Errors
    /// [`Unanswered`] where the request as a whole failed.
    async fn search(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<Entry>>, Unanswered>;

    /// One entry in full, or `None` where the service has it no more.
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn detail(&self, id: &EntryId) -> Result<Option<Entry>, Unanswered>;

    /// True where a search result is already all that the service says, so no detail is asked for.
    fn searches_in_full(&self) -> bool {
        false
    }

    /// False where the service answers no search without a key that is not there; its entries are then found by
    /// the links of others.
    fn can_search(&self) -> bool {
        true
    }
}

/// What does it fetch?
#[async_trait]
pub trait PriceGuide: Send + Sync {
    /// Who answers, as in settings and results.
    fn provider(&self) -> Provider;

    /// How long its answers may be kept.
    fn keep(&self) -> Keep;

    /// The best kind of price that it gives.
    fn kind(&self) -> SampleKind;

    /// Where it is asked, for a service with several places that have prices of their own.
    fn place(&self) -> Option<String> {
        None
    }

    /// What the operator should know before so many items are asked about, a sentence each: a day that does not suffice.
    async fn foresee(&self, _items: u64) -> Vec<String> {
        Vec::new()
    }

    /// Today's calls, where a day has only so many, for so many items.
    async fn quotas(&self, _items: u64) -> Vec<Quota> {
        Vec::new()
    }

    /// Prices of this pressing, for all conditions; `None` where the guide cannot know it (no identifier of its own).
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn samples(&self, release: &Release, condition: Option<Condition>)
    -> Result<Option<Vec<Sample>>, Unanswered>;
}

/// What does it look like?
#[async_trait]
pub trait Gallery: Send + Sync {
    /// Who answers, as in settings and results.
    fn provider(&self) -> Provider;

    /// How long its answers may be kept.
    fn keep(&self) -> Keep;

    /// Pictures of this pressing, front covers first; `None` where the gallery cannot know it.
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn covers(&self, release: &Release) -> Result<Option<Vec<Cover>>, Unanswered>;

    /// True where the gallery does not say how large its pictures are, but lets them be looked at.
    fn can_measure(&self) -> bool {
        false
    }

    /// Width and height of a picture in pixels; `None` for what is no picture.
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn measure(&self, cover: &Cover) -> Result<Option<(u32, u32)>, Unanswered> {
        Ok(cover.size)
    }

    /// True where an entry already says that this gallery has no front cover, so asking would be a wasted request.
    fn knows_of_none(&self, _entries: &[Entry]) -> bool {
        false
    }
}
