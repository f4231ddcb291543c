//! Listings: titles, aspects, descriptions, covers, missing fields.

mod aspects;
mod copy_parts;
mod covers;
mod description;
mod expert_titles;
mod hostile;
mod lots;
mod missing;
mod names;
mod sites;
mod titles;

use testing::listings::*;
