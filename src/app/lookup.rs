//! One UPC, without a batch: who it is and why, what it fetches, how it looks, and the listing it would become.

use std::fmt::Write;
use std::process::ExitCode;

use anyhow::Context;

use super::print;
use super::wiring;
use crate::answers::Answers;
use crate::cli::{LookupArgs, PlainFormat};
use crate::config::{Batch, Config};
use crate::domain::matching::{Match, Verdict};
use crate::domain::upc::Upc;
use crate::headless::clean;
use crate::pipeline::{Gatherer, Inspection, inspect};

/// Looks `args.upc` up and prints what is found. Exit code 3 where a person would have to decide.
pub(super) async fn lookup(config: &Config, args: &LookupArgs) -> anyhow::Result<ExitCode> {
    let upc: Upc = args.upc.parse().map_err(|error| super::Usage(format!("{:?}: {error}", args.upc)))?;
    let (connected, advice) = wiring::connect(config)?;
    let batch = config.section::<Batch>("batch")?;
    std::fs::create_dir_all(&batch.data_dir)
        .with_context(|| format!("the data folder {} cannot be made", batch.data_dir.display()))?;
    let gatherer = Gatherer::new(connected, Answers::open(&batch.data_dir).await?);
    let inspection = inspect(&gatherer, upc, args.condition, &wiring::rules(config)?).await?;
    match args.format {
        PlainFormat::Json => print(&format!("{}\n", serde_json::to_string_pretty(&inspection)?))?,
        PlainFormat::Text => print(&text(upc, &inspection, &advice))?,
    };
    let settled = matches!(inspection.verdict, Verdict::Matched { .. }) && inspection.missing.is_empty();
    Ok(ExitCode::from(if settled { 0 } else { 3 }))
}

fn text(upc: Upc, inspection: &Inspection, advice: &[String]) -> String {
    let mut text = String::new();
    match &inspection.verdict {
        Verdict::Unknown { asked } => {
            let names = asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            let _ = writeln!(text, "{upc} is not known to {names}");
        }
        Verdict::Ambiguous { candidates, differences } => {
            let _ = writeln!(text, "{upc}: {} pressings fit equally well", candidates.len());
            differences.iter().for_each(|difference| text += &format!("  look at the {}\n", clean(difference)));
            candidates.iter().for_each(|candidate| text += &facts(candidate));
        }
        Verdict::Matched { found, .. } => text += &facts(found),
    }
    if let Some(appraisal) = &inspection.appraisal {
        let price = appraisal.price.map_or("none".to_owned(), |price| price.to_string());
        let _ = writeln!(text, "  {:<16}{price} ({})", "price", clean(&appraisal.rule));
    }
    if let Some(cover) = inspection.artwork.as_ref().and_then(|artwork| artwork.chosen.as_ref()) {
        let _ = writeln!(text, "  {:<16}{} ({})", "cover", clean(&cover.url), cover.provider);
    }
    if let Some(listing) = &inspection.listing {
        let _ = writeln!(text, "  {:<16}{}", "eBay title", clean(listing.title()));
    }
    inspection.missing.iter().for_each(|missing| text += &format!("  {}\n", clean(&missing.to_string())));
    inspection.without.iter().for_each(|words| text += &format!("  without {}\n", clean(words)));
    advice.iter().for_each(|advice| text += &format!("  {advice}\n"));
    text
}

/// A line for each field, with who said it and what others say instead.
fn facts(found: &Match) -> String {
    let release = &found.release;
    let mut text = format!("score {:.2}\n", found.score);
    let rows = [
        ("artist", release.artist.clone().map(|field| field.map(|v| v.to_string()))),
        ("title", release.title.clone()),
        ("format", release.format.clone().map(|field| field.map(|v| v.to_string()))),
        ("label", release.label.clone()),
        ("catalog number", release.catalog_number.clone()),
        ("date", release.date.clone().map(|field| field.map(|v| v.to_string()))),
        ("country", release.country.clone().map(|field| field.map(|v| v.to_string()))),
        ("tracks", release.tracks.clone().map(|field| field.map(|tracks| tracks.len().to_string()))),
    ];
    for (name, field) in rows {
        let Some(field) = field else { continue };
        let others = (field.alternatives.iter())
            .map(|said| format!("; {} says {}", said.source, clean(&said.value)))
            .collect::<String>();
        let _ = writeln!(text, "  {name:<16}{} ({}{others})", clean(&field.value), field.source);
    }
    for reason in &found.reasons {
        let _ = writeln!(text, "  because         {}", clean(&reason.words));
    }
    text
}
