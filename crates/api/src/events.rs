//! The event stream: what to ask for, and what one event looks like.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Header with which a reader resumes a stream: the `id` of the last event that it received.
pub const LAST_EVENT_ID_HEADER: &str = "last-event-id";

/// Maximum event number: the largest integer that a JSON number represents exactly.
pub const MAX_EVENT_SEQ: u64 = 1 << 53;

/// Where a stream starts, and how much of each event it carries.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Number of the event after which the stream starts; 0 is the beginning. `Last-Event-ID` takes precedence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 0, maximum = 9_007_199_254_740_992_i64)]
    pub after: Option<u64>,
    /// `rows` leaves out what no table row shows; `whole` leaves nothing out.
    #[serde(default, rename = "part", skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub detail: Option<EventDetail>,
}

/// How much of each event is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventDetail {
    /// What a table row shows.
    Rows,
    /// Everything.
    Whole,
}

/// One event of the stream. It only describes the format: the service sends the text that the journal stores.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = SentEvent)]
pub struct SseEvent {
    /// Number of the event.
    pub id: String,
    /// Name of the event: `item`, `finished`.
    pub event: String,
    /// The event as JSON: `seq`, `at`, `job`, `event`, and the fields of that event.
    pub data: String,
}
