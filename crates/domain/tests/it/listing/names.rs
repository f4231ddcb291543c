//! Names in a listing: artists of single tracks, names in two scripts, short and full names, a title that is the artist.

use domain::release::{ArtistCredit, CreditedArtist, Release, Track};

use super::{compose, nevermind_release, sourced, track};

fn credit(names: &[(&str, &str)]) -> ArtistCredit {
    let artist = |(name, join): &(&str, &str)| CreditedArtist { name: (*name).to_owned(), join: (*join).to_owned() };
    ArtistCredit(names.iter().map(artist).collect())
}

fn names(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn aspect(release: &Release, name: &str) -> String {
    let listing = compose(release).expect("a listing");
    let aspect = listing.aspects().iter().find(|aspect| aspect.name == name);
    aspect.map(|aspect| aspect.values.join("|")).unwrap_or_default()
}

#[test]
fn a_track_of_another_artist_names_that_artist() {
    let of = |artist: &str, title: &str| Track { artist: Some(artist.to_owned()), ..track("1", title, None) };
    let release = Release {
        artist: sourced(ArtistCredit::from_name("Various")),
        tracks: sourced(vec![of("Dick Dale", "Misirlou"), of("[unknown]", "Dialogue"), track("3", "Comanche", None)]),
        ..nevermind_release()
    };
    let description = compose(&release).expect("a listing").description().to_owned();
    for line in ["1. Dick Dale - Misirlou<", "1. Dialogue<", "3. Comanche<"] {
        assert!(description.contains(line), "{line}: {description}");
    }
    let own = Release { tracks: sourced(vec![of("NIRVANA", "Breed")]), ..nevermind_release() };
    assert!(compose(&own).expect("a listing").description().contains("1. Breed<"));
}

#[test]
fn tracks_of_earlier_versions_have_no_artist() {
    let track: Track = serde_json::from_str(r#"{"position":"1","title":"Breed","length_ms":180000}"#).expect("a track");
    assert_eq!(track.artist, None);
    assert!(!serde_json::to_string(&track).expect("JSON").contains("artist"));
    let named = Track { artist: Some("Nirvana".to_owned()), ..track.clone() };
    assert_eq!(named.without_release_artist(Some(&ArtistCredit::from_name("Nirvana"))), track);
}

#[test]
fn latin_names_stand_beside_the_native_ones() {
    let release = Release {
        artist: sourced(ArtistCredit::from_name("イエス")),
        latin_artist: sourced("Yes".to_owned()),
        title: sourced("危機".to_owned()),
        latin_title: sourced("Close To The Edge".to_owned()),
        ..nevermind_release()
    };
    let description = compose(&release).expect("a listing").description().to_owned();
    for text in ["<h2>Yes (イエス) – Close To The Edge (危機)</h2>", ">Yes (イエス) - Close To The Edge (危機)."]
    {
        assert!(description.contains(text), "{text}: {description}");
    }
    assert_eq!(aspect(&release, "Release Title"), "Close To The Edge (危機)");
    let long = Release { title: sourced("危機".repeat(30)), ..release };
    assert_eq!(aspect(&long, "Release Title"), "Close To The Edge");
}

#[test]
fn a_person_is_named_once_with_the_full_name() {
    let release = Release {
        artist: sourced(credit(&[("Puccini", " - "), ("Maria Callas", ", "), ("Solti", "")])),
        title: sourced("Tosca".to_owned()),
        composers: sourced(names(&["Giacomo Puccini"])),
        conductors: sourced(names(&["Sir Georg Solti"])),
        performers: sourced(names(&["Maria Callas"])),
        ..nevermind_release()
    };
    assert_eq!(aspect(&release, "Artist"), "Giacomo Puccini|Maria Callas|Sir Georg Solti");
    let title = compose(&release).expect("a listing").title().to_owned();
    assert!(title.starts_with("Puccini: Tosca - Sir Georg Solti, Maria Callas CD"), "{title}");
    let strauss = Release {
        artist: sourced(credit(&[("Strauss", " - "), ("Maria Callas", "")])),
        composers: sourced(names(&["Richard Strauss", "Johann Strauss"])),
        ..release
    };
    assert!(aspect(&strauss, "Artist").starts_with("Strauss|"), "which of the two is not known");
}

#[test]
fn a_split_with_the_names_as_its_title_prints_them_once() {
    let release = Release {
        artist: sourced(credit(&[("Pig Destroyer", " / "), ("Gnob", "")])),
        title: sourced("Pig Destroyer / Gnob".to_owned()),
        ..nevermind_release()
    };
    let title = compose(&release).expect("a listing").title().to_owned();
    assert!(title.starts_with("Pig Destroyer / Gnob CD"), "{title}");
}
