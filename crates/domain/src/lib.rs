//! The nouns of the trade and the rules between them: no I/O, no clock, no async.
//!
//! ```text
//! Upc ──identify──> Verdict::{Matched(Match) | Ambiguous | Unknown}      entry, matching
//! Match ──appraise──> Appraisal                                          appraisal
//!       ──illustrate──> Artwork                                          artwork
//! (Upc, Match, Appraisal, Artwork, Terms) ──compose──> Listing | Missing listing
//!
//! what happened: Fact, Event                                             event
//! what will be:  Survey (a list), Forecast (a batch over it)             survey, forecast
//! what is:       Item (one table of steps), Board (a job and its items), Job (without them), Dossier (all of one item)
//! ```

pub mod artwork;
pub mod batch_estimate;
pub mod bulk_action;
pub mod condition;
pub mod country;
pub mod decision;
pub mod draft_diff;
pub mod eta;
pub mod eta_tracker;
pub mod event;
pub mod item;
pub mod item_details;
pub mod item_list;
pub mod job;
pub mod job_projection;
pub mod job_spec;
pub mod list_preview;
pub mod listing;
pub mod matching;
pub mod money;
pub mod outcome;
pub mod pricing;
pub mod provenance;
pub mod provider;
pub mod provider_release;
pub mod release;
pub mod review;
pub mod scan;
pub mod sink;
pub mod sku;
pub mod text;
pub mod upc;
pub mod upstream_status;

pub use text::{display as display_text, terminal as terminal_text};
