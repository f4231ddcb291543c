//! What the services answered, with its age, so that nothing known is asked for twice.
//!
//! ```text
//! look_up(questions) ──> answers, each with when it came; the caller judges whether that is too long ago
//! keep(answers)      ──> durable when it returns; "not found" is an answer, an error never is
//! ```
//!
//! One file, `answers.db`, in the data directory. It can be deleted at any time; then all is asked again.

mod answer;
mod error;
mod store;

pub use answer::{Answer, Question};
pub use error::AnswersError;
pub use store::Answers;
