//! eBay as a destination of drafts. A draft is an unpublished offer; no code here can publish one.
//!
//! ```text
//! readiness        whether the account has everything that a listing needs to go live  once per batch; doctor
//! validate         Listing against the category's rules ──> Vec<MissingField>          before the draft
//! inventory        listings wait for others, up to 25
//! bulk_upsert      claim ── images ── fetch ── plan ── intent ── bulk calls ── ledger
//! bulk_retry       when bulk calls are repeated
//! bulk_split       the search for the part of a bulk call that eBay fails at
//! item_draft       one call per listing, to the Listing API
//! duplicate_check  whether the item is already on eBay, for sinks that cannot be queried
//! draft_manager    lists and deletes drafts on eBay, for `draft-maker drafts`
//! draft_diff       compares a sent draft with its state on eBay, field by field
//! wire, payload    eBay's JSON: answers and documents
//! ```

mod account;
mod account_option;
mod bulk_calls;
mod bulk_response;
mod bulk_retry;
mod bulk_split;
mod bulk_upsert;
mod category_policies;
mod draft_diff;
mod draft_manager;
mod duplicate_check;
mod error;
mod fingerprint;
mod format_terms;
mod images;
mod inventory;
mod item_draft;
mod location;
mod merge_patch;
mod offers;
mod payload;
mod photo_upload;
mod prepare;
mod readiness;
mod readiness_report;
mod reconcile;
mod remote_items;
mod retrying_client;
mod sync_record;
mod upsert_item;
mod validate;
mod wire;

pub use account::{Account, identify_seller};
pub use category_policies::CategoryPolicies;
pub(super) use category_policies::{CategoryRules, localize_aspect};
pub use draft_manager::{DeleteResult, DraftManager, RemoteDraft};
pub(super) use duplicate_check::{DuplicateChecker, InventoryConflict};
pub use inventory::InventorySink;
pub use item_draft::ItemDraftSink;
pub use location::{UsableLocation, ensure_location};
pub use photo_upload::{PhotoUploader, UploadedPhoto};
pub(super) use prepare::{
    NO_KEYSET_HINT, SIGN_IN_HINT, estimate_inventory_calls, estimate_item_draft_calls, load_category_policies,
    missing_condition, missing_required_condition, prepare_inventory_sink, prepare_item_draft_sink,
};
pub use readiness::check_readiness;
pub use readiness_report::{ReadinessCheck, ReadinessReport, ReadinessResult};
pub(super) use validate::{missing_condition_field, validate_listing, validate_offline};
