//! EBay as a market. A draft is an offer that is not published, and nothing here could publish one.
//!
//! ```text
//! checkup   account, categories: is everything there that a listing needs to go live?   once a batch; doctor
//! preflight Listing against the categories' rules ──> Vec<Missing>                      before the draft
//! counter   listings wait for company, up to 25
//! round     pictures ── look: what does eBay hold? ── decide ── intents to the ledger ── send: items, offers ── ledger
//! holdings  the same look for drafts that go another way: does eBay hold one already?
//! shelf     what eBay holds of ours, for `draft-maker drafts`
//! seller    whose drafts these are in the ledger
//! side      one draft as we sent it beside what eBay holds, field by field
//! ```

mod account;
mod batcher;
mod bulk_calls;
mod bulk_response;
mod bulk_upsert;
mod category_policies;
mod conditions;
mod context;
mod draft_diff;
mod draft_manager;
mod duplicate_check;
mod fingerprint;
mod images;
mod inventory;
mod item_draft;
mod merge_patch;
mod offers;
mod payload;
mod prepare;
mod readiness;
mod reconcile;
mod reconcile_existing;
mod remote_items;
mod retrying_client;
mod seller;
mod sync_record;
mod unavailable;
mod upsert_item;
mod validate;

pub use account::Account;
pub use category_policies::{CategoryPolicies, CategoryRules, EbayAspectRule};
pub use draft_manager::{DeleteResult, DraftManager, RemoteDraft};
pub(super) use duplicate_check::DuplicateChecker;
pub use fingerprint::DocumentFingerprint;
pub use inventory::InventorySink;
pub use item_draft::ItemDraftSink;
pub use payload::DraftPayload;
pub(super) use prepare::{
    NO_KEYSET_HINT, SIGN_IN_HINT, estimate_inventory_calls, estimate_item_draft_calls, load_category_policies,
    missing_condition, prepare_inventory_sink, prepare_item_draft_sink,
};
pub use readiness::{ExpiredConsent, ReadinessCheck, ReadinessReport, check_readiness};
pub use seller::identify_seller;
pub use validate::{validate_listing, validate_offline};
