//! Creates the inventory location of a seller who has none. Every unpublished offer refers to one.

use std::process::ExitCode;

use anyhow::Context as _;

use super::auth::connect_ebay;
use super::output::{print_json, print_stdout};
use crate::cli::{LocationArgs, OutputFormat};
use crate::config::Config;
use sinks::ebay::ensure_location;

/// Creates an inventory location, unless the signed-in account has one.
pub(super) async fn create_location(
    config: &Config,
    args: &LocationArgs,
    format: OutputFormat,
) -> anyhow::Result<ExitCode> {
    let ebay = connect_ebay(config).await?;
    let country = args.country.as_deref().unwrap_or(ebay.site().country_code());
    let postal_code = args.postal_code.trim();
    let location =
        ensure_location(&ebay, country, postal_code).await.context("cannot create the inventory location on eBay")?;
    if format == OutputFormat::Json {
        return print_json(&serde_json::json!({ "location": location.key, "is_new": location.is_new }));
    }
    let (name, key) = (&location.name, &location.key);
    let message = if location.is_new {
        format!("Created the inventory location \"{key}\" in {country} {postal_code}.")
    } else {
        format!("Your account already has the inventory location \"{name}\" ({key}); none was created.")
    };
    print_stdout(&format!("{message}\nNext: `draft-maker doctor` checks your eBay account.\n"))
}
