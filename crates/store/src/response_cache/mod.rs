//! What the services answered, with its age, so that nothing known is asked for twice.
//!
//! ```text
//! look_up(questions) ──> answers, each with when it came; the caller judges whether that is too long ago
//! keep(answers)      ──> durable when it returns; "not found" is an answer, an error never is
//! ```
//!
//! One file, `answers.db`, in the data directory. It can be deleted at any time; then all is asked again.

mod cached_response;
mod error;
mod store;

pub use cached_response::{CacheKey, CachedResponse};
pub use error::ResponseCacheError;
pub use store::ResponseCache;
