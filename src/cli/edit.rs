//! The arguments of `draft-maker edit` and `draft-maker undo`.

use clap::Args;
use clap::builder::PossibleValuesParser;

use super::output_format::OutputFormat;
use domain::job_spec::JobId;
use domain::review::ReviewInput;
use domain::upc::Upc;

#[derive(Args, Clone, Debug)]
#[command(
    override_usage = "draft-maker edit UPC --price AMOUNT\n       draft-maker edit UPC [OPTIONS]\n       draft-maker edit UPC UPC --lot NAME"
)]
pub struct EditArgs {
    /// The barcodes of the items
    #[arg(required = true, value_name = "UPC")]
    pub upcs: Vec<Upc>,
    /// The batch [default: the newest with drafts of the items]
    #[arg(long, value_name = "BATCH")]
    pub job: Option<JobId>,
    /// The whole title of the listing, at most 80 characters
    #[arg(long, value_name = "TEXT")]
    pub title: Option<String>,
    /// The price of one copy
    #[arg(long, value_name = "AMOUNT", allow_hyphen_values = true)]
    pub price: Option<String>,
    /// The number of copies
    #[arg(long, value_name = "NUMBER")]
    pub quantity: Option<String>,
    /// The condition: new, like_new, very_good, good or acceptable
    #[arg(long)]
    pub condition: Option<String>,
    /// The grade of the disc, record or tape: M, NM, EX, VG+, VG, G+, G, F or P
    #[arg(long, value_name = "GRADE")]
    pub media_grade: Option<String>,
    /// The grade of the sleeve, booklet or inlay
    #[arg(long, value_name = "GRADE")]
    pub sleeve_grade: Option<String>,
    /// What buyers should know about the condition
    #[arg(long, value_name = "TEXT")]
    pub note: Option<String>,
    /// The parts that are present or missing: obi, booklet, case; for example 'obi, no booklet'
    #[arg(long, value_name = "LIST")]
    pub parts: Option<String>,
    /// Sell the items as one listing, the lot of this name; none: sell each item alone
    #[arg(long, value_name = "NAME")]
    pub lot: Option<String>,
    /// The photos in order: names of photos of the item, files to upload, or none
    #[arg(long, value_name = "PHOTO", num_args = 1..)]
    pub photos: Vec<String>,
    /// Reset fields to the value of the list or the composed value
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    #[arg(value_parser = PossibleValuesParser::new(CLEARABLE_FIELDS))]
    pub clear: Vec<String>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

/// Fields that `--clear` accepts, named like their flags.
const CLEARABLE_FIELDS: [&str; 9] =
    ["title", "price", "quantity", "condition", "media-grade", "sleeve-grade", "note", "parts", "lot"];

#[derive(Args, Clone, Debug)]
pub struct UndoArgs {
    /// The barcode of the item [default: all items of the last decision or edit]
    pub upc: Option<Upc>,
    /// The batch [default: the newest with a decision or edit]
    #[arg(long, value_name = "BATCH")]
    pub job: Option<JobId>,
    /// The output format
    #[arg(long, value_enum, default_value_t)]
    pub format: OutputFormat,
}

impl EditArgs {
    /// Returns the edit as review input for an item that already has a draft.
    pub fn to_input(&self, upc: Upc) -> ReviewInput {
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        ReviewInput {
            upc: upc.to_string(),
            listing_title: text(&self.title),
            price: text(&self.price),
            quantity: text(&self.quantity),
            condition: text(&self.condition),
            media_grade: text(&self.media_grade),
            sleeve_grade: text(&self.sleeve_grade),
            note: text(&self.note),
            parts: text(&self.parts),
            lot: text(&self.lot),
            clear: self.clear.clone(),
            edit: true,
            ..ReviewInput::default()
        }
    }
}
