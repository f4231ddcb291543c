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

pub mod act;
pub mod appraisal;
pub mod artwork;
pub mod batch;
pub mod board;
pub mod brake;
pub mod comparison;
pub mod condition;
pub mod country;
pub mod decision;
pub mod dossier;
pub mod entry;
pub mod event;
pub mod forecast;
pub mod item;
pub mod items;
pub mod job;
pub mod listing;
pub mod matching;
pub mod money;
pub mod outcome;
pub mod outlook;
pub mod provider;
pub mod release;
pub mod review;
pub mod scan;
pub mod screen;
pub mod sku;
pub mod sourced;
pub mod survey;
pub mod upc;
pub mod upstream;
pub mod wording;
