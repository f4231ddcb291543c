//! Compares what is printed on an item: catalog number, club edition, country and year.

use super::super::provider_release::ProviderRelease;
use super::super::release::Country;
use super::compare;
use super::merge_edition::words_of_entry;

/// Maximum difference in years of two entries for a pressing: a release of December reaches other countries in the next
/// year.
const MAX_YEAR_DIFFERENCE: u16 = 1;

/// Minimum difference in years that means another pressing, even if nothing else differs.
const MIN_OTHER_YEAR_DIFFERENCE: u16 = 5;

/// Returns the values that differ, if they mean another pressing. One difference is often an error in the data; two are
/// not, and neither are other countries, years far apart, and another year beside a word such as `Reissue`.
pub(super) fn differing_prints(a: &ProviderRelease, b: &ProviderRelease) -> Option<[String; 2]> {
    let club = || is_other_club_edition(a, b).then(|| [a, b].map(club_text));
    let (countries, years) = (differing_countries(a, b), differing_years(a, b));
    let is_decisive = countries.is_some() || years.is_some_and(|years| means_other_pressing(years, a, b));
    let years = years.map(|years| years.map(|year| year.to_string()));
    let fields = [differing_numbers(a, b), club(), countries, years];
    let differing = fields.into_iter().flatten().collect::<Vec<_>>();
    let values = [0, 1].map(|index| differing.iter().map(|field| field[index].clone()).collect::<Vec<_>>().join(", "));
    (is_decisive || differing.len() > 1).then_some(values)
}

/// Returns true if two entries that no provider links describe other pressings.
pub(super) fn are_other_prints(a: &ProviderRelease, b: &ProviderRelease) -> bool {
    is_other_club_edition(a, b) || differing_prints(a, b).is_some() || differing_numbers(a, b).is_some()
}

/// Returns true if `entry` states that it is a later pressing than `other`, whose year is then not its own.
pub(super) fn is_later_reissue(entry: &ProviderRelease, other: &ProviderRelease) -> bool {
    is_reissue(entry) && differing_years(entry, other).is_some_and(|[year, original]| year > original)
}

fn means_other_pressing(years: [u16; 2], a: &ProviderRelease, b: &ProviderRelease) -> bool {
    years[0].abs_diff(years[1]) >= MIN_OTHER_YEAR_DIFFERENCE || is_reissue(a) || is_reissue(b)
}

fn is_reissue(entry: &ProviderRelease) -> bool {
    words_of_entry(entry).iter().any(|word| matches!(word.as_str(), "Reissue" | "Repress" | "Remastered"))
}

/// Returns true if only one of the two is a record club edition and their catalog numbers differ.
fn is_other_club_edition(a: &ProviderRelease, b: &ProviderRelease) -> bool {
    let is_club = |entry: &ProviderRelease| words_of_entry(entry).iter().any(|w| w == "Club Edition");
    is_club(a) != is_club(b) && compare::catalog_number_distance(&a.labels, &b.labels) == Some(1.0)
}

fn club_text(entry: &ProviderRelease) -> String {
    let is_club = words_of_entry(entry).iter().any(|word| word == "Club Edition");
    if is_club { "club edition" } else { "no club edition" }.to_owned()
}

/// Returns the catalog numbers if none of them match. One may have a prefix or suffix that the other lacks: `48208-2`
/// and `9 48208-2`.
fn differing_numbers(a: &ProviderRelease, b: &ProviderRelease) -> Option<[String; 2]> {
    let numbers = |entry: &ProviderRelease| {
        entry.labels.iter().filter_map(|label| label.catalog_number.clone()).collect::<Vec<_>>()
    };
    let (first, second) = (numbers(a), numbers(b));
    let contains = |a: &str, b: &str| {
        let (a, b) = (compare::catalog_number_forms(a), compare::catalog_number_forms(b));
        a.iter().any(|a| b.iter().any(|b| a.contains(b) || b.contains(a)))
    };
    let is_same = first.iter().any(|one| second.iter().any(|other| contains(one, other)));
    let both = [first.into_iter().next()?, second.into_iter().next()?];
    (!is_same).then_some(both)
}

fn differing_countries(a: &ProviderRelease, b: &ProviderRelease) -> Option<[String; 2]> {
    let (first, second) = (a.country.as_ref()?, b.country.as_ref()?);
    // A country such as `USA & Canada` includes both.
    let is_single = |country: &Country| !country.display_name().contains(['&', ',']);
    let differs = is_single(first) && is_single(second) && compare::country_distance(first, second) >= 1.0;
    differs.then(|| [first, second].map(compare::display_country))
}

fn differing_years(a: &ProviderRelease, b: &ProviderRelease) -> Option<[u16; 2]> {
    let years = [a.date?.year(), b.date?.year()];
    (years[0].abs_diff(years[1]) > MAX_YEAR_DIFFERENCE).then_some(years)
}
