//! What the buyer will read, made of nothing but sourced facts and the seller's terms.
//!
//! ```text
//! Release ──words──> title        (80 characters, the least wanted goes first)
//!                ├─> category, aspects   (assets/categories.toml)
//!                └─> description  (assets/listing.html)
//! Appraisal, Artwork, Terms ────> price, picture, condition, quantity
//! ```

mod aspects;
pub mod categories;
pub mod compose;
pub mod description;
mod display_fields;
mod format;
pub mod inputs;
pub mod missing;
mod title;

pub use aspects::Aspect;
pub use categories::{Categories, Category};
pub use compose::Listing;
pub use description::DescriptionTemplate;
pub use inputs::{ListingInputs, SellerTerms, Settings};
pub use missing::{ListingField, MissingField};
