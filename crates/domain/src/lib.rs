//! Domain types and rules of Draft Maker: no I/O, no clock, no async.
//!
//! ```text
//! Upc ──identify_release──> Verdict::{Matched(Match) | Ambiguous | Unknown}   provider_release, matching
//! Match ──from_samples──> PriceEstimate                                       pricing
//!       ──choose_cover──> Artwork                                             artwork
//! ListingInputs, SellerTerms ──compose──> Listing | MissingField              listing
//!
//! past:     JobEvent, ItemEvent                                               event
//! future:   ListPreview (a list), BatchEstimate (a batch with this list)      list_preview, batch_estimate
//! present:  Item (with the table of transitions), JobProjection (a job and its items), Job (a job without items),
//!           ItemDetails (all details of an item)
//! ```

pub mod artwork;
pub mod barcode;
pub mod batch_estimate;
pub mod bulk_action;
pub mod catalog_coverage;
pub mod clearable_field;
mod composer_name;
pub mod condition;
mod condition_words;
pub mod copy_description;
pub mod copy_terms;
mod country;
pub mod credits;
pub mod decision;
pub mod draft_diff;
pub mod draft_group;
pub mod edition;
mod edition_words;
pub mod eta;
pub mod eta_tracker;
pub mod event;
mod free_text;
pub mod inventory_facts;
pub mod item;
pub mod item_details;
pub mod item_list;
pub mod job;
pub mod job_projection;
pub mod job_spec;
pub mod line_numbers;
pub mod list_options;
pub mod list_preview;
pub mod list_reading;
pub mod listed_price;
pub mod listing;
pub mod loopback;
pub mod lot;
pub mod matching;
mod media_grade;
pub mod money;
mod named_media;
pub mod outcome;
pub mod output_location;
pub mod pricing;
pub mod provenance;
pub mod provider;
pub mod provider_release;
pub mod record_color;
mod record_color_words;
pub mod release;
pub mod release_notes;
pub mod release_status;
pub mod release_type;
pub mod result_file;
pub mod review;
pub mod rewind;
pub mod run_time;
pub mod scan;
pub mod seller_data;
pub mod sink;
pub mod site;
pub mod sku;
pub mod source_type;
pub mod text;
mod unbarcoded;
pub mod upc;
pub mod uploaded_list;
pub mod upstream_status;
mod video_region;

pub use text::{display as display_text, terminal as terminal_text};
