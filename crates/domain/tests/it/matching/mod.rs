//! Which pressing lies in the box: a table of cases, real answers, and what holds for all entries.

mod cases;
mod editions;
mod facts;
mod free_texts;
mod properties;
mod searches;
