//! Properties that hold for any entries.

use domain::matching::{Match, MatchPreferences, Verdict, detail_candidates, identify_release};
use domain::provider::{Provider, SELLER};
use domain::provider_release::ProviderRelease;
use domain::release::Release;
use proptest::prelude::*;
use proptest::sample::{select, subsequence};

use testing::verdicts::{describe_verdict, parse_release, upc};

/// Generates entries from few values per column, so that entries agree or disagree.
fn any_entry() -> impl Strategy<Value = ProviderRelease> {
    let provider = select(vec!["musicbrainz", "discogs", "deezer"]);
    let artist = select(vec!["Nirvana", "nirvana", "Sonic Youth", "Various", "坂本龍一", "\u{1b}[2J", "-"]);
    let title = select(vec!["Nevermind", "Nevermind (Remastered)", "Goo", "音楽図鑑", "🎸", "-"]);
    let format = select(vec!["CD", "2xLP", "MC", "SACD", "box 3xCD+DVD", "file", "-"]);
    let country = select(vec!["US", "USA & Canada", "XE", "GB", "UK", "-"]);
    let date = select(vec!["1991", "1991-09", "1991-09-24", "2011", "-"]);
    let label = select(vec!["DGC / DGCD-24425", "Geffen / GED 24425", "/ none", "DGC", "-"]);
    let tracks = select(vec!["12", "13", "-"]);
    let note = select(vec!["-", "no barcode", "to discogs:1", "to discogs:2", "to musicbrainz:1"]);
    let columns = (provider, 0..6_u8, artist, title, format, country, date, label, tracks, note);
    columns.prop_map(|(provider, id, artist, title, format, country, date, label, tracks, note)| {
        parse_release(&format!(
            "{provider}:{id} | {artist} | {title} | {format} | {country} | {date} | {label} | {tracks} | {}",
            note.trim_start_matches('-')
        ))
    })
}

/// Generates entries with distinct IDs.
fn any_entries() -> impl Strategy<Value = Vec<ProviderRelease>> {
    prop::collection::vec(any_entry(), 0..9).prop_map(|mut releases| {
        releases.sort_by(|a, b| a.id.cmp(&b.id));
        releases.dedup_by(|a, b| a.id == b.id);
        releases
    })
}

fn decided(releases: &[ProviderRelease]) -> Verdict {
    identify_release(upc(), releases, &[Provider::from_static("musicbrainz")], &MatchPreferences::default())
}

fn matches(verdict: &Verdict) -> Vec<&Match> {
    match verdict {
        Verdict::Matched { best_match: found, runner_up } => {
            [Some(found), runner_up.as_ref()].into_iter().flatten().map(|m| &**m).collect()
        }
        Verdict::Ambiguous { candidates, .. } => candidates.iter().collect(),
        Verdict::Unknown { .. } => Vec::new(),
    }
}

/// Returns all providers that a release names.
fn sources(release: &Release) -> Vec<&Provider> {
    let mut all = release.ids.iter().map(|id| &id.provider).collect::<Vec<_>>();
    macro_rules! of {
        ($($field:ident)*) => { $(if let Some(fact) = &release.$field {
            all.push(&fact.source);
            all.extend(&fact.agreed);
            all.extend(fact.alternatives.iter().map(|sourced| &sourced.source));
        })* };
    }
    of!(artist title label catalog_number date country format tracks track_count genres styles barcode);
    all
}

proptest! {
    #[test]
    fn a_verdict_is_unknown_only_without_entries(releases in any_entries()) {
        prop_assert_eq!(matches!(decided(&releases), Verdict::Unknown { .. }), releases.is_empty());
    }

    #[test]
    fn scores_and_distances_are_between_zero_and_one(releases in any_entries()) {
        for found in matches(&decided(&releases)) {
            prop_assert!((0.0..=1.0).contains(&found.score), "{}", found.score);
            for reason in &found.reasons {
                prop_assert!((0.0..=1.0).contains(&reason.distance) && reason.weight >= 0.0, "{:?}", reason);
                prop_assert!(!reason.description.is_empty());
            }
        }
    }

    #[test]
    fn candidates_are_ranked_and_distinguishable(releases in any_entries()) {
        if let Verdict::Ambiguous { candidates, differences } = decided(&releases) {
            prop_assert!(!candidates.is_empty());
            prop_assert!(!differences.is_empty(), "nothing distinguishes the candidates");
            prop_assert!(candidates.windows(2).all(|pair| pair[0].score >= pair[1].score));
        }
    }

    #[test]
    fn a_match_consists_of_found_entries_one_per_provider(releases in any_entries()) {
        for found in matches(&decided(&releases)) {
            prop_assert!(found.entries.iter().all(|release| releases.contains(release)));
            let mut held = found.entries.iter().filter(|e| e.format.as_ref().is_some_and(|f| f.media[0].wording != "file"));
            let mut seen = std::collections::BTreeSet::new();
            prop_assert!(held.all(|release| seen.insert(release.id.provider.clone())));
            let known = releases.iter().map(|release| &release.id.provider).collect::<Vec<_>>();
            // If no entry has a barcode, the match has the scanned one.
            prop_assert!(sources(&found.release).iter().all(|source| **source == SELLER || known.contains(source)));
        }
    }

    #[test]
    fn the_verdict_does_not_depend_on_the_order_within_a_provider(releases in any_entries(), turn in any::<prop::sample::Index>()) {
        // Services return results in their own order; the order of the providers is fixed.
        let mut turned = Vec::new();
        for provider in ["musicbrainz", "discogs", "deezer"] {
            let mut of_it = releases.iter().filter(|e| e.id.provider.as_str() == provider).cloned().collect::<Vec<_>>();
            if !of_it.is_empty() {
                let by = turn.index(of_it.len());
                of_it.rotate_left(by);
            }
            turned.extend(of_it);
        }
        let mut sorted = releases.clone();
        sorted.sort_by_key(|e| ["musicbrainz", "discogs", "deezer"].iter().position(|p| *p == e.id.provider.as_str()));
        prop_assert_eq!(describe_verdict(&decided(&sorted)), describe_verdict(&decided(&turned)));
    }

    #[test]
    fn a_duplicate_entry_counts_once(releases in any_entries(), again in any::<prop::sample::Index>()) {
        if !releases.is_empty() {
            let mut doubled = releases.clone();
            doubled.push(releases[again.index(releases.len())].clone());
            prop_assert_eq!(describe_verdict(&decided(&releases)), describe_verdict(&decided(&doubled)));
        }
    }

    #[test]
    fn details_are_requested_only_for_given_entries(releases in any_entries()) {
        let wanted = detail_candidates(upc(), &releases, &MatchPreferences::default());
        prop_assert!(wanted.iter().all(|id| releases.iter().any(|release| release.id == *id)));
    }

    #[test]
    fn a_verdict_round_trips_through_json(releases in any_entries()) {
        let verdict = decided(&releases);
        let written = serde_json::to_string(&verdict).unwrap();
        prop_assert_eq!(serde_json::from_str::<Verdict>(&written).unwrap(), verdict);
    }

    #[test]
    fn fewer_entries_of_one_album_never_make_the_verdict_unknown(some in subsequence(vec![0, 1, 2], 1..=3)) {
        let lines = ["musicbrainz:a | Nirvana | Nevermind | CD | US", "discogs:1 | Nirvana | Nevermind | CD | US", "deezer:9 | Nirvana | Nevermind"];
        let releases = some.iter().map(|at| parse_release(lines[*at])).collect::<Vec<_>>();
        let verdict = decided(&releases);
        let is_matched = matches!(verdict, Verdict::Matched { .. });
        prop_assert!(is_matched, "{}", describe_verdict(&verdict));
    }
}
