//! Reviews: the question that an item in review asks, and the operator's decision.
//!
//! ```text
//! ItemDetails (needs review) ──ReviewCase::from_details──> question, compared candidates, previous decision
//! ReviewInput (file, API, console) ──to_decision──> Decision, or one error per invalid field
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
pub use undone::{later_repeats_of_edit, surviving_positions, without_undone};
