//! What the seller states about copies, and how it determines grades, conditions and prices.

use domain::condition::Condition;
use domain::copy_description::CopyDescription;
use domain::inventory_facts::InventoryFacts;
use domain::item_details::ItemDetails;
use domain::job_spec::{CopyGroup, InputItem};
use domain::money::Money;
use domain::pricing::{GradedCondition, MatchBasis, PriceEstimate, PriceRules, Sample, SampleKind};
use domain::provider::Provider;
use domain::seller_data::{ItemField, MediaGrade, SellerData};
use iso_currency::Currency;
use jiff::Timestamp;

fn row(fields: &[(ItemField, &str)]) -> SellerData {
    let mut data = SellerData::default();
    for (field, text) in fields {
        data.set_field(*field, text).unwrap_or_else(|field| panic!("{field}: {text}"));
    }
    data
}

fn described(fields: &[(ItemField, &str)]) -> CopyDescription {
    CopyDescription::from(&row(fields))
}

/// "Used" does not say how good a copy is, and it is never new.
#[test]
fn a_used_copy_takes_no_new_from_the_batch() {
    for used in ["Used", "3000", "Pre-owned", "gebraucht", "d'occasion", "中古"] {
        let mut data = SellerData::default();
        assert_eq!(data.set_field(ItemField::Condition, used), Err(ItemField::Condition), "{used}");
        assert!(data.is_used && data.condition.is_none(), "{used}");
        let details = |default| {
            let input = InputItem { seller: Some(Box::new(data.clone())), ..testing::events::input_item(1) };
            let defaults = CopyDescription::from(Some(default));
            ItemDetails::new(input).draft_groups(&defaults)[0].copy.effective_condition()
        };
        assert_eq!((details(Condition::New), details(Condition::Good)), (None, Some(Condition::Good)), "{used}");
    }
    for stated in ["Used - Good", "new", "4000"] {
        assert!(!row(&[(ItemField::Condition, stated)]).is_used, "{stated}");
    }
}

#[test]
fn a_grade_implies_a_condition_but_never_an_unopened_item() {
    let condition = |grade| described(&[(ItemField::MediaGrade, grade)]).effective_condition();
    assert_eq!(condition("M"), Some(Condition::LikeNew));
    assert_eq!(condition("VG+"), Some(Condition::VeryGood));
    assert_eq!(condition("EX"), Some(Condition::VeryGood));
    assert_eq!(condition("VG"), Some(Condition::Good));
    assert_eq!(condition("G+"), Some(Condition::Acceptable));
    for sealed in ["SS", "Still Sealed", "sealed"] {
        assert_eq!(condition(sealed), Some(Condition::New), "{sealed}");
        assert_eq!(
            described(&[(ItemField::Condition, sealed)]).effective_condition(),
            Some(Condition::New),
            "{sealed}"
        );
    }
    let stated = described(&[(ItemField::Condition, "acceptable"), (ItemField::MediaGrade, "VG+")]);
    assert_eq!(stated.effective_condition(), Some(Condition::Acceptable), "a stated condition overrides the grade");
}

#[test]
fn conditions_and_grades_are_understood_as_shops_write_them() {
    for (condition, texts) in [
        (Condition::New, &["New", "NewItem", "Neu & OVP", "OVP", "Nowy", "1000", "Brand-New"][..]),
        (Condition::LikeNew, &["Used - Like New", "UsedLikeNew", "Come nuovo", "Als nieuw", "Jak nowy", "2750"]),
        (
            Condition::VeryGood,
            &[
                "Used - Very Good",
                "Used/Very Good",
                "UsedVeryGood",
                "used_verygood",
                "Used; Very Good",
                "Gebraucht: Sehr gut",
                "Bardzo dobry",
                "Ottimo",
                "Zeer goed",
            ],
        ),
        (Condition::Good, &["Used - Good", "UsedGood", "Gebraucht - Gut", "Goed", "Buono", "Dobry", "5000"]),
        (Condition::Acceptable, &["Used - Acceptable", "UsedAcceptable", "Accettabile", "6000"]),
    ] {
        for text in texts {
            assert_eq!(described(&[(ItemField::Condition, text)]).condition, Some(condition), "{text}");
        }
    }
    for text in ["Used", "Pre-owned", "3000", "Used - New", "see photos"] {
        let mut data = SellerData::default();
        assert_eq!(data.set_field(ItemField::Condition, text), Err(ItemField::Condition), "{text} states no grade");
    }
    let media = |text: &str| described(&[(ItemField::MediaGrade, text)]).media_grade;
    for (grade, texts) in [
        (MediaGrade::NearMint, &["Near-Mint", "mint minus", "Near Mint (NM or M-)", "M -"][..]),
        (MediaGrade::VeryGoodPlus, &["VG Plus", "VG +", "Very-Good-Plus", "Very Good+"]),
        (MediaGrade::GoodPlus, &["VG minus", "Good Plus"]),
    ] {
        for text in texts {
            assert_eq!(media(text), Some(grade), "{text}");
        }
    }
    let both = described(&[(ItemField::MediaGrade, "VG+/VG")]);
    assert_eq!(described(&[(ItemField::Condition, "VG+/VG")]), both, "a grade in the column of the condition");
    assert_eq!((both.media_grade, both.sleeve_grade), (Some(MediaGrade::VeryGoodPlus), Some(MediaGrade::VeryGood)));
    for text in ["Generic", "No Cover", "Not Graded"] {
        assert_eq!(described(&[(ItemField::SleeveGrade, text)]).sleeve_grade, None, "{text}");
    }
}

/// A grade between two grades of the scale is rounded to the lower one.
#[test]
fn grades_are_rounded_down() {
    let grade = |text: &str| described(&[(ItemField::MediaGrade, text)]).media_grade.unwrap();
    for (text, lower) in [
        ("NM-", MediaGrade::Excellent),
        ("EX-", MediaGrade::VeryGoodPlus),
        ("VG-", MediaGrade::GoodPlus),
        ("G-", MediaGrade::Fair),
    ] {
        assert_eq!(grade(text), lower, "{text}");
        let whole = text.trim_end_matches('-');
        assert!(grade(whole) < grade(text), "{text} is worse than {whole}");
    }
    for (text, same) in
        [("M-", MediaGrade::NearMint), ("EX+", MediaGrade::Excellent), ("VG++", MediaGrade::VeryGoodPlus)]
    {
        assert_eq!(grade(text), same, "{text}");
    }
}

#[test]
fn a_row_overrides_the_batch_as_a_whole() {
    let batch = described(&[
        (ItemField::Condition, "very good"),
        (ItemField::MediaGrade, "VG+"),
        (ItemField::SleeveGrade, "VG"),
        (ItemField::Note, "from a shop"),
    ]);
    let worn = described(&[(ItemField::MediaGrade, "G")]).with_defaults(batch.clone());
    assert_eq!((worn.effective_condition(), worn.media_grade), (Some(Condition::Acceptable), Some(MediaGrade::Good)));
    assert_eq!((worn.sleeve_grade, worn.note.as_deref()), (Some(MediaGrade::VeryGood), Some("from a shop")));
    let new = described(&[(ItemField::Condition, "new")]).with_defaults(batch.clone());
    assert_eq!(
        (new.media_grade, new.sleeve_grade),
        (None, None),
        "an unopened item does not inherit the grades of the batch"
    );
    assert_eq!(CopyDescription::default().with_defaults(batch.clone()), batch);
}

#[test]
fn a_decision_overrides_the_list() {
    let listed =
        described(&[(ItemField::Condition, "good"), (ItemField::MediaGrade, "VG"), (ItemField::Note, "dusty")]);
    let regraded = listed.clone().corrected_by(&described(&[(ItemField::MediaGrade, "NM")]));
    assert_eq!(regraded.effective_condition(), Some(Condition::LikeNew));
    assert_eq!(regraded.note.as_deref(), Some("dusty"));
    let restated = listed.clone().corrected_by(&described(&[(ItemField::Condition, "acceptable")]));
    assert_eq!((restated.condition, restated.media_grade), (Some(Condition::Acceptable), None), "VG is good");
    let confirmed = listed.corrected_by(&described(&[(ItemField::Condition, "good")]));
    assert_eq!((confirmed.condition, confirmed.media_grade), (Some(Condition::Good), Some(MediaGrade::VeryGood)));
}

#[test]
fn the_condition_text_fits_ebay() {
    let long = "scratch ".repeat(300);
    let text = described(&[(ItemField::MediaGrade, "VG+"), (ItemField::Note, &long)]).condition_text().unwrap();
    assert!(text.starts_with("Media: Very Good Plus (VG+). scratch scratch"), "{text}");
    assert!((990..=1000).contains(&text.encode_utf16().count()) && text.ends_with("scratch"), "{text}");
    let hostile = described(&[(ItemField::Note, "a\u{202e}b\nc\u{7}")]).condition_text().unwrap();
    assert!(!hostile.contains(['\n', '\u{7}', '\u{202e}']), "{hostile:?}");
    assert_eq!(CopyDescription::default().condition_text(), None);
    let both = described(&[(ItemField::Condition, "new"), (ItemField::MediaGrade, "VG")]);
    assert!(both.contradiction().unwrap().contains("Very Good (VG)"));
}

fn suggested(amount: &str, wording: &str) -> Sample {
    Sample {
        provider: Provider::from_static("discogs"),
        kind: SampleKind::Suggested,
        price: Money::parse(amount, "USD").unwrap(),
        basis: MatchBasis::ThisBarcode,
        condition: Condition::from_discogs_grade(wording),
        wording: wording.to_owned(),
        offers: None,
        observed_at: Timestamp::UNIX_EPOCH,
    }
}

#[test]
fn the_price_suggestion_matches_the_grade() {
    let all = || {
        vec![
            suggested("20.00", "Mint (M)"),
            suggested("16.00", "Near Mint (NM or M-)"),
            suggested("12.00", "Very Good Plus (VG+)"),
            suggested("8.00", "Very Good (VG)"),
            suggested("5.00", "Good Plus (G+)"),
            suggested("3.00", "Good (G)"),
        ]
    };
    let price = |grade: &str| {
        let stated = GradedCondition::from(&described(&[(ItemField::MediaGrade, grade)]));
        PriceEstimate::from_samples(all(), stated, &PriceRules::default()).price.unwrap().amount()
    };
    assert_eq!(["M", "NM", "VG+", "VG", "G+", "G"].map(price), ["20.00", "16.00", "12.00", "8.00", "5.00", "3.00"]);
    assert_eq!(price("EX"), "14.00", "between Near Mint and Very Good Plus");
    let unopened = GradedCondition::from(&described(&[(ItemField::MediaGrade, "sealed")]));
    let estimate = PriceEstimate::from_samples(all(), unopened, &PriceRules::default());
    assert_eq!(estimate.price.unwrap().amount(), "20.00");
}

fn group(line: u32, fields: &[(ItemField, &str)]) -> CopyGroup {
    CopyGroup { copies: 1, lines: vec![line].into(), seller: (!fields.is_empty()).then(|| Box::new(row(fields))) }
}

/// Returns an item with copies on lines 1 to 5: those on lines 3 and 5 are worn, and line 4 states nothing.
fn item_with_differing_copies() -> InputItem {
    let mut item = InputItem {
        copies: 1,
        lines: vec![1].into(),
        seller: group(1, &[(ItemField::MediaGrade, "VG")]).seller,
        ..testing::events::input_item(1)
    };
    assert!(item.add_copies(group(2, &[(ItemField::MediaGrade, "VG"), (ItemField::Location, "Box 2")])));
    assert!(!item.add_copies(group(3, &[(ItemField::MediaGrade, "G")])));
    assert!(!item.add_copies(group(4, &[])), "a row without data differs from a graded copy");
    assert!(!item.add_copies(group(5, &[(ItemField::MediaGrade, "G")])));
    item
}

fn copy_counts(item: &InputItem) -> Vec<u32> {
    item.copy_groups().iter().map(|group| group.copies).collect()
}

#[test]
fn differing_copies_stay_separate() {
    let item = item_with_differing_copies();
    assert_eq!((item.copies, &item.lines[..]), (5, &[1, 2, 3, 4, 5][..]));
    let groups = item.copy_groups();
    let shape = groups.iter().map(|group| (group.copies, group.lines.to_vec())).collect::<Vec<_>>();
    assert_eq!(shape, [(2, vec![1, 2]), (2, vec![3, 5]), (1, vec![4])]);
    let mut first = testing::events::input_item(2);
    first.merge(item.clone());
    assert_eq!(first.copies, 6);
    assert_eq!(copy_counts(&first).iter().sum::<u32>(), 6);
    let stored: InputItem = serde_json::from_str(&serde_json::to_string(&item).unwrap()).unwrap();
    assert_eq!(stored, item);
}

#[test]
fn copies_with_the_same_description_share_a_draft() {
    let details = ItemDetails::new(item_with_differing_copies());
    let drafts = |defaults: CopyDescription| {
        let groups = details.draft_groups(&defaults);
        groups.iter().map(|group| (group.label(), group.copies)).collect::<Vec<_>>()
    };
    let named = |name: &str, copies| (name.to_owned(), copies);
    let apart = [named("lines 1, 2", 2), named("lines 3, 5", 2), named("line 4", 1)];
    assert_eq!(drafts(CopyDescription::default()), apart);
    let good = described(&[(ItemField::MediaGrade, "G")]);
    let completed = [named("lines 1, 2", 2), named("lines 3, 5, 4", 3)];
    assert_eq!(drafts(good), completed, "the batch states what line 4 leaves open");
    let mut plain = testing::events::input_item(1);
    assert!(plain.add_copies(group(2, &[(ItemField::Location, "Box 2")])), "only its location is stated");
    for sku in ["A-77", "A-78", "A-77"] {
        assert!(plain.add_copies(group(3, &[(ItemField::Sku, sku)])));
    }
    let skus = plain.seller.as_ref().unwrap().own_skus().map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(skus, ["A-77", "A-78"], "no SKU is lost");
    for cost in ["2.00", "3.50 USD", "2.00"] {
        assert!(plain.add_copies(group(3, &[(ItemField::Cost, cost)])));
    }
    let facts = plain.seller.as_ref().unwrap().facts().cloned().unwrap();
    assert_eq!(facts.cost.as_ref().unwrap().to_string(), "2.00, 3.50 USD", "no cost is lost");
    assert_eq!(serde_json::from_str::<InventoryFacts>(&serde_json::to_string(&facts).unwrap()).unwrap(), facts);
    let earlier = serde_json::from_str::<InventoryFacts>(r#"{"cost":{"amount":"2.00"}}"#).unwrap();
    assert_eq!(earlier.cost.unwrap().to_string(), "2.00", "a cost of an earlier version");
    for location in ["Box 7", "Box 2"] {
        assert!(plain.add_copies(group(3, &[(ItemField::Location, location)])));
    }
    assert_eq!(plain.seller.as_ref().unwrap().location(), Some("Box 2, Box 7"), "no location is lost");
    assert_eq!(ItemDetails::new(plain).draft_groups(&CopyDescription::default()).len(), 1);
}

/// `$9.99` is 9.99 Australian dollars at eBay Australia, unless another row of the draft says that it is in US dollars.
#[test]
fn the_dollar_of_like_copies_is_the_one_that_a_row_names() {
    let in_list = |one: &str, other: &str| {
        let first = group(1, &[(ItemField::Price, one)]);
        let mut item = InputItem { seller: first.seller, ..testing::events::input_item(1) };
        assert!(item.add_copies(group(2, &[(ItemField::Price, other)])));
        item.seller.unwrap().price.unwrap().to_money(Currency::AUD).unwrap().to_string()
    };
    // Copies that only a decision makes equal.
    let after_decision = |one: &str, other: &str| {
        let first = group(1, &[(ItemField::Price, one)]);
        let mut item = InputItem { seller: first.seller, ..testing::events::input_item(1) };
        assert!(!item.add_copies(group(2, &[(ItemField::Price, other), (ItemField::MediaGrade, "G")])));
        let decided_copy = described(&[(ItemField::MediaGrade, "VG")]);
        let details = ItemDetails { decided_copy, ..ItemDetails::new(item) };
        let groups = details.draft_groups(&CopyDescription::default());
        assert_eq!(groups.len(), 1);
        groups[0].listed_price.as_ref().unwrap().to_money(Currency::AUD).unwrap().to_string()
    };
    for (one, other, money) in
        [("$9.99", "$9.99", "9.99 AUD"), ("$9.99", "9.99 USD", "9.99 USD"), ("9.99 USD", "$9.99", "9.99 USD")]
    {
        assert_eq!(in_list(one, other), money, "{one}, {other}");
        assert_eq!(after_decision(one, other), money, "{one}, {other}");
    }
}

/// A scan is never refused: copies with the 102nd description stay apart from those of the first.
#[test]
fn scans_with_many_descriptions_stay_separate() {
    let mut item = testing::events::input_item(1);
    for line in 2..=150 {
        item.add_copies(group(line, &[(ItemField::Note, &format!("copy {line}"))]));
    }
    assert_eq!(copy_counts(&item), vec![1; 150]);
}

#[test]
fn the_copy_of_a_line_can_be_removed() {
    let mut item = item_with_differing_copies();
    item.remove_copy(4);
    assert_eq!(copy_counts(&item), [2, 2]);
    item.remove_copy(1);
    item.remove_copy(2);
    let [left] = &item.copy_groups()[..] else { panic!("only the copies of lines 3 and 5 are left: {item:?}") };
    assert_eq!((item.copies, left.copies, &left.lines[..]), (2, 2, &[3, 5][..]));
    assert_eq!(left.seller, group(3, &[(ItemField::MediaGrade, "G")]).seller);
}

/// Prices are recorded by the index of a group.
#[test]
fn a_copy_that_is_taken_out_leaves_the_prices_of_the_others_where_they_were() {
    let places = |item: &InputItem| {
        let groups = ItemDetails::new(item.clone()).draft_groups(&CopyDescription::default());
        groups.into_iter().map(|group| (group.index, group.label())).collect::<Vec<_>>()
    };
    let mut item = item_with_differing_copies();
    let before = places(&item);
    assert_eq!(before.len(), 3);
    item.remove_copy(3);
    item.remove_copy(5);
    let after = places(&item);
    assert_eq!(after, [before[0].clone(), before[2].clone()]);
    item.remove_copy(1);
    item.remove_copy(2);
    assert_eq!(places(&item), [before[2].clone()]);
}

/// Journals of all versions contain the fields in one object, and equal data is equal however it was set.
#[test]
fn the_data_of_a_row_is_stored_as_one_object() {
    let text = r#"{"media_grade":"very_good_plus","note":"light scuffs","location":"Box 2","sku":"A-1","catalog_number":"DGC-24425","facts":{"lot":"1"}}"#;
    let stored: SellerData = serde_json::from_str(text).unwrap();
    assert_eq!(serde_json::to_string(&stored).unwrap(), text);
    let fields = [
        (ItemField::MediaGrade, "VG+"),
        (ItemField::Note, "light scuffs"),
        (ItemField::Location, "Box 2"),
        (ItemField::Sku, "A-1"),
        (ItemField::CatalogNumber, "DGC-24425"),
        (ItemField::Lot, "1"),
    ];
    assert_eq!(row(&fields), stored);
    assert!(serde_json::from_str::<SellerData>("{}").unwrap().is_empty());
}
