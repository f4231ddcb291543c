//! One UPC, without a batch: who it is and why, what it fetches, how it looks, and the listing it would become.

use std::process::ExitCode;

use super::print;
use super::wiring;
use crate::cli::{LookupArgs, PlainFormat};
use crate::config::{Batch, Config};
use crate::headless::clean;
use domain::matching::{Match, Reason, Verdict};
use domain::upc::Upc;
use pipeline::{Inspection, inspect};
use store::response_cache::Answers;

/// Looks `args.upc` up and prints what is found. Exit code 3 where a person would have to decide.
pub(super) async fn lookup(config: &Config, args: &LookupArgs) -> anyhow::Result<ExitCode> {
    let upc: Upc = args.upc.parse().map_err(|error| super::Usage(format!("{:?}: {error}", args.upc)))?;
    let batch = config.section::<Batch>("batch")?;
    let ways = wiring::Outward::open(config, &batch.data_dir).await?;
    let (connected, advice) = wiring::connect(config, &ways)?;
    let gatherer = wiring::gatherer(connected, Answers::open(&batch.data_dir).await?).await;
    let inspection = inspect(&gatherer, upc, args.condition, &wiring::rules(config)?).await?;
    match args.format {
        PlainFormat::Json => print(&format!("{}\n", serde_json::to_string_pretty(&inspection)?))?,
        PlainFormat::Text => print(&text(upc, &inspection, &advice))?,
    };
    let settled = matches!(inspection.verdict, Verdict::Matched { .. }) && inspection.missing.is_empty();
    Ok(ExitCode::from(if settled { 0 } else { 3 }))
}

fn text(upc: Upc, inspection: &Inspection, advice: &[String]) -> String {
    let mut lines = who(upc, &inspection.verdict);
    if let Some(appraisal) = &inspection.appraisal {
        let price = appraisal.price.map_or("none".to_owned(), |price| price.to_string());
        lines.push(field("price", &format!("{price} ({})", appraisal.rule)));
    }
    if let Some(cover) = inspection.artwork.as_ref().and_then(|artwork| artwork.chosen.as_ref()) {
        lines.push(field("cover", &format!("{} ({})", cover.url, cover.provider)));
    }
    if let Some(listing) = &inspection.listing {
        lines.push(field("eBay title", listing.title()));
        lines.extend(listing.notes().iter().map(|note| field("note", note)));
    }
    lines.extend(inspection.missing.iter().map(|missing| field("missing", &missing.to_string())));
    lines.extend(inspection.without.iter().map(|words| field("without", words)));
    lines.extend(advice.iter().cloned());
    lines.into_iter().map(|line| clean(&line).into_owned() + "\n").collect()
}

fn field(name: &str, value: &str) -> String {
    format!("  {name:<16}{value}")
}

fn who(upc: Upc, verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Unknown { asked } => {
            let names = asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            vec![format!("{upc} is not known to {names}")]
        }
        Verdict::Ambiguous { candidates, differences } => {
            let mut lines = vec![format!("{upc}: a person has to look, {} candidates", candidates.len())];
            lines.extend(differences.iter().map(|difference| field("look at the", difference)));
            lines.extend(candidates.iter().flat_map(facts));
            lines
        }
        Verdict::Matched { found, .. } => {
            let mut lines = vec![upc.to_string()];
            lines.extend(facts(found));
            lines
        }
    }
}

/// A line for each field, with who said it and what others say instead, then the reasons.
fn facts(found: &Match) -> Vec<String> {
    let release = &found.release;
    let rows = [
        ("artist", release.artist.clone().map(|artist| artist.map(|v| v.to_string()))),
        ("title", release.title.clone()),
        ("format", release.format.clone().map(|format| format.map(|v| v.to_string()))),
        ("label", release.label.clone()),
        ("catalog number", release.catalog_number.clone()),
        ("date", release.date.clone().map(|date| date.map(|v| v.to_string()))),
        ("country", release.country.clone().map(|country| country.map(|v| v.to_string()))),
        ("tracks", release.tracks.clone().map(|tracks| tracks.map(|v| v.len().to_string()))),
    ];
    let known = rows.into_iter().filter_map(|(name, said)| said.map(|said| (name, said)));
    let mut lines = vec![field("score", &format!("{:.2}", found.score))];
    for (name, said) in known {
        let others = said.alternatives.iter().map(|other| format!("; {} says {}", other.source, other.value));
        lines.push(field(name, &format!("{} ({}{})", said.value, said.source, others.collect::<String>())));
    }
    lines.push(field("because", &why(&found.reasons)));
    lines
}

/// Why this pressing, in one line: what holds, what does not, and on what all agree.
fn why(reasons: &[Reason]) -> String {
    let (told, agreed): (Vec<_>, Vec<_>) =
        reasons.iter().partition(|r| r.distance > 0.0 || TOLD.contains(&r.aspect.as_str()));
    let told = told.into_iter().map(|reason| reason.words.clone());
    let agreed = agreed.into_iter().map(|reason| reason.aspect.as_str()).collect::<Vec<_>>().join(", ");
    let agreed = (!agreed.is_empty()).then(|| format!("all agree on {agreed}"));
    told.chain(agreed).collect::<Vec<_>>().join("; ")
}

/// Aspects whose words say more than that all agree.
const TOLD: [&str; 4] = ["barcode", "support", "preference", "duplicates"];
