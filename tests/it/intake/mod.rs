//! Lists as people really save them.

mod any;
mod forms;
mod sources;
mod support;
mod unusable;
