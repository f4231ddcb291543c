//! Choosing the pressing: a table of cases, real responses, and properties of all entries.

mod cases;
mod claims;
mod contradictions;
mod editions;
mod free_texts;
mod listed_names;
mod merging;
mod properties;
mod searches;
