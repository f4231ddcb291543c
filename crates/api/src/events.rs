//! The server-sent event stream: its query parameters and the format of an event.
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html>

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Header that resumes a stream: the `id` of the last event that the client received.
pub const LAST_EVENT_ID_HEADER: &str = "last-event-id";

/// Maximum event number: 2^53, up to which a JSON number represents every integer exactly.
pub const MAX_EVENT_SEQ: u64 = 1 << 53;

/// Query parameters of an event stream.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct EventsQuery {
    /// Number of the event after which the stream starts; 0 for all events. `Last-Event-ID` takes precedence.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[param(minimum = 0, maximum = 9_007_199_254_740_992_i64)]
    pub after: Option<u64>,
    /// `rows` omits fields that no table row shows; `whole` sends everything.
    #[serde(default, rename = "part", skip_serializing_if = "Option::is_none")]
    #[param(inline)]
    pub detail: Option<EventDetail>,
}

/// How much of each event is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventDetail {
    /// Only the fields that a table row shows.
    Rows,
    /// Everything.
    Whole,
}

/// One event of the stream. This type only describes the format; the service sends the text stored in the journal.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = SentEvent)]
pub struct SseEvent {
    /// Number of the event.
    pub id: String,
    /// Name of the event, such as `item` or `finished`.
    pub event: String,
    /// The event as JSON: `seq`, `at`, `job`, `event`, and the fields of this event.
    pub data: String,
}
