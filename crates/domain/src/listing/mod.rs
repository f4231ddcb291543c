//! What the buyer will read, made of nothing but sourced facts and the seller's terms.
//!
//! ```text
//! Release ──words──> title        (80 characters, by the scores of its details)
//!                ├─> category, aspects   (assets/categories.toml)
//!                └─> description  (assets/listing.html)   words in the language of the site (assets/languages)
//! Appraisal, Artwork, Terms ────> price, picture, condition, quantity
//! ```

mod aspects;
pub mod categories;
pub mod compose;
pub(super) mod country_name;
pub mod description;
mod display_fields;
mod format;
pub mod inputs;
mod item_summary;
pub mod language;
mod lot_aspects;
mod lot_title;
pub mod missing;
mod title;
mod title_editions;
mod wording;

pub use aspects::Aspect;
pub use categories::{Categories, Category};
pub use compose::{Listing, LotTerms};
pub use description::{DescriptionTemplate, TemplateError};
pub use inputs::{BestOffer, ListingInputs, OwnPhoto, SellerTerms, Settings, SkuScheme, StockPhotos};
pub use missing::{ListingField, MissingField};
