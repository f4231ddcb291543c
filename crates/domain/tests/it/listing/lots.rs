//! The listing of a lot: title, description, price, condition, item specifics and pictures of several items.

use domain::artwork::Artwork;
use domain::condition::Condition;
use domain::listing::{Categories, DescriptionTemplate, Listing, LotTerms, OwnPhoto};
use domain::lot::lot_code;
use domain::money::Money;
use domain::release::{ArtistCredit, Carrier, Format, Release};
use domain::site::Site;
use domain::upc::Upc;

use super::{
    cd_format, compose_with, format_with, medium, nevermind_release, price_estimate_of, seller_terms, sourced, upc,
};

fn album(artist: &str, title: &str, format: Format) -> Release {
    let artist = sourced(ArtistCredit::from_name(artist.to_owned()));
    Release { artist, title: sourced(title.to_owned()), format: sourced(format), ..nevermind_release() }
}

fn record() -> Format {
    format_with(vec![medium(Carrier::Vinyl, 1, "LP, Album", Some(12))])
}

/// Returns a listing with this number of copies and photos.
fn item_at(site: Site, release: &Release, (condition, copies, photos): (Condition, u32, usize)) -> Listing {
    let mut terms = seller_terms(Some(condition));
    (terms.site, terms.copies) = (site, copies);
    let name = release.title.as_ref().map(|title| title.value.clone()).unwrap_or_default();
    terms.photos = (1..=photos).map(|n| OwnPhoto { copy: 1, address: format!("https://x/{name}-{n}") }).collect();
    let mut price = price_estimate_of(1000);
    price.price = Some(Money::from_minor(1000, site.currency()));
    compose_with(release, &price, &Artwork::default(), &terms).expect("a listing")
}

fn item(release: &Release) -> Listing {
    item_at(Site::EbayUs, release, (Condition::Good, 1, 1))
}

fn lot_terms(price_percent: u16) -> LotTerms {
    LotTerms { code: lot_code("A", &[upc()]).unwrap(), price_percent, title: None, quantity: None }
}

fn lot_of(items: &[Listing]) -> Listing {
    Listing::compose_lot(items, &lot_terms(100), Categories::built_in(), DescriptionTemplate::built_in())
        .expect("a lot")
}

fn title_of(albums: &[(&str, &str, Format)]) -> String {
    let items = albums.iter().map(|(artist, title, format)| item(&album(artist, title, format.clone())));
    lot_of(&items.collect::<Vec<_>>()).title().to_owned()
}

#[test]
fn a_title_names_artists_and_kinds_and_as_many_titles_as_fit() {
    let tape = || format_with(vec![medium(Carrier::Cassette, 1, "Cassette", None)]);
    let long = "The Orchestra of the Eighteenth Century and Its Friends";
    let titles = [
        title_of(&[
            ("Nirvana", "Nevermind", cd_format()),
            ("Nirvana", "In Utero", cd_format()),
            ("Nirvana", "Bleach", cd_format()),
        ]),
        title_of(&[("Nirvana", "Nevermind", cd_format()), ("R.E.M.", "Green", record())]),
        title_of(&[("Nirvana", "Nevermind", cd_format()), ("R.E.M.", "Green", record()), ("Blur", "Blur", tape())]),
        title_of(&[(long, "One", record()), ("Nirvana", "In Utero", record())]),
        title_of(&[(long, "One", record()), (&format!("{long} II"), "Two", record())]),
        title_of(&[("Various", "Hits 1", cd_format()), ("Various", "Hits 2", cd_format())]),
    ];
    insta::assert_snapshot!(titles.join("\n"), @r"
    Nirvana Lot of 3 CDs Nevermind, In Utero, Bleach
    Nirvana, R.E.M. Lot of 2 CDs & LPs Nevermind, Green
    Nirvana, R.E.M., Blur Lot of 3 Albums Nevermind, Green, Blur
    The Orchestra of the Eighteenth Century and Its Friends, Nirvana Lot of 2 LPs
    The Orchestra of the Eighteenth Century and Its Friends Lot of 2 LPs One, Two
    Lot of 2 CDs Hits 1, Hits 2
    ");
    let many =
        (1..=60).map(|n| item(&album(&format!("Artist {n}"), &format!("Album {n}"), cd_format()))).collect::<Vec<_>>();
    let lot = lot_of(&many);
    assert!(lot.title().encode_utf16().count() <= 80 && lot.title().contains(" Lot of 60 CDs"), "{}", lot.title());
    assert!(lot.description().encode_utf16().count() <= 4_000, "{}", lot.description().len());
    assert!(lot.description().contains("Artist 1 - Album 1") && lot.description().contains(" more items"));
}

#[test]
fn a_lot_speaks_the_language_of_the_site() {
    let titles = [Site::EbayDe, Site::EbayFr, Site::EbayIt, Site::EbayEs, Site::EbayNl].map(|site| {
        let albums = [album("Nirvana", "Nevermind", record()), album("Nirvana", "Bleach", cd_format())];
        let items = albums.map(|release| item_at(site, &release, (Condition::Good, 1, 1)));
        lot_of(&items).title().to_owned()
    });
    insta::assert_snapshot!(titles.join("\n"), @r"
    Nirvana Konvolut 2 LPs & CDs Nevermind, Bleach
    Nirvana Lot de 2 LPs & CDs Nevermind, Bleach
    Nirvana Lotto di 2 LP & CD Nevermind, Bleach
    Nirvana Lote de 2 LP & CD Nevermind, Bleach
    Nirvana Partij van 2 LP's & CD's Nevermind, Bleach
    ");
}

#[test]
fn price_quantity_and_condition_follow_from_the_items() {
    let [one, other] = ["Nevermind", "Bleach"].map(|title| album("Nirvana", title, cd_format()));
    let of_copies = |copies: [u32; 2]| {
        let items = [
            item_at(Site::EbayUs, &one, (Condition::LikeNew, copies[0], 1)),
            item_at(Site::EbayUs, &other, (Condition::Good, copies[1], 1)),
        ];
        let lot = Listing::compose_lot(&items, &lot_terms(75), Categories::built_in(), DescriptionTemplate::built_in());
        let lot = lot.expect("a lot");
        (lot.quantity(), lot.lot_size(), lot.price().minor, lot.condition(), lot.description().contains("3 x Nirvana"))
    };
    assert_eq!(of_copies([1, 1]), (1, Some(2), 1_500, Some(Condition::Good), false));
    assert_eq!(of_copies([2, 2]), (2, Some(2), 1_500, Some(Condition::Good), false));
    assert_eq!(of_copies([1, 3]), (1, Some(4), 3_000, Some(Condition::Good), true));
}

#[test]
fn a_lot_has_the_specifics_and_pictures_of_all_items() {
    let [one, other] =
        [("Nirvana", "Nevermind"), ("Blur", "Parklife")].map(|(artist, title)| album(artist, title, cd_format()));
    let items = [
        item_at(Site::EbayUs, &one, (Condition::Good, 1, 20)),
        item_at(
            Site::EbayUs,
            &Release { catalog_number: sourced("FOOD 1".to_owned()), ..other },
            (Condition::Good, 1, 3),
        ),
        item_at(Site::EbayUs, &album("Blur", "Blur", cd_format()), (Condition::Good, 1, 9)),
    ];
    let lot = lot_of(&items);
    let values =
        |name: &str| lot.aspects().iter().find(|aspect| aspect.name == name).map(|aspect| aspect.values.join("|"));
    assert_eq!(values("Artist").as_deref(), Some("Nirvana|Blur"));
    assert_eq!(values("Release Title").as_deref(), Some("Nevermind, Parklife, Blur"));
    assert_eq!((values("Format").as_deref(), values("Number of Discs").as_deref()), (Some("CD"), Some("3")));
    assert_eq!(values("Catalog Number"), None, "that of one item is not that of the lot");
    let of = |title: &str| lot.images().iter().filter(|address| address.contains(&format!("/{title}-"))).count();
    assert_eq!((lot.images().len(), of("Nevermind"), of("Parklife"), of("Blur")), (24, 12, 3, 9));
    assert!(lot.upc().is_substitute(), "no barcode is that of a lot");
}

/// eBay requires the format of the category in which the lot is listed.
#[test]
fn a_lot_of_several_formats_has_the_format_of_most_items() {
    let [cd, other] = ["Nevermind", "Bleach"].map(|title| album("Nirvana", title, cd_format()));
    let vinyl = album("Nirvana", "In Utero", record());
    for (items, category, format) in [
        (vec![item(&cd), item(&vinyl)], item(&cd).category_id(), "CD"),
        (vec![item(&vinyl), item(&cd)], item(&vinyl).category_id(), "Record"),
        (vec![item(&vinyl), item(&cd), item(&other)], item(&cd).category_id(), "CD"),
    ] {
        let lot = lot_of(&items);
        let found = lot.aspects().iter().find(|aspect| aspect.name == "Format").expect("a format");
        assert_eq!((lot.category_id(), found.values.join("|").as_str()), (category, format));
        assert!(lot.notes().iter().any(|note| note.contains("items of several formats")), "{:?}", lot.notes());
    }
    assert!(!lot_of(&[item(&cd), item(&other)]).notes().iter().any(|note| note.contains("several formats")));
}

#[test]
fn the_number_of_a_lot_follows_from_its_name_and_its_least_barcode() {
    let [one, other, third]: [Upc; 3] =
        ["720642442524", "093624896326", "602517506305"].map(|code| code.parse().unwrap());
    let code = lot_code("Box A", &[one, other]);
    assert_eq!(code, lot_code(" box a", &[other, one]));
    assert_eq!(code, lot_code("Box A", &[third, one, other]));
    assert_ne!(code, lot_code("Box A", &[one, third]));
    assert_ne!(code, lot_code("Box B", &[one, other]));
    assert_eq!(lot_code("Box A", &[]), None);
    assert_eq!(code.map(|code| code.to_string()).as_deref(), Some("2993908988205"), "ledgers have it");
}
