//! What the buyer will read, made of nothing but sourced facts and the seller's terms.

pub mod missing;

pub use missing::Missing;
