//! Commands about eBay: sign-in, drafts, setup checks.

use clap::{Args, Subcommand, ValueEnum};

use super::output_format::OutputFormat;
use domain::job_spec::JobId;
use domain::sku::Sku;
use photos::BarcodePhoto;

#[derive(Args, Clone, Debug)]
pub struct AuthArgs {
    #[command(subcommand)]
    pub command: AuthCommand,
}

#[derive(Clone, Debug, Subcommand)]
pub enum AuthCommand {
    /// Sign in: open the printed address, agree, and paste the address of the page you land on
    Ebay(SignInArgs),
    /// Show the signed-in account, its permissions and expiry
    Status {
        /// The output format
        #[arg(long, value_enum, default_value_t)]
        format: OutputFormat,
    },
    /// Create the inventory location that drafts on eBay need, if the account has none
    Location(LocationArgs),
    /// Delete the sign-in from this machine
    Revoke {
        /// Do not ask for confirmation
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Args, Clone, Debug)]
pub struct SignInArgs {
    /// Also request item drafts (Listing API); only for accounts that eBay has approved
    #[arg(long)]
    pub item_drafts: bool,
}

#[derive(Args, Clone, Debug)]
pub struct LocationArgs {
    /// The postal code from which you ship
    #[arg(long, value_name = "CODE", value_parser = clap::builder::NonEmptyStringValueParser::new())]
    pub postal_code: String,
    /// The country from which you ship, such as US [default: that of your eBay site]
    #[arg(long, value_parser = parse_country)]
    pub country: Option<String>,
}

#[derive(Args, Clone, Debug)]
pub struct DraftsArgs {
    /// Delete the drafts of these SKUs; live listings are not deleted
    #[arg(long, value_name = "SKU", value_parser = parse_sku, num_args = 1..)]
    pub delete: Vec<Sku>,
    /// Delete all drafts of a batch; live listings are not deleted
    #[arg(long, value_name = "BATCH", conflicts_with = "delete")]
    pub delete_batch: Option<JobId>,
    /// Do not ask for confirmation
    #[arg(short, long)]
    pub yes: bool,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

#[derive(Args, Clone, Debug)]
pub struct PhotosArgs {
    /// The folder of the photos: a path, or gs://bucket/folder/
    #[arg(value_name = "FOLDER")]
    pub folder: String,
    /// The position of a barcode photo in the draft
    #[arg(long, value_enum, value_name = "PLACE", default_value_t)]
    pub barcode_photo: BarcodePhotoArg,
}

/// Position of the barcode photo in a draft, for photos whose file names do not identify an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum BarcodePhotoArg {
    /// After the other photos
    #[default]
    Last,
    /// Omit it, unless it is the only photo
    LeaveOut,
}

impl From<BarcodePhotoArg> for BarcodePhoto {
    fn from(argument: BarcodePhotoArg) -> Self {
        match argument {
            BarcodePhotoArg::Last => Self::Last,
            BarcodePhotoArg::LeaveOut => Self::LeftOut,
        }
    }
}

#[derive(Args, Clone, Debug)]
pub struct DoctorArgs {
    /// The bucket or object to check: gs://bucket/object [default: INPUT_SOURCE]
    #[arg(value_name = "GS_URL")]
    pub bucket: Option<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

fn parse_country(text: &str) -> Result<String, String> {
    let is_code = text.len() == 2 && text.chars().all(|letter| letter.is_ascii_alphabetic());
    is_code.then(|| text.to_ascii_uppercase()).ok_or_else(|| "write two letters, for example US or DE".to_owned())
}

fn parse_sku(text: &str) -> Result<Sku, String> {
    Sku::parse(text)
        .ok_or_else(|| "not a SKU of Draft Maker, which looks like DM0720642442524 or DM0720642442524C2".to_owned())
}
