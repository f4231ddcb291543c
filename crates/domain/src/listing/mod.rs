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
mod format;
pub mod missing;
pub mod terms;
mod title;
mod words;

pub use categories::{Categories, Category};
pub use compose::{Aspect, Listing};
pub use description::Template;
pub use missing::Missing;
pub use terms::{Facts, Settings, Terms};
