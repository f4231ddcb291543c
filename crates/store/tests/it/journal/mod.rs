//! The event store on a real disk: acknowledged events are durable, whatever happens to the process.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on says where")]

mod append;
mod durable;
mod history;
mod ledger;
mod locked;
mod long_list;
mod lots;
mod moved;
mod postgres;
mod projections;
mod repair;
mod snapshots;
mod submissions;
mod subscriptions;
