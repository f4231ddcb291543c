//! The questions that providers answer, and how an answer can fail to come.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;

use domain::artwork::Cover;
use domain::batch_estimate::Quota;
use domain::condition::Condition;
use domain::pricing::{Sample, SampleKind};
use domain::provider::Provider;
use domain::provider_release::ProviderRelease;
use domain::release::{Release, ReleaseId};
use domain::upc::Upc;
use upstream::{HttpError, UpstreamResponse};

/// A question that got no answer. "Not found" is an answer and stands in the `Ok` of the question.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ProviderError {
    /// The service could not be reached, refused, or said that it is sick; the words are its own.
    #[error("{provider}: {error}")]
    Http { provider: Provider, error: HttpError },
    /// The service answered with something that is not of its form.
    #[error("{provider} answered with something that cannot be read: {what}")]
    InvalidResponse { provider: Provider, what: String },
    /// The service understood and will not answer, and asking again as we are changes nothing: a wrong key, a
    /// question that it does not take.
    #[error("{provider} refuses: {message}")]
    Refused { provider: Provider, message: String },
    /// The service answers nobody's questions of this kind for now: a day's limit is used up.
    #[error("{provider}: {message}")]
    QuotaExhausted {
        provider: Provider,
        /// When it opens again, where that is known.
        retry_at: Option<Timestamp>,
        message: String,
    },
}

impl ProviderError {
    /// What a status means that is neither an answer nor "not found": from 400 on a refusal, below it a riddle.
    pub(super) fn from_status(provider: Provider, reply: &UpstreamResponse) -> Self {
        let message = format!("status {}: {}", reply.status, reply.message());
        if reply.status < 400 {
            Self::InvalidResponse { provider, what: message }
        } else {
            Self::Refused { provider, message }
        }
    }

    /// The refusal with what to do about it; anything else as it is.
    pub(super) fn with_advice(self, advice: &str) -> Self {
        match self {
            Self::Refused { provider, message } => Self::Refused { provider, message: format!("{message}; {advice}") },
            other => other,
        }
    }

    /// True where asking again in some minutes may help.
    pub fn is_transient(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.is_transient(),
            Self::InvalidResponse { .. } => true,
            Self::Refused { .. } | Self::QuotaExhausted { .. } => false,
        }
    }

    /// True where the service was there, though it gave no answer.
    pub fn reached_server(&self) -> bool {
        match self {
            Self::Http { error, .. } => error.reached_server(),
            Self::InvalidResponse { .. } | Self::Refused { .. } | Self::QuotaExhausted { .. } => true,
        }
    }

    /// Who did not answer.
    pub fn provider(&self) -> &Provider {
        match self {
            Self::Http { provider, .. }
            | Self::InvalidResponse { provider, .. }
            | Self::Refused { provider, .. }
            | Self::QuotaExhausted { provider, .. } => provider,
        }
    }

    /// When a service opens again that answers nobody until then.
    pub fn exhausted_until(&self) -> Option<Timestamp> {
        match self {
            Self::QuotaExhausted { retry_at: until, .. } => *until,
            _ => None,
        }
    }

    /// When to ask again, where the service said so.
    pub fn retry_at(&self) -> Option<Timestamp> {
        match self {
            Self::Http { error, .. } => error.retry_at(),
            Self::QuotaExhausted { retry_at: until, .. } => *until,
            Self::InvalidResponse { .. } | Self::Refused { .. } => None,
        }
    }
}

/// How long answers of a provider are kept, from its terms (`docs/TERMS.md`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CacheTtl {
    pub found: Duration,
    pub not_found: Duration,
}

/// Who is this UPC?
#[async_trait]
pub trait ReleaseCatalog: Send + Sync {
    /// Who answers, as in settings and results.
    fn provider(&self) -> Provider;

    /// How many UPCs one request may ask for, by the service's rules.
    fn batch_size(&self) -> usize;

    /// How long its answers may be kept.
    fn cache_ttl(&self) -> CacheTtl;

    /// All entries that hold one of `upcs`, at most [`Catalogue::batch_size`] of them, by UPC. A UPC that the
    /// service does not know is absent or has no entries. Entries that do not hold the UPC asked for (a service's
    /// near misses) are left out.
    ///
    /// # Errors
    /// [`Unanswered`] where the request as a whole failed.
    async fn search_upcs(&self, upcs: &[Upc]) -> Result<HashMap<Upc, Vec<ProviderRelease>>, ProviderError>;

    /// One entry in full, or `None` where the service has it no more.
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn fetch_release(&self, id: &ReleaseId) -> Result<Option<ProviderRelease>, ProviderError>;

    /// True where a search result is already all that the service says, so no detail is asked for.
    fn has_full_search_results(&self) -> bool {
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
    fn cache_ttl(&self) -> CacheTtl;

    /// The best kind of price that it gives.
    fn sample_kind(&self) -> SampleKind;

    /// Where it is asked, for a service with several places that have prices of their own.
    fn environment_id(&self) -> Option<String> {
        None
    }

    /// What the operator should know before so many items are asked about, a sentence each: a day that does not suffice.
    async fn quota_warnings(&self, _items: u64) -> Vec<String> {
        Vec::new()
    }

    /// Today's calls, where a day has only so many, for so many items.
    async fn required_quotas(&self, _items: u64) -> Vec<Quota> {
        Vec::new()
    }

    /// Prices of this pressing, for all conditions; `None` where the guide cannot know it (no identifier of its own).
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn fetch_samples(
        &self,
        release: &Release,
        condition: Option<Condition>,
    ) -> Result<Option<Vec<Sample>>, ProviderError>;
}

/// What does it look like?
#[async_trait]
pub trait CoverSource: Send + Sync {
    /// Who answers, as in settings and results.
    fn provider(&self) -> Provider;

    /// How long its answers may be kept.
    fn cache_ttl(&self) -> CacheTtl;

    /// Pictures of this pressing, front covers first; `None` where the gallery cannot know it.
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn fetch_covers(&self, release: &Release) -> Result<Option<Vec<Cover>>, ProviderError>;

    /// True where the gallery does not say how large its pictures are, but lets them be looked at.
    fn can_measure(&self) -> bool {
        false
    }

    /// Width and height of a picture in pixels; `None` for what is no picture.
    ///
    /// # Errors
    /// [`Unanswered`] where the request failed.
    async fn measure_cover(&self, cover: &Cover) -> Result<Option<(u32, u32)>, ProviderError> {
        Ok(cover.size)
    }

    /// True where an entry already says that this gallery has no front cover, so asking would be a wasted request.
    fn has_no_cover_for(&self, _entries: &[ProviderRelease]) -> bool {
        false
    }
}
