//! Columns that describe the copy, by their names and words in several languages.

use domain::condition::Condition;
use domain::seller_data::{MediaGrade, SellerData};

use super::support::{BLEACH, EAN, IN_UTERO, NEVERMIND, describe_list, list_of};

/// Returns what the list states about each item, which must be read without a notice.
fn stated(text: &str) -> Vec<SellerData> {
    let list = list_of(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
    assert!(list.rejected.is_empty() && list.reading.notices.is_empty(), "{text}: {list:?}");
    list.items.into_iter().map(|item| item.seller.map(|data| *data).unwrap_or_default()).collect()
}

#[test]
fn conditions_are_understood_in_the_languages_of_the_column_names() {
    for (header, words) in [
        ("EAN;Skick", ["Ny", "Nyskick", "Mycket bra skick", "Bra"]),
        ("EAN;Stand", ["Ny", "Som ny", "Meget god", "God stand"]),
        ("Strekkode;Tilstand", ["Uåpnet", "Som ny", "Svært god", "God"]),
        ("Viivakoodi;Kunto", ["Uusi", "Kuin uusi", "Erinomainen", "Hyvä"]),
        ("Čárový kód;Stav", ["Nový", "Jako nové", "Velmi dobrý", "Dobrý"]),
        ("EAN;Stav", ["Nerozbalené", "Ako nový", "Veľmi dobrý", "Dobrý"]),
        ("Código de barras;Estado", ["Lacrado", "Como novo", "Usado - Muito bom", "Bom"]),
        ("UPC;Cond.", ["Sealed", "Like new", "Used: Very good", "Used - Good"]),
    ] {
        let rows = [NEVERMIND, BLEACH, IN_UTERO, EAN].iter().zip(words).map(|(code, word)| format!("{code};{word}\n"));
        let conditions: Vec<_> =
            stated(&format!("{header}\n{}", rows.collect::<String>())).iter().map(|data| data.condition).collect();
        let expected = [Condition::New, Condition::LikeNew, Condition::VeryGood, Condition::Good];
        assert_eq!(conditions, expected.map(Some), "{header}");
    }
    for word in ["Begagnat", "Brugt", "Brukt", "Käytetty", "Použité", "Usada"] {
        let list = list_of(format!("EAN;Zustand\n{NEVERMIND};{word}\n").as_bytes()).unwrap();
        let data = list.items[0].seller.as_deref().unwrap();
        assert!(data.is_used && data.condition.is_none(), "{word}");
    }
}

#[test]
fn grades_and_prices_have_names_in_several_languages() {
    for header in [
        "EAN;Skick skiva;Skick omslag;Pris",
        "EAN;Stand plade;Stand cover;Pris",
        "EAN;Levyn kunto;Kannen kunto;Hinta",
        "EAN;Stav desky;Stav obalu;Cena",
        "EAN;Estado do disco;Estado da capa;Preço",
        "EAN;Stan płyty;Stan okładki;Cena",
        "EAN;Stav média;Stav obalu;Cena Kč",
        "UPC;Grade (Media);Package/Sleeve Condition;Sell For",
    ] {
        let data = stated(&format!("{header}\n{NEVERMIND};VG+;VG;12,50\n{BLEACH};NM;Excelente (EX);9,00\n"));
        let grades = (data[0].media_grade, data[0].sleeve_grade);
        assert_eq!(grades, (Some(MediaGrade::VeryGoodPlus), Some(MediaGrade::VeryGood)), "{header}");
        assert_eq!(data[1].sleeve_grade, Some(MediaGrade::Excellent), "{header}");
        assert_eq!(data[0].price.as_ref().map(|price| price.amount.as_str()), Some("12.50"), "{header}");
    }
}

#[test]
fn numbers_of_rows_and_of_marketplaces_are_not_names_or_skus() {
    let data = stated(&format!("Item #,Shelf #,Cat Number,UPC\n1,12,DGC-1,{NEVERMIND}\n2,13,DGC-2,{BLEACH}\n"));
    assert_eq!(data[0].title, None);
    assert_eq!((data[0].location(), data[0].catalog_number()), (Some("12"), Some("DGC-1")));
    let data = stated(&format!("Artikelnummer;Bestandseinheit;P:EAN\n257482271501;B-1;{EAN}\n"));
    assert_eq!(data[0].sku.as_deref(), Some("B-1"));
    let data = stated(&format!("Artikelnummer;EAN\nA-17;{EAN}\n"));
    assert_eq!(data[0].sku.as_deref(), Some("A-17"));
    // An ASIN next to a barcode is not a barcode that was misread.
    stated(&format!("asin1,product-id,quantity\nB000003TA4,{NEVERMIND},1\nB00000JZ5T,{BLEACH},1\n"));
}

#[test]
fn reasons_name_the_column_and_what_is_in_it() {
    let text = format!("UPC,EAN,Qty\n,{EAN},1\n,,2\nEj tillämpligt,,1\nNão se aplica,{NEVERMIND},1\n");
    let (items, rejected) = describe_list(&list_of(text.as_bytes()).unwrap());
    assert_eq!(items.len(), 2);
    assert_eq!(rejected, ["3: \"UPC\" and \"EAN\" are empty", "4: \"UPC\" is \"Ej tillämpligt\""]);
}
