//! One UPC, without a batch: who it is and why, what it fetches, how it looks, and the listing it would become.

use std::process::ExitCode;

use super::print_stdout;
use super::wiring;
use crate::cli::{LookupArgs, OutputFormat};
use crate::config::{BatchSettings, Config};
use crate::headless::strip_terminal_controls;
use domain::matching::{Match, MatchReason, Verdict};
use domain::upc::Upc;
use pipeline::{LookupReport, lookup_upc};
use store::response_cache::ResponseCache;

/// Looks `args.upc` up and prints what is found. Exit code 3 where a person would have to decide.
pub(super) async fn look_up_upc(config: &Config, args: &LookupArgs) -> anyhow::Result<ExitCode> {
    let upc: Upc = args.upc.parse().map_err(|error| super::UsageError(format!("{:?}: {error}", args.upc)))?;
    let batch = config.section::<BatchSettings>("batch")?;
    let ways = wiring::OutboundClients::from_config(config, &batch.data_dir).await?;
    let (connected, advice) = wiring::connect_providers(config, &ways)?;
    let gatherer = wiring::build_provider_gateway(connected, ResponseCache::open(&batch.data_dir).await?).await;
    let inspection = lookup_upc(&gatherer, upc, args.condition, &wiring::load_policies(config)?).await?;
    match args.format {
        OutputFormat::Json => print_stdout(&format!("{}\n", serde_json::to_string_pretty(&inspection)?))?,
        OutputFormat::Text => print_stdout(&format_lookup(upc, &inspection, &advice))?,
    };
    let settled = matches!(inspection.verdict, Verdict::Matched { .. }) && inspection.missing.is_empty();
    Ok(ExitCode::from(if settled { 0 } else { 3 }))
}

fn format_lookup(upc: Upc, inspection: &LookupReport, advice: &[String]) -> String {
    let mut lines = format_verdict(upc, &inspection.verdict);
    if let Some(appraisal) = &inspection.price_estimate {
        let price = appraisal.price.map_or("none".to_owned(), |price| price.to_string());
        lines.push(format_field("price", &format!("{price} ({})", appraisal.rule)));
    }
    if let Some(cover) = inspection.artwork.as_ref().and_then(|artwork| artwork.chosen.as_ref()) {
        lines.push(format_field("cover", &format!("{} ({})", cover.url, cover.provider)));
    }
    if let Some(listing) = &inspection.listing {
        lines.push(format_field("eBay title", listing.title()));
        lines.extend(listing.notes().iter().map(|note| format_field("note", note)));
    }
    lines.extend(inspection.missing.iter().map(|missing| format_field("missing", &missing.to_string())));
    lines.extend(inspection.unavailable_providers.iter().map(|words| format_field("without", words)));
    lines.extend(advice.iter().cloned());
    lines.into_iter().map(|line| strip_terminal_controls(&line).into_owned() + "\n").collect()
}

fn format_field(name: &str, value: &str) -> String {
    format!("  {name:<16}{value}")
}

fn format_verdict(upc: Upc, verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Unknown { providers: asked } => {
            let names = asked.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
            vec![format!("{upc} is not known to {names}")]
        }
        Verdict::Ambiguous { candidates, differences } => {
            let mut lines = vec![format!("{upc}: a person has to look, {} candidates", candidates.len())];
            lines.extend(differences.iter().map(|difference| format_field("look at the", difference)));
            lines.extend(candidates.iter().flat_map(format_match));
            lines
        }
        Verdict::Matched { best_match: found, .. } => {
            let mut lines = vec![upc.to_string()];
            lines.extend(format_match(found));
            lines
        }
    }
}

/// A line for each field, with who said it and what others say instead, then the reasons.
fn format_match(found: &Match) -> Vec<String> {
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
    let mut lines = vec![format_field("score", &format!("{:.2}", found.score))];
    for (name, said) in known {
        let others = said.alternatives.iter().map(|other| format!("; {} says {}", other.source, other.value));
        lines.push(format_field(name, &format!("{} ({}{})", said.value, said.source, others.collect::<String>())));
    }
    lines.push(format_field("because", &format_reasons(&found.reasons)));
    lines
}

/// Why this pressing, in one line: what holds, what does not, and on what all agree.
fn format_reasons(reasons: &[MatchReason]) -> String {
    let (told, agreed): (Vec<_>, Vec<_>) =
        reasons.iter().partition(|r| r.distance > 0.0 || VERBOSE_ASPECTS.contains(&r.aspect.as_str()));
    let told = told.into_iter().map(|reason| reason.description.clone());
    let agreed = agreed.into_iter().map(|reason| reason.aspect.as_str()).collect::<Vec<_>>().join(", ");
    let agreed = (!agreed.is_empty()).then(|| format!("all agree on {agreed}"));
    told.chain(agreed).collect::<Vec<_>>().join("; ")
}

/// Aspects whose words say more than that all agree.
const VERBOSE_ASPECTS: [&str; 4] = ["barcode", "support", "preference", "duplicates"];
