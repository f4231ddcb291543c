//! How a list is read, how that is reported, and which choices the user has.

use std::io::Write as _;

use domain::list_options::ListOptions;
use domain::seller_data::{MediaGrade, SellerData};
use input::{InputList, ListError, ListParser, ReadOptions, Settings, check_copies};

use super::support::{BLEACH, IN_UTERO, NEVERMIND, describe_list, list_of};

fn read_with(text: &str, options: ReadOptions) -> Result<InputList, ListError> {
    let mut parser = ListParser::with_options(1 << 20, options);
    parser.push(text.as_bytes())?;
    parser.finish()
}

fn choose(text: &str, barcode: Option<&str>, quantity: Option<&str>) -> Result<InputList, ListError> {
    let list = ListOptions {
        barcode_column: barcode.map(str::to_owned),
        quantity_column: quantity.map(str::to_owned),
        ..ListOptions::default()
    };
    read_with(text, ReadOptions { list, ..ReadOptions::default() })
}

fn assert_reading(text: &str, reading: &str) {
    assert_eq!(list_of(text.as_bytes()).unwrap().reading.to_string(), reading);
}

#[test]
fn the_reading_is_one_line() {
    assert_reading(
        &format!("Title;EAN;Menge;Zustand;Foo\nNevermind;{NEVERMIND};2;Neu;x\nBleach;n/a;1;;\n"),
        "Read as CSV with semicolons: barcodes from \"EAN\", quantities from \"Menge\", title from \"Title\", condition from \
         \"Zustand\"; 1 item, 2 copies, 1 row skipped (\"EAN\" is \"n/a\"); columns not used: \"Foo\"",
    );
    assert_reading(
        &format!("{NEVERMIND},7\n{BLEACH},7\n"),
        "Read as CSV: barcodes from column 1, no quantities; 2 items, 2 copies, 0 rows skipped; columns not used: column 2; column \
         2 holds numbers and has no name, so they are not quantities (to use them as quantities: --quantity-column 2)",
    );
    assert_reading(
        &format!("{NEVERMIND}\nBleach: {BLEACH}\n"),
        "Read as text: barcodes anywhere in a line, no quantities; 2 items, 2 copies, 0 rows skipped",
    );
    assert_reading(
        &format!("2x {NEVERMIND}\nBleach {BLEACH}\n"),
        "Read as text: barcodes anywhere in a line, quantities next to the barcodes; 2 items, 3 copies, 0 rows skipped",
    );
    assert_reading(
        &format!("{NEVERMIND} {BLEACH}\n{NEVERMIND}\n"),
        "Read as text: barcodes anywhere in a line, no quantities; 2 items, 3 copies, 0 rows skipped",
    );
}

#[test]
fn a_sheet_of_a_list_without_sheets_is_reported() {
    let list = ListOptions { sheet: Some("Prices".to_owned()), ..ListOptions::default() };
    for text in [format!("UPC\n{NEVERMIND}\n"), format!("[{{\"upc\": \"{NEVERMIND}\"}}]")] {
        let read = read_with(&text, ReadOptions { list: list.clone(), ..ReadOptions::default() }).unwrap();
        let notice = "--sheet \"Prices\" is not used: the list is not a workbook and has no sheets";
        assert!(read.reading.notices.iter().any(|one| one == notice), "{:?}", read.reading.notices);
    }
}

#[test]
fn a_chosen_column_overrides_the_detected_one() {
    let rows = format!("{NEVERMIND},7,{BLEACH}\n{BLEACH},2,{NEVERMIND}\n");
    let named = format!("UPC,Stock,Other\n{rows}");
    let first = |list: Result<InputList, ListError>| {
        let list = list.unwrap();
        (list.items[0].upc.to_string(), list.items[0].copies)
    };
    assert_eq!(first(choose(&named, None, None)), (NEVERMIND.to_owned(), 7));
    assert_eq!(first(choose(&named, Some("other"), Some("none"))), (BLEACH.to_owned(), 1));
    assert_eq!(first(choose(&rows, Some("3"), Some("2"))), (BLEACH.to_owned(), 7));
    let error = choose(&named, Some("EAN"), None).unwrap_err().to_string();
    assert_eq!(error, "there is no column \"EAN\"; the columns are \"UPC\", \"Stock\", \"Other\"");
}

#[test]
fn a_chosen_column_is_never_another_one() {
    let boxes = format!("UPC,Box 1 Qty,Box 2 Qty,%\n{NEVERMIND},9,3,5\n");
    let copies = |list: Result<InputList, ListError>| list.unwrap().items[0].copies;
    assert_eq!(copies(choose(&boxes, None, Some("box 2 qty"))), 3);
    for absent in ["Box 3 Qty", "0", "2026", "-"] {
        let error = choose(&boxes, None, Some(absent)).unwrap_err();
        assert!(matches!(error, ListError::NoSuchColumn { .. }), "{absent}: {error}");
    }
    let repeated = format!("EAN,Qty,Qty\n{NEVERMIND},2,5\n");
    let error = choose(&repeated, None, Some("qty")).unwrap_err().to_string();
    assert_eq!(error, "several columns are named \"qty\": choose one by its number, 2 or 3");
    assert_eq!(copies(choose(&repeated, None, Some("3"))), 5);
}

#[test]
fn each_row_uses_the_column_that_has_a_code() {
    let text = format!(
        "UPC,EAN,ISBN\n{NEVERMIND},Does not apply,\n,0{BLEACH},\n{IN_UTERO},0{IN_UTERO},\nN/A,,\n{NEVERMIND},{BLEACH},\n"
    );
    let (items, rejected) = describe_list(&list_of(text.as_bytes()).unwrap());
    assert_eq!(items, ["720642442524x1@[2]", "098787003420x1@[3]", "720642460726x1@[4]"]);
    assert_eq!(
        rejected,
        [
            "5: \"UPC\" is \"N/A\"",
            "6: two different barcodes, 720642442524 in \"UPC\" and 098787003420 in \"EAN\": remove one, or choose with \
             --barcode-column (barcode_column in the API)"
        ]
    );
    let options = ReadOptions { take_first_code: true, ..ReadOptions::default() };
    assert_eq!(read_with(&text, options).unwrap().items[0].copies, 2);
}

/// Names that mean a quantity.
#[rustfmt::skip]
const QUANTITY_NAMES: &[&str] = &[
    "Qty", "Qty.", "*Quantity", "QtyInStock", "Available quantity", "Units", "On Hand", "In stock [Main]",
    "Stückzahl", "Bestand", "Menge (Stück)", "Quantité", "Qté", "Cantidad", "Existencias", "Quantità",
    "Giacenza", "Aantal", "Voorraad", "Ilość", "Stan magazynowy", "数量", "在庫数",
];

/// Names that only contain a quantity word.
#[rustfmt::skip]
const OTHER_NAMES: &[&str] = &[
    "Low stock quantity", "Reorder Quantity", "Quantity of discs", "format_quantity", "Sold quantity",
    "pending-quantity", "Number of discs", "In stock?", "Track count", "Quantity (discs)", "Max quantity",
    "Anzahl CDs", "Verkaufte Stückzahl", "#", "Rating", "Year",
];

#[test]
fn quantities_are_named_in_eight_languages() {
    let copies = |name: &str| {
        let list = list_of(format!("UPC;{name}\n{NEVERMIND};3\n").as_bytes()).unwrap();
        list.items[0].copies
    };
    for name in QUANTITY_NAMES {
        assert_eq!(copies(name), 3, "{name}");
    }
    for name in OTHER_NAMES {
        assert_eq!(copies(name), 1, "{name}");
    }
}

#[test]
fn far_more_copies_than_rows_are_not_accepted_silently() {
    let rows = |copies: u32| format!("UPC,Qty\n{NEVERMIND},{copies}\n{BLEACH},{copies}\n");
    let settings = Settings::default();
    let check = |copies| check_copies(&list_of(rows(copies).as_bytes()).unwrap(), &settings);
    assert!(check(40).is_ok());
    let error = check(278).unwrap_err().to_string();
    assert!(error.contains("it has 556 copies in 2 rows, with quantities from \"Qty\""), "{error}");
    let accepted = settings.for_list(&ListOptions { accept_quantities: true, ..ListOptions::default() });
    assert!(check_copies(&list_of(rows(278).as_bytes()).unwrap(), &accepted).is_ok());
    let unlimited = Settings { max_average_copies: 0, ..Settings::default() };
    assert!(check_copies(&list_of(rows(278).as_bytes()).unwrap(), &unlimited).is_ok());
}

#[test]
fn columns_about_the_copy_become_part_of_the_item() {
    let header = "Artist,Title,Catalog#,UPC,Media Condition,Sleeve Condition,Price,Comments,Location,SKU";
    let row =
        format!("Nirvana,Nevermind,DGCD-24425,{NEVERMIND},Very Good Plus (VG+),NM,\"$1,299.50\",sealed,Box 14,A-1");
    let list = list_of(format!("{header}\n{row}\n").as_bytes()).unwrap();
    let data = list.items[0].seller.as_deref().cloned().unwrap_or_default();
    assert_eq!((data.media_grade, data.sleeve_grade), (Some(MediaGrade::VeryGoodPlus), Some(MediaGrade::NearMint)));
    let price = data.price.as_ref().unwrap();
    assert_eq!((&*price.amount, price.currency.map(|currency| currency.code())), ("1299.50", Some("USD")));
    let names = [data.artist.as_deref(), data.title.as_deref(), data.catalog_number()];
    assert_eq!(names, [Some("Nirvana"), Some("Nevermind"), Some("DGCD-24425")]);
    let places = [data.note(), data.location(), data.sku.as_deref()];
    assert_eq!(places, [Some("sealed"), Some("Box 14"), Some("A-1")]);
    let stored = serde_json::to_string(&list.items[0]).unwrap();
    let item: domain::job_spec::InputItem = serde_json::from_str(&stored).unwrap();
    assert_eq!(item.seller.as_deref(), Some(&data));
    assert_eq!(serde_json::from_str::<SellerData>("{}").unwrap(), SellerData::default());
}

#[test]
fn hash_signs_are_part_of_a_table() {
    let text = format!("#,Barcode,Name\n1,{NEVERMIND},#1's\n2,{BLEACH},16 #1 Hits\n#3,,nothing\n");
    let list = list_of(text.as_bytes()).unwrap();
    assert_eq!(describe_list(&list).0, ["720642442524x1@[2]", "098787003420x1@[3]"]);
    assert_eq!(describe_list(&list).1, ["4: \"Barcode\" is empty"]);
    let text = format!("Title,UPC\n#1's,{NEVERMIND}\n#3,{BLEACH}\n");
    assert_eq!(list_of(text.as_bytes()).unwrap().items.len(), 2);
}

#[test]
fn json_and_markdown_are_tables() {
    for text in [
        format!("[{{\"barcode\":\"{NEVERMIND}\",\"qty\":2}},{{\"barcode\":{IN_UTERO},\"qty\":1}}]"),
        format!("{{\"items\":[{{\"upc\":\"{NEVERMIND}\",\"quantity\":2}},{{\"upc\":\"{IN_UTERO}\"}}]}}"),
        format!("{{\"code\":\"{NEVERMIND}\",\"Quantity\":\"2\"}}\n{{\"code\":\"{IN_UTERO}\"}}\n"),
        format!("| UPC | Qty |\n|---|:--:|\n| {NEVERMIND} | 2 |\n| {IN_UTERO} | 1 |\n"),
    ] {
        let list = list_of(text.as_bytes()).unwrap_or_else(|error| panic!("{text}: {error}"));
        let items: Vec<_> = list.items.iter().map(|item| (item.upc.to_string(), item.copies)).collect();
        assert_eq!(items, [(NEVERMIND.to_owned(), 2), (IN_UTERO.to_owned(), 1)], "{text}");
        assert_eq!(list.rejected_count, 0, "{text}: {:?}", list.rejected);
    }
    let list = list_of(format!("[\"{NEVERMIND}\", {IN_UTERO}]").as_bytes()).unwrap();
    assert_eq!(list.items.len(), 2);
}

#[test]
fn gzip_is_unpacked() {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(format!("UPC,Qty\n{NEVERMIND},2\n").as_bytes()).unwrap();
    let packed = encoder.finish().unwrap();
    assert_eq!(list_of(&packed).unwrap().items[0].copies, 2);
    assert!(matches!(list_of(&packed[..packed.len() / 2]), Err(ListError::DamagedGzip)));
}

#[test]
fn other_numbers_are_not_barcodes() {
    let numbers: Vec<_> = (0..100_u64).map(|number| (257_482_271_585 + number * 7_919).to_string()).collect();
    let text = numbers.join("\n");
    let error = list_of(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("it has no barcodes"), "{error}");
    let text = "Catalog#,Artist,Title,release_id,CollectionFolder\nDGC-1,Nirvana,Nevermind,10247214,Uncategorized\n";
    let error = list_of(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("this looks like a Discogs collection export, which has no barcodes"), "{error}");
}

/// With `--search-rows`, a row with a catalog number, or with artist and title, is an item without a barcode.
#[test]
fn rows_without_a_barcode_are_searched_if_requested() {
    let text = "Artist,Title,Catalog Number,Barcode,Quantity\n\
                Pink Floyd,Atom Heart Mother,SHVL 781,,2\n\
                Nirvana,Nevermind,,720642442524,1\n\
                Nick Drake,,,,1\n\
                Nick Drake,Pink Moon,none,,1\n\
                pink floyd,Atom Heart Mother,SHVL 781,,1\n";
    let plain = read_with(text, ReadOptions::default()).unwrap();
    assert_eq!((plain.items.len(), plain.rejected_count), (1, 4));
    let list = ListOptions { search_rows: true, ..ListOptions::default() };
    let searched = read_with(text, ReadOptions { list: list.clone(), ..ReadOptions::default() }).unwrap();
    let items = searched.items.iter().map(|item| (item.search_texts().join(" | "), item.copies, item.lines.to_vec()));
    let expected = [
        ("SHVL 781 | Pink Floyd Atom Heart Mother".to_owned(), 3, vec![2, 6]),
        (String::new(), 1, vec![3]),
        ("Nick Drake Pink Moon".to_owned(), 1, vec![5]),
    ];
    assert_eq!(items.collect::<Vec<_>>(), expected);
    assert_eq!(searched.rejected_count, 1, "a title or a catalog number is missing");
    let again = read_with(text, ReadOptions { list: list.clone(), ..ReadOptions::default() }).unwrap();
    assert_eq!(again.items, searched.items, "a row is the same item in every run");
    let without = "Artist;Title;Cat#\nPink Floyd;Atom Heart Mother;SHVL 781\nNick Drake;Pink Moon;ILPS 9184\n";
    assert_eq!(read_with(without, ReadOptions { list, ..ReadOptions::default() }).unwrap().items.len(), 2);
}

#[test]
fn lines_of_text_are_one_copy_each_without_quantities() {
    let text = format!("2x {NEVERMIND}\n{BLEACH} x2\n{IN_UTERO} 3\n");
    let items = |quantity: Option<&str>| {
        let list = choose(&text, None, quantity).unwrap();
        (list.items.iter().map(|item| item.copies).collect::<Vec<_>>(), list.reading.notices)
    };
    assert_eq!(items(None).0, [2, 2], "the bare number is unclear");
    let (copies, notices) = items(Some("none"));
    assert_eq!(copies, [1, 1, 1]);
    assert_eq!(notices, ["each line is one copy, whatever number is next to its barcode"]);
}
