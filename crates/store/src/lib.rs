//! Durable state: the event store with its projections and the ledger of drafts, and the cache of upstream responses.

pub mod journal;
pub mod response_cache;
