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

use domain::release::{Carrier, Format};
use testing::listings::*;

fn cd_format() -> Format {
    format_with(vec![medium(Carrier::Cd, 1, "", None)])
}
