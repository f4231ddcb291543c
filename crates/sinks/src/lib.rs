//! Where drafts go.
//!
//! ```text
//! Listing ──> inventory   an unpublished offer in eBay's Inventory API      ebay/
//!         ├─> item-draft  a listing draft in eBay's Listing API             ebay/
//!         ├─> csv         a row in the ledger; close() writes a file that Seller Hub takes as drafts
//!         └─> rehearsal   test mode: nothing
//! ```
//!
//! One item has one way: the ledger refuses a second one.

pub mod contract;
pub mod csv;
pub mod ebay;
mod open;
pub mod rehearsal;

pub use contract::{Approach, Handed, Market, MarketError};
pub use csv::DraftsFile;
pub use ebay::{Inventory, ItemDrafts};
pub use open::{ALL, NotReady, Opening, Ready, Registration};
pub use rehearsal::Rehearsal;
