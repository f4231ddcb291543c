//! The way of a barcode, for one and for a hundred thousand.
//!
//! ```text
//! survey    what a list holds, before anything is done
//! queue     the jobs of a process that serves: wait, run, pause, go on after a restart
//! batch     one job from its order to its result files; works: what all jobs of a process share
//!   └ workers   its items, a tray at a time, into slots; stop and resume
//!       └ steps     one item: identify, appraise and illustrate, compose, hand over; each step a fact in the journal
//!           └ gather    many items' questions become few requests; what was answered is never asked again
//! ```

pub mod batch;
mod compare;
mod composed;
mod copies;
pub mod desk;
pub mod gather;
mod held;
pub mod identify;
mod illustrate;
pub mod inspect;
mod kept;
mod open_list;
mod outages;
pub mod queue;
pub mod scans;
pub mod steps;
pub mod survey;
mod upstreams;
pub mod workers;
pub mod works;

pub use compare::{CompareError, compare};
pub use composed::{Composed, composed};
pub use gather::Gatherer;
pub use inspect::{Inspection, inspect};
pub use steps::{Road, Rules};
pub use workers::{Ended, Run};
