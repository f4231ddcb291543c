//! Commands about eBay: sign-in, drafts, setup checks.

use clap::{Args, Subcommand};

use super::output_format::OutputFormat;
use domain::sku::Sku;

#[derive(Args, Clone, Debug)]
pub struct AuthArgs {
    #[command(subcommand)]
    pub command: AuthCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum AuthCommand {
    /// Sign in as a seller: open the address that is printed, agree, and paste where it leads
    Ebay(SignInArgs),
    /// What is signed in, what it may do and until when
    Status {
        /// How it is printed
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    /// Forget the sign-in on this machine
    Revoke,
}

#[derive(Args, Clone, Debug)]
pub struct SignInArgs {
    /// Also ask for listing drafts by the Listing API; only for accounts that eBay has approved
    #[arg(long)]
    pub item_drafts: bool,
}

#[derive(Args, Clone, Debug)]
pub struct DraftsArgs {
    /// Take the draft of this SKU away; one that is live stays
    #[arg(long, value_name = "SKU", value_parser = parse_sku)]
    pub delete: Option<Sku>,
    /// How the list is printed
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// A bucket, or an object in it, that is to be listed and read: gs://bucket/object; else that of INPUT_SOURCE
    #[arg(value_name = "GS")]
    pub bucket: Option<String>,
    /// JSON instead of text
    #[arg(long)]
    pub json: bool,
}

fn parse_sku(text: &str) -> Result<Sku, String> {
    Sku::parse(text).ok_or_else(|| "a SKU of this program looks like DM0720642442524, or DM0720642442524C2".to_owned())
}
