//! One clear pressing is taken, several equal ones are asked about, and a weak one too.

use super::super::entry::{Depth, Entry};
use super::super::provider::Provider;
use super::super::release::EntryId;
use super::super::upc::Upc;
use super::differences::differences;
use super::merge::merge;
use super::preferences::Preferences;
use super::pressing::{self, Pressing};
use super::score::score;
use super::verdict::{Match, Reason, Verdict};

/// Entries of one provider that are worth a request each: MusicBrainz gives one a second.
const WORTH_DETAIL: usize = 5;

/// A pressing and how well it fits.
struct Ranked {
    pressing: Pressing,
    score: f32,
    reasons: Vec<Reason>,
}

/// Says which release `upc` is. `entries` come in the order in which their providers are trusted; `asked` names all
/// who answered, for "nobody knows it".
pub fn identify(upc: Upc, entries: &[Entry], asked: &[Provider], preferences: &Preferences) -> Verdict {
    let mut ranked = rank(upc, entries);
    let Some(best) = ranked.first() else { return Verdict::Unknown { asked: asked.to_vec() } };
    let weak = best.score < preferences.strong;
    if let Some(place) = leader(&mut ranked, preferences) {
        let leader = ranked.remove(place);
        let runner_up = ranked.into_iter().next().map(|next| Box::new(matched(next)));
        return Verdict::Matched { found: Box::new(matched(leader)), runner_up };
    }
    let candidates = ranked.into_iter().map(matched).collect::<Vec<_>>();
    let mut differences = differences(&candidates);
    if weak {
        differences.insert(0, doubt(&candidates[0], preferences.strong));
    }
    Verdict::Ambiguous { candidates, differences }
}

/// Which summaries should be fetched in full: those of the pressings that can still win.
pub fn worth_detail(upc: Upc, entries: &[Entry], preferences: &Preferences) -> Vec<EntryId> {
    let mut ranked = rank(upc, entries);
    if let Some(place) = leader(&mut ranked, preferences) {
        ranked = vec![ranked.remove(place)];
    } else if let Some(best) = ranked.first().map(|best| best.score) {
        ranked.retain(|r| r.score >= best - preferences.margin);
    }
    let mut ids: Vec<EntryId> = Vec::new();
    for entry in ranked.iter().flat_map(|ranked| ranked.pressing.entries.iter().chain(&ranked.pressing.witnesses)) {
        let of_it = ids.iter().filter(|id| id.provider == entry.id.provider).count();
        if entry.depth == Depth::Summary && of_it < WORTH_DETAIL && !ids.contains(&entry.id) {
            ids.push(entry.id.clone());
        }
    }
    ids
}

/// Pressings, the best first; equals stand in an order that does not depend on the order of the entries.
fn rank(upc: Upc, entries: &[Entry]) -> Vec<Ranked> {
    let mut ranked = (pressing::gather(entries).into_iter())
        .map(|pressing| {
            let (score, reasons) = score(upc, &pressing);
            Ranked { pressing, score, reasons }
        })
        .collect::<Vec<_>>();
    ranked.sort_by(|a, b| {
        let facts = facts(&b.pressing).cmp(&facts(&a.pressing));
        b.score.total_cmp(&a.score).then(facts).then_with(|| first_id(&a.pressing).cmp(&first_id(&b.pressing)))
    });
    ranked
}

fn first_id(pressing: &Pressing) -> Option<&EntryId> {
    pressing.entries.first().map(|entry| &entry.id)
}

/// How much is known of a pressing, for choosing between duplicates of a database.
fn facts(pressing: &Pressing) -> usize {
    let known = |entry: &Entry| {
        usize::from(entry.date.is_some())
            + usize::from(entry.country.is_some())
            + usize::from(!entry.tracks.is_empty())
            + entry.labels.iter().filter(|label| label.catalog_number.is_some()).count()
    };
    pressing.entries.iter().map(known).sum::<usize>() + pressing.entries.len()
}

/// The one pressing to take, where there is one.
fn leader(ranked: &mut [Ranked], preferences: &Preferences) -> Option<usize> {
    let best = ranked.first().filter(|best| best.score >= preferences.strong)?.score;
    let tied = ranked.iter().take_while(|r| r.score >= best - preferences.margin).count();
    if tied == 1 {
        return Some(0);
    }
    let matches = ranked[..tied].iter().map(|r| merge(&r.pressing)).collect::<Vec<_>>();
    if super::differences::indistinguishable(&matches) {
        let words = format!("{tied} entries that differ in nothing one can see; the fullest is taken");
        // Of equally full ones the first, which is the best.
        let fullest = (0..tied).rev().max_by_key(|place| facts(&ranked[*place].pressing))?;
        ranked[fullest].reasons.push(Reason { aspect: "duplicates".to_owned(), weight: 0.0, distance: 0.0, words });
        return Some(fullest);
    }
    preferred(&mut ranked[..tied], preferences)
}

/// What the seller usually holds decides between equals, where it points to one of them.
fn preferred(tied: &mut [Ranked], preferences: &Preferences) -> Option<usize> {
    let carriers = |pressing: &Pressing| {
        let main = pressing.entries.iter().find_map(|entry| entry.format.as_ref()?.main());
        preferences.carriers.is_empty() || main.is_some_and(|carrier| preferences.carriers.contains(&carrier))
    };
    let country = |pressing: &Pressing| {
        let said =
            pressing.entries.iter().find_map(|entry| entry.country.as_ref()).map(super::super::release::Country::coded);
        let wish =
            |country: &super::super::release::Country| preferences.countries.iter().position(|c| c.coded() == *country);
        said.as_ref().and_then(wish).unwrap_or(usize::MAX)
    };
    let fitting = (0..tied.len()).filter(|place| carriers(&tied[*place].pressing)).collect::<Vec<_>>();
    let nearest = fitting.iter().map(|place| country(&tied[*place].pressing)).min()?;
    let winners = fitting.into_iter().filter(|place| country(&tied[*place].pressing) == nearest).collect::<Vec<_>>();
    let [winner] = winners[..] else { return None };
    let words = "of equals, the one that the seller's preferences name".to_owned();
    tied[winner].reasons.insert(0, Reason { aspect: "preference".to_owned(), weight: 0.0, distance: 0.0, words });
    Some(winner)
}

fn matched(ranked: Ranked) -> Match {
    let release = merge(&ranked.pressing);
    let mut entries = ranked.pressing.entries;
    entries.extend(ranked.pressing.witnesses);
    Match { release, entries, score: ranked.score, reasons: ranked.reasons }
}

/// Why the best is not good enough, from the aspect that cost most.
fn doubt(best: &Match, strong: f32) -> String {
    let costliest = best.reasons.iter().max_by(|a, b| (a.weight * a.distance).total_cmp(&(b.weight * b.distance)));
    let words = costliest.map(|reason| reason.words.as_str()).unwrap_or_default();
    format!("item itself: the best score is {:.2} and {strong:.2} is wanted; {words}", best.score)
}
