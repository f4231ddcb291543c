//! Reviews: what an item asks of the operator, and the possible decisions.
//!
//! ```text
//! ItemDetails (needs review) ──ReviewCase::from_details──> the question, the candidates side by side, the earlier decision
//! ReviewInput (file, API, console) ──to_decision──> Decision, or one error per wrong field
//! ```

mod case;
mod distinguishing_field;
mod format_parser;
mod input;
mod repeat;
mod result;
mod undone;

pub use case::{PreviousDecision, ReviewCase};
pub use distinguishing_field::DistinguishingField;
pub use format_parser::ParseFormatError;
pub use input::{FieldError, ReviewInput};
pub use repeat::repeat_decision;
pub use result::ReviewResult;
pub use undone::{surviving_positions, without_undone};
