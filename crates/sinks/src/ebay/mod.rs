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
mod checkup;
mod conditions;
mod content;
mod counter;
mod decide;
mod fingerprint;
mod holdings;
mod inventory;
mod item_draft;
mod line;
mod look;
mod offers;
mod opening;
mod overlay;
mod parts;
mod pictures;
mod piece;
mod preflight;
mod record;
mod round;
mod rulebook;
mod seller;
mod send;
mod shelf;
mod shop;
mod shut;
mod side;
mod take_up;

pub use account::Account;
pub use checkup::{Check, Checkup, Ended, checkup};
pub use content::Content;
pub use fingerprint::Fingerprint;
pub(super) use holdings::Holdings;
pub use inventory::Inventory;
pub use item_draft::ItemDrafts;
pub(super) use opening::{
    NO_KEYSET, NOT_SIGNED_IN, inventory, inventory_calls, item_draft_calls, item_drafts, lacks_condition, rules,
};
pub use preflight::{lacks, lacks_by_itself};
pub use rulebook::{AspectRule, CategoryRules, Rulebook};
pub use seller::seller;
pub use shelf::{Deleted, Held, Shelf};
