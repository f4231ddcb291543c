//! `draft-maker lookup`: looks up one UPC without a batch. Shows the match with its reasons, the price, cover and
//! listing.

use std::process::ExitCode;

use crate::bootstrap;
use crate::cli::{LookupArgs, OutputFormat};
use crate::commands::output::print_stdout;
use crate::config::{BatchSettings, Config};
use crate::headless::{EXIT_DONE, EXIT_INCOMPLETE, strip_terminal_controls};
use domain::matching::{Match, MatchAspect, MatchReason, Verdict};
use domain::upc::Upc;
use pipeline::{LookupReport, lookup_upc};
use store::response_cache::ResponseCache;

/// Looks up `args.upc` and prints the result. The exit code is 3 if the item would need review.
pub(super) async fn look_up_upc(config: &Config, args: &LookupArgs, format: OutputFormat) -> anyhow::Result<ExitCode> {
    let upc: Upc =
        args.upc.parse().map_err(|error| crate::commands::error::UsageError(format!("{:?}: {error}", args.upc)))?;
    let batch = config.section::<BatchSettings>("batch")?;
    let location = config.store_location()?;
    let clients = bootstrap::OutboundClients::from_config(config, &location).await?;
    let (connected, advice) = bootstrap::connect_providers(config, &clients)?;
    let answers = ResponseCache::open(location.with_folder(&batch.cache_dir)).await?;
    let gateway = bootstrap::build_provider_gateway(connected, answers).await;
    // `--condition` has already changed this setting.
    let condition = config.section::<domain::listing::Settings>("listing")?.condition;
    let report = lookup_upc(&gateway, upc, condition, &bootstrap::load_policies(config)?).await?;
    match format {
        OutputFormat::Json => print_stdout(&format!("{}\n", serde_json::to_string_pretty(&report)?))?,
        OutputFormat::Text => print_stdout(&format_lookup(upc, &report, &advice))?,
    };
    let settled = matches!(report.verdict, Verdict::Matched { .. }) && report.missing.is_empty();
    Ok(ExitCode::from(if settled { EXIT_DONE } else { EXIT_INCOMPLETE }))
}

fn format_lookup(upc: Upc, report: &LookupReport, advice: &[String]) -> String {
    let mut lines = format_verdict(upc, &report.verdict);
    if let Some(price_estimate) = &report.price_estimate {
        let price = price_estimate.price.map_or("none".to_owned(), |price| price.to_string());
        lines.push(format_field("price", &format!("{price} ({})", price_estimate.rule)));
        lines.extend(price_estimate.review_reason().map(|reason| format_field("review", &reason)));
    }
    if let Some(cover) = report.artwork.as_ref().and_then(|artwork| artwork.chosen.as_ref()) {
        lines.push(format_field("cover", &format!("{} ({})", cover.url, cover.provider.display_name())));
    }
    if let Some(listing) = &report.listing {
        lines.push(format_field("eBay title", listing.title()));
        lines.extend(listing.notes().iter().map(|note| format_field("note", note)));
    }
    lines.extend(report.missing.iter().map(|missing| format_field("missing", &missing.to_string())));
    lines.extend(
        report.unavailable_providers.iter().map(|message| format_field("no answer from", &message.to_string())),
    );
    lines.extend(advice.iter().cloned());
    lines.into_iter().map(|line| strip_terminal_controls(&line).into_owned() + "\n").collect()
}

fn format_field(name: &str, value: &str) -> String {
    format!("  {name:<16}{value}")
}

fn format_verdict(upc: Upc, verdict: &Verdict) -> Vec<String> {
    match verdict {
        Verdict::Unknown { providers: asked } => {
            let names = asked.iter().map(domain::provider::Provider::display_name).collect::<Vec<_>>().join(", ");
            vec![format!("{upc} was not found in {names}")]
        }
        Verdict::Ambiguous { candidates, differences } => {
            let mut lines = vec![format!("{upc}: {} pressings match; your decision is needed", candidates.len())];
            lines.extend(differences.iter().map(|difference| format_field("check the", difference)));
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

/// Formats one line per field, with its provider and the values of other providers, followed by the reasons.
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
    let known = rows.into_iter().filter_map(|(name, text)| text.map(|text| (name, text)));
    let mut lines = vec![format_field("score", &format!("{:.2}", found.score))];
    for (name, text) in known {
        let others =
            text.alternatives.iter().map(|other| format!("; {} says {}", other.source.display_name(), other.value));
        lines.push(format_field(
            name,
            &format!("{} ({}{})", text.value, text.source.display_name(), others.collect::<String>()),
        ));
    }
    lines.push(format_field("because", &format_reasons(&found.reasons)));
    lines
}

/// Formats the reasons for a match in one line: what supports it, what contradicts it, and what all providers agree on.
fn format_reasons(reasons: &[MatchReason]) -> String {
    let (messages, agreed): (Vec<_>, Vec<_>) =
        reasons.iter().partition(|r| r.distance > 0.0 || VERBOSE_ASPECTS.contains(&r.aspect));
    let text = messages.into_iter().map(|reason| reason.description.clone());
    let agreed = agreed.into_iter().map(|reason| reason.aspect.to_string()).collect::<Vec<_>>().join(", ");
    let agreed = (!agreed.is_empty()).then(|| format!("all agree on {agreed}"));
    text.chain(agreed).collect::<Vec<_>>().join("; ")
}

/// Aspects whose text says more than that all providers agree.
const VERBOSE_ASPECTS: [MatchAspect; 4] =
    [MatchAspect::Barcode, MatchAspect::Support, MatchAspect::Preference, MatchAspect::Duplicates];
