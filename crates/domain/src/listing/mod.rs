//! Composes listings from sourced fields and the seller's terms only.
//!
//! ```text
//! Release ──DisplayFields──┬─> title               (80 characters, details selected by score)
//!                          ├─> category, aspects   (assets/categories.toml)
//!                          └─> description         (assets/listing.html), in the site's language (assets/languages)
//! PriceEstimate, Artwork, SellerTerms ──> price, pictures, condition, quantity
//! ```

mod aspects;
mod categories;
mod compose;
pub(super) mod country_name;
mod description;
mod display_fields;
mod format;
mod html;
mod inputs;
mod item_summary;
pub mod language;
mod lot_aspects;
mod lot_title;
mod missing;
mod title;
mod title_editions;
mod title_head;
mod wording;
mod work_title;

pub use aspects::Aspect;
pub use categories::{Categories, Category};
pub use compose::{Listing, LotTerms, MAX_IMAGES};
pub use description::{DescriptionTemplate, TemplateError};
pub use inputs::{
    BestOffer, ListingInputs, OfferPercentOrder, OwnPhoto, SellerTerms, Settings, SkuScheme, StockPhotos,
};
pub use missing::{ListingField, MissingField, join_missing_fields};
