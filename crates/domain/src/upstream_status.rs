//! Status of an upstream service: its rate limit, its usage and the waiting requests.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::catalog_coverage::CatalogCoverage;
use super::upc::Upc;

/// Status of a service at one point in time.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct UpstreamStatus {
    /// Name of the service, as in settings and results.
    #[schema(example = "discogs")]
    pub name: String,
    /// Number of requests since the process started.
    pub requests: u64,
    /// Number of requests in the last 60 seconds.
    #[serde(rename = "last_minute")]
    pub requests_last_minute: u64,
    /// Documented limit in requests per minute; `null` if there is none.
    #[serde(rename = "per_minute")]
    pub limit_per_minute: Option<f64>,
    /// Number of requests in the queue.
    pub waiting: u64,
    /// Barcodes of the requests that are in flight or ended within the last second.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub asked_upcs: Vec<Upc>,
    /// Time when the oldest request without an answer was sent; `null` if no request is in flight.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub unanswered_since: Option<Timestamp>,
    /// Time of the first failure of the oldest request that Draft Maker repeats; `null` if no request is repeated.
    #[serde(default)]
    #[schema(value_type = Option<String>, format = DateTime)]
    pub failing_since: Option<Timestamp>,
    /// Typical number of requests per item that an offline catalog has, or per item if there is none. Used until a run
    /// has been measured; 0 if unknown.
    #[serde(rename = "per_item")]
    pub requests_per_item: f64,
    /// The same number for other items; missing if unknown.
    #[serde(default, rename = "per_other_item", skip_serializing_if = "Option::is_none")]
    pub requests_per_other_item: Option<OtherItemRequests>,
    /// Time until which the service is paused after failures or a `Retry-After`; `null` if it is not paused.
    #[schema(value_type = Option<String>, format = DateTime)]
    #[serde(rename = "quiet_until")]
    pub paused_until: Option<Timestamp>,
    /// True if the service is paused because of repeated failures.
    #[serde(rename = "is_sick")]
    pub circuit_open: bool,
}

/// Typical number of requests to a service for an item that the offline catalogs do not answer completely.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, utoipa::ToSchema)]
pub struct OtherItemRequests {
    /// For an item that no catalog has.
    pub missing: f64,
    /// For an item that only the catalog of MusicBrainz has, although there is one of Discogs.
    pub only_in_musicbrainz: f64,
    /// For an item without a barcode, which is searched by its text.
    pub without_barcode: f64,
}

impl UpstreamStatus {
    /// Returns the expected number of requests per item of a list: the average over its items. Without `coverage`, every
    /// item is assumed to be in the catalogs.
    pub fn expected_requests_per_item(&self, coverage: Option<CatalogCoverage>) -> f64 {
        let (Some(coverage), Some(other)) = (coverage, self.requests_per_other_item) else {
            return self.requests_per_item;
        };
        let (missing, only_in_musicbrainz) = (coverage.missing(), coverage.only_in_musicbrainz());
        let rest = coverage.items.saturating_sub(missing).saturating_sub(only_in_musicbrainz);
        let groups = [
            (rest, self.requests_per_item),
            (missing, other.missing),
            (only_in_musicbrainz, other.only_in_musicbrainz),
            (coverage.without_barcode, other.without_barcode),
        ];
        #[expect(clippy::cast_precision_loss, reason = "counts of items")]
        let groups = groups.map(|(items, requests)| (items as f64, requests));
        let items = groups.iter().map(|(items, _)| items).sum::<f64>();
        if items > 0.0 {
            groups.iter().map(|(items, requests)| items * requests).sum::<f64>() / items
        } else {
            self.requests_per_item
        }
    }

    /// Returns the used share of the limit in percent; `None` if there is no limit.
    pub fn used_percent(&self) -> Option<u8> {
        let limit = self.limit_per_minute.filter(|limit| *limit > 0.0)?;
        #[expect(clippy::cast_precision_loss, reason = "requests of a minute")]
        let used = (self.requests_last_minute as f64 / limit * 100.0).round().clamp(0.0, 100.0);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 0 to 100")]
        Some(used as u8)
    }
}
