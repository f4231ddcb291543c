//! `draft-maker report`: lists the drafts of a batch by location or price, to pick and finish them.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::ValueEnum;
use serde::Serialize;

use super::labels::write_label_sheets;
use super::output::{print_json, print_stdout};
use crate::cli::{OutputFormat, ReportArgs, ReportLack, ReportOrder};
use crate::config::Config;
use crate::headless::strip_terminal_controls;
use ::report::labels::{Label, grade_labels};
use domain::condition::Condition;
use domain::copy_description::CopyDescription;
use domain::item_details::ItemDetails;
use domain::job_spec::{JobId, JobSpec};
use domain::money::Money;
use domain::outcome::Draft;
use domain::seller_data::{MediaGrade, SellerData};
use domain::sku::Sku;
use domain::text::count::format_count;
use domain::upc::Upc;
use store::journal::Journal;
use store::location::StoreLocation;
use store::photo_store::{HostedPhoto, PhotoStore};

/// Number of items per read.
const ITEMS_PER_READ: usize = 500;

/// One draft of the report. Unknown values are `null`.
#[derive(Debug, Serialize)]
struct DraftLine {
    location: Option<String>,
    upc: Upc,
    sku: String,
    /// The seller's own SKUs.
    own_sku: Option<String>,
    title: String,
    copies: u32,
    condition: Option<Condition>,
    #[serde(serialize_with = "serialize_grade")]
    media_grade: Option<MediaGrade>,
    #[serde(serialize_with = "serialize_grade")]
    sleeve_grade: Option<MediaGrade>,
    /// Price of one copy, as a decimal amount.
    #[serde(serialize_with = "serialize_amount")]
    price: Option<Money>,
    /// Currency of the price.
    currency: Option<&'static str>,
    /// Price that the seller paid for one copy.
    cost: Option<String>,
    /// Which parts of the copies are present.
    parts: Option<String>,
    /// Number of the seller's own photos.
    photos: usize,
    note: Option<String>,
}

/// Serializes a price like the result files do.
#[expect(clippy::ref_option, reason = "serde passes a reference to the field")]
fn serialize_amount<S: serde::Serializer>(price: &Option<Money>, serializer: S) -> Result<S::Ok, S::Error> {
    price.map(Money::amount).serialize(serializer)
}

/// Serializes a grade like the result files do.
#[expect(clippy::ref_option, clippy::trivially_copy_pass_by_ref, reason = "serde passes a reference to the field")]
fn serialize_grade<S: serde::Serializer>(grade: &Option<MediaGrade>, serializer: S) -> Result<S::Ok, S::Error> {
    grade.map(MediaGrade::as_str).serialize(serializer)
}

/// Prints the drafts of a batch.
pub(super) async fn print_report(config: &Config, args: &ReportArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    if let Some(path) = &args.grade_labels {
        let sheets = write_label_sheets(path, args.page, grade_labels().into_iter().map(|label| (label, 1)).collect())?;
        return match format {
            OutputFormat::Json => print_json(&serde_json::json!({ "labels": sheets })),
            OutputFormat::Text => print_stdout(&format_sheets(&sheets)),
        };
    }
    let location = config.store_location()?;
    let journal = Journal::open_read_only(&location).await?;
    let job = match &args.job {
        Some(job) => Some(job.clone()),
        None => journal.job_ids().await?.into_iter().next(),
    };
    let Some(job) = job else {
        return print_stdout(if format == OutputFormat::Json { "[]\n" } else { "No batches yet.\n" });
    };
    let environment_id = config.section::<ebay::Settings>("ebay")?.environment_id();
    let mut lines = read_draft_lines(&journal, &job, (&location, &environment_id)).await?;
    lines.retain(|line| args.without.iter().all(|lack| line.is_without(*lack)));
    lines.sort_by(|one, other| one.compare(other, args.by));
    let sheets = match &args.labels {
        Some(path) => write_label_sheets(path, args.page, lines.iter().map(DraftLine::to_label).collect())?,
        None => Vec::new(),
    };
    let sheets = format_sheets(&sheets);
    print_stdout(&match format {
        OutputFormat::Json => format!("{}\n", serde_json::to_string_pretty(&lines)?),
        OutputFormat::Text if lines.is_empty() => describe_no_drafts(&journal, &job).await? + &sheets,
        OutputFormat::Text => format_lines(&job, &lines, args) + &sheets,
    })
}

fn format_sheets(sheets: &[PathBuf]) -> String {
    sheets.iter().fold(String::new(), |text, path| format!("{text}Labels: {}\n", path.display()))
}

async fn read_draft_lines(
    journal: &Journal,
    job: &JobId,
    (location, environment_id): (&StoreLocation, &str),
) -> anyhow::Result<Vec<DraftLine>> {
    let photos = PhotoStore::open_read_only(location).await?;
    let projection = journal.outline_projection(job).await?;
    let spec = projection.spec.clone();
    let is_drafted = |item: &&domain::item::Item| item.status.is_some_and(domain::outcome::Status::has_draft);
    let upcs = projection.items().iter().filter(is_drafted).map(|item| item.upc).collect::<Vec<_>>();
    let mut lines: Vec<DraftLine> = Vec::new();
    let mut lots: HashMap<String, usize> = HashMap::new();
    for chunk in upcs.chunks(ITEMS_PER_READ) {
        let photos = photos.photos_by_upc(environment_id, chunk).await?;
        for details in journal.item_details(job, chunk).await? {
            let photos = photos.get(&details.input.upc).map_or(&[][..], Vec::as_slice);
            let is_in_lot = details.outcome.as_ref().is_some_and(|outcome| outcome.lot.is_some());
            for line in DraftLine::from_details(&details, spec.as_ref(), photos) {
                // The items of a lot share its draft.
                let known = if is_in_lot { *lots.entry(line.sku.clone()).or_insert(lines.len()) } else { lines.len() };
                match lines.get_mut(known) {
                    Some(known) => known.add_lot_item(line),
                    None => lines.push(line),
                }
            }
        }
    }
    Ok(lines)
}

impl DraftLine {
    /// Returns one line for each draft of an item.
    fn from_details(details: &ItemDetails, spec: Option<&JobSpec>, photos: &[HostedPhoto]) -> Vec<Self> {
        let Some(outcome) = details.outcome.as_ref() else { return Vec::new() };
        let drafts = outcome.drafts();
        let count = |sku: &Sku| photos.iter().filter(|photo| photo.copy == sku.copy_number()).count();
        if outcome.groups.is_empty() {
            let copy = details.stated_copy(&spec.map(JobSpec::copy_defaults).unwrap_or_default());
            let listed = details.input.seller.as_deref();
            let location = listed.and_then(SellerData::location);
            let own_sku = listed.and_then(|data| data.sku.as_deref());
            let price = details.price_estimate.as_ref().and_then(|price| price.price);
            let edited = details.listing_edits.quantity.map_or(details.input.copies, NonZeroU32::get);
            let copies = if outcome.additional_drafts.is_empty() { edited } else { 1 };
            let facts = listed.and_then(SellerData::facts);
            let cost = facts.and_then(|facts| facts.cost.as_ref()).map(ToString::to_string);
            let lines = drafts.map(|draft| Self {
                photos: count(&draft.sku),
                cost: cost.clone(),
                ..Self::new(details, draft, copies, price, &copy).with_labels(location, own_sku)
            });
            return lines.collect();
        }
        let of_group = |draft: &Draft| {
            let group = outcome.groups.iter().find(|group| group.sku == draft.sku)?;
            let line = Self::new(details, draft, group.copies, Some(group.price), &group.copy);
            Some(Self {
                photos: count(&draft.sku),
                cost: group.cost.as_ref().map(ToString::to_string),
                ..line.with_labels(group.location.as_deref(), group.own_sku.as_deref())
            })
        };
        drafts.filter_map(of_group).collect()
    }

    fn new(details: &ItemDetails, draft: &Draft, copies: u32, price: Option<Money>, copy: &CopyDescription) -> Self {
        Self {
            location: None,
            upc: details.input.upc,
            sku: draft.sku.to_string(),
            own_sku: None,
            title: draft.title.clone(),
            copies,
            condition: copy.effective_condition(),
            media_grade: copy.media_grade,
            sleeve_grade: copy.sleeve_grade,
            price: draft.price.or(price),
            currency: draft.price.or(price).map(|price| price.currency.code()),
            cost: None,
            parts: copy.parts.sentence(),
            photos: 0,
            note: details.outcome.as_ref().and_then(|outcome| outcome.note.clone()),
        }
    }

    /// Adds another item of the lot that the draft offers. The lot has the condition of the worst item, and so its grades.
    fn add_lot_item(&mut self, other: Self) {
        self.photos += other.photos;
        self.condition = self.condition.zip(other.condition).map(|(one, other)| one.max(other));
        self.media_grade = self.media_grade.zip(other.media_grade).map(|(one, other)| one.max(other));
        self.sleeve_grade = self.sleeve_grade.zip(other.sleeve_grade).map(|(one, other)| one.max(other));
        add_text(&mut self.location, other.location);
        add_text(&mut self.own_sku, other.own_sku);
    }

    fn with_labels(self, location: Option<&str>, own_sku: Option<&str>) -> Self {
        Self { location: location.map(str::to_owned), own_sku: own_sku.map(str::to_owned), ..self }
    }

    /// Returns the label of the copies, and the number of copies.
    fn to_label(&self) -> (Label, u32) {
        let price = self.price.map(|price| price.to_string());
        let grades = self.media_grade.or(self.sleeve_grade).map(|_| self.grades());
        let details = [self.own_sku.clone(), grades, price].into_iter().flatten().collect::<Vec<_>>().join("  ");
        let label =
            Label { sku: self.sku.clone(), location: self.location.clone(), title: self.title.clone(), details };
        (label, self.copies)
    }

    /// Formats media and sleeve grade: `VG+/VG`.
    fn grades(&self) -> String {
        [self.media_grade, self.sleeve_grade].map(|grade| grade.map_or("-", MediaGrade::as_str)).join("/")
    }

    fn is_without(&self, lack: ReportLack) -> bool {
        match lack {
            ReportLack::Photo => self.photos == 0,
            ReportLack::Grade => self.media_grade.is_none(),
            ReportLack::Condition => self.condition.is_none(),
            ReportLack::Location => self.location.is_none(),
        }
    }

    fn compare(&self, other: &Self, order: ReportOrder) -> Ordering {
        let location = || (self.location.is_none(), natural_key(self.location.as_deref()));
        let other_location = || (other.location.is_none(), natural_key(other.location.as_deref()));
        let by_title = self.title.cmp(&other.title).then_with(|| self.sku.cmp(&other.sku));
        match order {
            ReportOrder::Location => location().cmp(&other_location()).then(by_title),
            ReportOrder::Price => {
                let minor = |line: &Self| line.price.map_or(i64::MIN, |price| price.minor);
                minor(other).cmp(&minor(self)).then(by_title)
            }
            ReportOrder::Title => by_title,
        }
    }
}

/// Adds the text of another item of a lot: `Box 1, Box 7`.
fn add_text(known: &mut Option<String>, more: Option<String>) {
    let Some(more) = more else { return };
    match known {
        Some(known) if known.split(", ").any(|text| text == more) => {}
        Some(known) => *known = format!("{known}, {more}"),
        known @ None => *known = Some(more),
    }
}

/// Returns a sort key that orders numbers by value, so that `Box 9` comes before `Box 14`.
fn natural_key(text: Option<&str>) -> Vec<(u64, String)> {
    let text = text.unwrap_or_default().to_lowercase();
    let mut key = Vec::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let words = rest.find(|c: char| c.is_ascii_digit()).unwrap_or(rest.len());
        let (word, tail) = rest.split_at(words);
        let digits = tail.find(|c: char| !c.is_ascii_digit()).unwrap_or(tail.len());
        let (number, tail) = tail.split_at(digits);
        // Compare words first, then the number after them.
        key.push((0, word.to_owned()));
        key.push((number.parse().unwrap_or(u64::MAX), String::new()));
        rest = tail;
    }
    key
}

/// Explains why there is nothing to report.
async fn describe_no_drafts(journal: &Journal, job: &JobId) -> anyhow::Result<String> {
    let spec = journal.job_summary(job).await?.spec;
    Ok(match spec {
        Some(spec) if spec.test_mode => format!("{job} was a dry run, which creates no drafts.\n"),
        Some(spec) if !spec.create_drafts => format!("{job} was run with --no-drafts: it has no drafts.\n"),
        _ => format!("{job} has no such drafts.\n"),
    })
}

/// Minimum width of the column of locations, in characters.
const MIN_LOCATION_WIDTH: usize = 14;

fn format_lines(job: &JobId, lines: &[DraftLine], args: &ReportArgs) -> String {
    let locations = lines.iter().filter_map(|line| line.location.as_ref()).map(|location| location.chars().count());
    let width = locations.max().unwrap_or_default().max(MIN_LOCATION_WIDTH);
    let mut text = format!(
        "{:<width$} {:<18} {:>3}  {:<10} {:<7} {:>12} {:>6}  title\n",
        "location", "sku", "qty", "condition", "grade", "price", "photos"
    );
    for line in lines {
        let grade = line.grades();
        let price = line.price.map_or_else(|| "-".to_owned(), |price| price.to_string());
        let location = strip_terminal_controls(line.location.as_deref().unwrap_or("-"));
        let _ = writeln!(
            text,
            "{location:<width$} {:<18} {:>3}  {:<10} {grade:<7} {price:>12} {:>6}  {}",
            line.sku,
            line.copies,
            line.condition.map_or("-", Condition::as_str),
            line.photos,
            strip_terminal_controls(&line.title)
        );
    }
    let missing = args.without.iter().filter_map(ValueEnum::to_possible_value);
    let missing = missing.map(|lack| format!(" without {}", lack.get_name())).collect::<Vec<_>>().concat();
    let count = format_count(lines.len(), "draft", "drafts");
    let _ = writeln!(text, "{count}{missing} of {job}");
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::LabelPage;

    #[test]
    fn locations_are_in_the_order_of_their_numbers() {
        let mut locations = ["Box 14", "box 9", "A", "Box 14 B", "2", "10", ""];
        locations.sort_by_key(|location| natural_key(Some(location)));
        assert_eq!(locations, ["", "2", "10", "A", "box 9", "Box 14", "Box 14 B"]);
    }

    #[test]
    fn long_locations_keep_the_columns_and_a_label_without_a_grade_has_none() {
        let line = |location: &str| DraftLine {
            location: Some(location.to_owned()),
            upc: "720642442524".parse().expect("a barcode"),
            sku: "DM0720642442524".to_owned(),
            own_sku: None,
            title: "Nirvana".to_owned(),
            copies: 2,
            condition: None,
            media_grade: None,
            sleeve_grade: None,
            price: Money::parse("9.50", "USD").ok(),
            currency: Some("USD"),
            cost: None,
            parts: None,
            photos: 0,
            note: None,
        };
        let lines = [line("Kiste 7, Kiste 9"), line("A")];
        let args = ReportArgs {
            job: None,
            by: ReportOrder::Location,
            without: Vec::new(),
            labels: None,
            grade_labels: None,
            page: LabelPage::Letter,
            format: OutputFormat::Text,
        };
        let text = format_lines(&"batch_20240318_143022_0".parse().expect("a job"), &lines, &args);
        let columns = text.lines().take(3).map(|line| line.find("DM0").or(line.find("sku"))).collect::<Vec<_>>();
        assert_eq!(columns, [Some(17); 3], "{text}");
        assert_eq!(lines[0].to_label().0.details, "9.50 USD");
    }
}
