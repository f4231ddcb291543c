//! Lists whose fields could be misread: serial numbers, shifted fields, several headers, words next to a code.

use domain::list_options::ListOptions;
use domain::seller_data::SellerData;
use input::{InputList, ListParser, ReadOptions};
use iso_currency::Currency;

use super::support::{BLEACH, EAN, IN_UTERO, NEVERMIND, describe_list, list_of};

fn read(text: &str) -> InputList {
    list_of(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn copies(text: &str) -> Vec<u32> {
    read(text).items.iter().map(|item| item.copies).collect()
}

fn seller(list: &InputList) -> Vec<SellerData> {
    list.items.iter().map(|item| item.seller.as_deref().cloned().unwrap_or_default()).collect()
}

fn prices(text: &str) -> Vec<Option<String>> {
    let money = |data: SellerData| Some(data.price?.to_money(Currency::USD)?.to_string());
    seller(&read(text)).into_iter().map(money).collect()
}

#[test]
fn a_serial_number_is_not_a_quantity() {
    for name in [
        "Stock #",
        "Inventory #",
        "Copy #",
        "Count #",
        "Stock#",
        "Inventory (#)",
        "Stock №",
        "Copies #.",
        "Stock No.",
        "Lager-Nr.",
    ] {
        let text = format!("UPC;Title;{name}\n{NEVERMIND};a;57\n{BLEACH};b;3\n");
        assert_eq!(copies(&text), [1, 1], "{name}");
    }
    for name in ["# of copies", "# Copies", "#Copies", "Qty #", "Quantity (#)", "Qty"] {
        let text = format!("UPC;Title;{name}\n{NEVERMIND};a;5\n{BLEACH};b;3\n");
        assert_eq!(copies(&text), [5, 3], "{name}");
    }
    let list = read(&format!("UPC,Stock #\n{NEVERMIND},57\n"));
    assert_eq!(seller(&list)[0].sku.as_deref(), Some("57"), "a stock number becomes the SKU of the copy");
}

#[test]
fn names_with_remarks_are_quantities() {
    for name in ["Available (not editable)", "On hand (current)", "Quantity (required)"] {
        assert_eq!(copies(&format!("Barcode,{name}\n{NEVERMIND},5\n{BLEACH},3\n")), [5, 3], "{name}");
    }
}

#[test]
fn a_notice_lists_several_unrecognized_texts() {
    let text = format!("UPC,Media\n{NEVERMIND},VG\n{BLEACH},A\n{IN_UTERO},A\n{EAN},B\n");
    let notices = read(&text).reading.notices;
    assert_eq!(notices, ["3 texts of the column \"Media\" are not understood, such as \"A\", \"B\""]);
}

#[test]
fn numbered_copies_are_not_summed() {
    let numbered = |name: &str| {
        let rows = format!("{NEVERMIND},1\n{NEVERMIND},2\n{NEVERMIND},3\n{BLEACH},1\n");
        copies(&format!("UPC,{name}\n{rows}"))
    };
    for name in ["Copy", "Copies", "Count"] {
        assert_eq!(numbered(name), [3, 1], "{name}");
    }
    assert_eq!(numbered("Qty"), [6, 1], "a named quantity is trusted, whatever its numbers are");
    assert_eq!(copies(&format!("UPC,Copy\n{NEVERMIND},1\n{NEVERMIND},2\n")), [2]);
    assert_eq!(copies(&format!("UPC,Copies\n{NEVERMIND},1\n{NEVERMIND},2\n{BLEACH},4\n")), [3, 4]);
}

#[test]
fn a_row_with_shifted_fields_is_skipped() {
    let text = format!(
        "Barcode,Title,Price,Qty\n{NEVERMIND},Nevermind,9.00,2\n{BLEACH},Hello, Goodbye,5.00,1\n{IN_UTERO},\"a, b\",8.00,3\n"
    );
    let (items, rejected) = describe_list(&read(&text));
    assert_eq!(items, [format!("{NEVERMIND}x2@[2]"), format!("{IN_UTERO}x3@[4]")]);
    assert_eq!(rejected, ["3: 5 fields, but the header names 4: put a field that holds the delimiter in quotes"]);
    let text = format!("EAN,Titel,Preis,Menge\n{EAN},Sandokushi,12,99,1\n");
    let error = list_of(text.as_bytes()).unwrap_err().to_string();
    assert!(error.contains("5 fields, but the header names 4"), "{error}");
    // The code itself is in a shifted field.
    let text = format!("Title,UPC,Qty\nNevermind,{NEVERMIND},1\nHello, Goodbye,{BLEACH},2\n");
    assert_eq!(
        describe_list(&read(&text)).1,
        ["3: 4 fields, but the header names 3: put a field that holds the delimiter in quotes"]
    );
    // An empty last column leaves room for the shifted field.
    let text = format!("UPC,Title,Price,Qty,Notes\n{NEVERMIND},a,9.00,1,good\n{BLEACH},Hello, Goodbye,5.00,1\n");
    let (items, rejected) = describe_list(&read(&text));
    assert_eq!(items, [format!("{NEVERMIND}x1@[2]")]);
    assert!(
        rejected[0].starts_with("3: the price \"Goodbye\" is a word and the quantity \"5.00\" may be the price"),
        "{rejected:?}"
    );
    // A delimiter at the end of each row does not add a field.
    assert_eq!(copies(&format!("UPC,Qty\n{NEVERMIND},2,\n{BLEACH},3,\n")), [2, 3]);
    let text = format!("UPC,Price,Qty\n{NEVERMIND},2.00,1,\n{BLEACH},3,50,2,\n");
    assert_eq!(describe_list(&read(&text)).1.len(), 1, "one field more than the other rows");
    // A truncated title is harmless.
    assert_eq!(copies(&format!("UPC,Title\n{NEVERMIND},Hello, Goodbye\n{BLEACH},b\n")), [1, 1]);
}

#[test]
fn a_second_header_names_the_columns_of_the_rows_below_it() {
    let text = format!(
        "UPC,Title,Qty,Price\n{NEVERMIND},a,2,12.00\nUPC,Title,Price,Qty\n{BLEACH},b,7.00,1\n{IN_UTERO},c,20.00,3\n"
    );
    let list = read(&text);
    assert_eq!(
        describe_list(&list).0,
        [format!("{NEVERMIND}x2@[2]"), format!("{BLEACH}x1@[4]"), format!("{IN_UTERO}x3@[5]")]
    );
    assert_eq!(list.rejected_count, 0);
    assert_eq!(prices(&text), ["12.00 USD", "7.00 USD", "20.00 USD"].map(|price| Some(price.to_owned())));
    assert_eq!(list.reading.notices, ["line 3 names the columns of the rows below it"]);
    // No quantity column, and another column order.
    let text = format!("UPC,Title,Qty\n{NEVERMIND},a,2\nUPC,Title,Year\n{BLEACH},b,19\n");
    assert_eq!(copies(&text), [2, 1]);
    let text = format!("UPC;Qty\n{NEVERMIND};2\n\nArtist;Title;EAN\nNirvana;Bleach;0{BLEACH}\n");
    assert_eq!(copies(&text), [2, 1]);
    // The same header again, in another notation.
    let text = format!("UPC,Qty\n{NEVERMIND},2\nupc,qty\n{BLEACH},3\n");
    assert_eq!(copies(&text), [2, 3]);
    // Three parts, one of them far below the sampled lines.
    let rows = format!("{NEVERMIND},1\n").repeat(300);
    let text = format!("UPC,Qty\n{rows}Qty,UPC\n2,{BLEACH}\nUPC,Price\n{IN_UTERO},2\n");
    assert_eq!(copies(&text), [300, 2, 1]);
}

/// A title that consists of column names is not a header.
#[test]
fn a_row_without_a_code_is_not_a_header() {
    let text =
        format!("UPC,Artist,Title,Qty\n{NEVERMIND},a,b,2\n,Title,Album,3\nn/a,Various,Count,1\n{BLEACH},c,d,4\n");
    let list = read(&text);
    assert_eq!(list.items.iter().map(|item| item.copies).collect::<Vec<_>>(), [2, 4]);
    assert_eq!(list.rejected_count, 2);
}

#[test]
fn a_grade_or_a_title_beside_a_code_is_not_a_quantity() {
    let line = |text: &str| {
        let list = list_of(format!("{text}\n{BLEACH}\n").as_bytes()).unwrap();
        let first = list.items.iter().find(|item| item.upc.to_string() == NEVERMIND);
        (first.map_or(0, |item| item.copies), list.rejected_count)
    };
    let upc = NEVERMIND;
    for text in [
        format!("{upc} EX 15"),
        format!("EX 8 {upc}"),
        format!("ST 5 {upc}"),
        format!("{upc} Bartok - 14 Pieces"),
        format!("{upc} Ligeti: Musica ricercata, 11 Pieces"),
        format!("{upc} Chopin (24 pièces)"),
        format!("{upc} Satie, 3 Pezzi"),
        format!("{upc} Nevermind - 3 ex"),
        format!("{upc} 1 VG+"),
        format!("{upc} (1991)"),
        format!("[1991] {upc}"),
        format!("{upc} x 2 LP"),
    ] {
        assert_eq!(line(&text), (1, 0), "{text}");
    }
    for text in [
        format!("{upc} two copies"),
        format!("{upc} zwei Stück"),
        format!("{upc} Nevermind - zwei Stück"),
        format!("trois exemplaires {upc}"),
        format!("{upc} three pieces"),
        format!("{upc} 2 NM + 1 VG"),
        format!("{upc} 2x NM + 1x VG+"),
        format!("{upc} 2 NM+1 VG"),
        format!("{upc} 2 VG"),
        format!("{upc} 3 ex"),
    ] {
        assert_eq!(line(&text), (0, 1), "{text}");
    }
}

#[test]
fn a_quantity_beside_a_code_has_a_sign_or_a_word() {
    let upc = NEVERMIND;
    for text in [
        format!("{upc} 3 pcs"),
        format!("{upc} 3 pieces"),
        format!("{upc} x3"),
        format!("{upc} x 3 @ 4.99"),
        format!("{upc} @ 4.99 x 3"),
        format!("{upc} (3)"),
        format!("3x {upc}"),
        format!("3 copies {upc}"),
        format!("{upc} Nevermind - 3 copies"),
        format!("{upc} Nevermind - Menge: 3"),
        format!("{upc} 3 Stk."),
    ] {
        assert_eq!(copies(&format!("{text}\n{BLEACH}\n")), [3, 1], "{text}");
    }
}

#[test]
fn fields_of_nested_json_objects_keep_their_meaning() {
    let entry = |upc: &str, copies: u32| {
        format!(r#"{{"upc":"{upc}","sold":{{"quantity":9}},"stock":{{"quantity":{copies}}}}}"#)
    };
    let both = format!("[{},{}]", entry(NEVERMIND, 2), entry(BLEACH, 1));
    assert_eq!(copies(&both), [2, 1]);
    let reading = read(&both).reading;
    assert_eq!(reading.quantity_column.as_deref(), Some("\"stock.quantity\""));
    assert_eq!(reading.ignored_columns, ["\"sold.quantity\""]);
    assert_eq!(copies(&both.replace(r#","stock""#, r#","max""#)), [1, 1], "neither counts copies");
    let only_sold = format!(r#"[{{"upc":"{NEVERMIND}","sold":{{"quantity":9}}}},{{"upc":"{BLEACH}"}}]"#);
    assert_eq!(copies(&only_sold), [1, 1]);
    assert_eq!(copies(&only_sold.replace("sold", "inventory")), [9, 1]);
}

#[test]
fn every_entry_of_a_json_object_is_an_item() {
    let keyed =
        format!(r#"{{"version":1,"A-1":{{"upc":"{NEVERMIND}","qty":2}},"A-2":{{"upc":"{BLEACH}"}},"A-3":{{}}}}"#);
    assert_eq!(copies(&keyed), [2, 1]);
    assert_eq!(read(&keyed).rejected_count, 1, "A-3 has no barcode");
    let lists = format!(r#"{{"tags":["x"],"cds":[{{"upc":"{NEVERMIND}"}}],"lps":{{"all":[{{"upc":"{BLEACH}"}}]}}}}"#);
    assert_eq!(copies(&lists), [1, 1]);
}

#[test]
fn prices_are_in_the_currency_of_the_list() {
    for name in ["Price (GBP)", "price_gbp", "PriceGBP", "Price in £", "GBP Price", "Preis (GBP)", "Start price GBP"] {
        assert_eq!(prices(&format!("UPC;{name}\n{NEVERMIND};12.34\n")), [Some("12.34 GBP".to_owned())], "{name}");
    }
    assert_eq!(prices(&format!("UPC;Preis in €\n{NEVERMIND};12,34\n")), [Some("12.34 EUR".to_owned())]);
    assert_eq!(prices(&format!("UPC;Price ($)\n{NEVERMIND};12.34\n")), [Some("12.34 USD".to_owned())]);
    let text = format!("UPC,Currency,Price\n{NEVERMIND},GBP,12.34\n{BLEACH},,5\n{IN_UTERO},EUR,$5\n{EAN},florins,5\n");
    assert_eq!(prices(&text), [Some("12.34 GBP".to_owned()), Some("5.00 USD".to_owned()), None, None]);
    let reading = read(&text).reading.to_string();
    assert!(reading.contains("currency from \"Currency\"") && !reading.contains("not used"), "{reading}");
}

#[test]
fn an_ambiguous_price_is_not_read() {
    let text = format!("UPC;Price\n{NEVERMIND};12.345\n{BLEACH};9.99\n{IN_UTERO};1,299\n{EAN};0.500\n");
    let list = read(&text);
    let amounts = ["9.99 USD", "1299.00 USD", "0.50 USD"].map(|amount| Some(amount.to_owned()));
    assert_eq!(prices(&text), [&[None][..], &amounts].concat());
    assert!(seller(&list)[0].price.as_ref().is_some_and(|price| price.is_unclear));
    assert_eq!(list.reading.notices, ["1 text of the column \"Price\" is not understood: \"12.345\""]);
    for all_ambiguous in
        [format!("UPC;Price\n{NEVERMIND};1,299\n{BLEACH};7.345\n"), format!("UPC;Price\n{EAN};1,299\n")]
    {
        let list = read(&all_ambiguous);
        let is_unclear = |data: &SellerData| data.price.as_ref().is_some_and(|price| price.is_unclear);
        assert!(seller(&list).iter().all(is_unclear), "{all_ambiguous}");
    }
    let words = read(&format!("UPC;Price\n{NEVERMIND};see box 3\n"));
    assert!(words.reading.to_string().ends_with("columns not used: \"Price\""), "{}", words.reading);
    let json = format!("[{{\"upc\":\"{NEVERMIND}\",\"price\":12.345}},{{\"upc\":\"{BLEACH}\",\"price\":8.991}}]");
    assert_eq!(prices(&json), ["12.34 USD", "8.99 USD"].map(|amount| Some(amount.to_owned())));
}

#[test]
fn any_column_can_be_chosen_as_the_quantity() {
    let list = ListOptions { quantity_column: Some("Copy".to_owned()), ..ListOptions::default() };
    let mut parser = ListParser::with_options(1 << 20, ReadOptions { list, ..ReadOptions::default() });
    parser.push(format!("UPC,Copy\n{NEVERMIND},1\n{NEVERMIND},2\n").as_bytes()).unwrap();
    assert_eq!(parser.finish().unwrap().items[0].copies, 3);
}

#[test]
fn repeated_keys_of_a_json_object_are_all_read() {
    let list =
        read(&format!(r#"[{{"upc":"{NEVERMIND}","upc":"{BLEACH}"}},{{"upc":"{IN_UTERO}","upc":"{IN_UTERO}"}}]"#));
    let (items, refused) = describe_list(&list);
    assert_eq!(items, [format!("{IN_UTERO}x1@[2]")]);
    assert!(refused[0].starts_with("1: two different barcodes, 720642442524 in \"upc\""), "{refused:?}");
    let keyed = format!(r#"{{"cds":[{{"upc":"{NEVERMIND}"}}],"cds":[{{"upc":"{BLEACH}"}}]}}"#);
    assert_eq!(copies(&keyed), [1, 1]);
}

#[test]
fn a_line_typed_with_another_keyboard_layout_is_named() {
    let text = format!("{BLEACH};Bleach\nèéà-'é''é(é';Nevermind\n");
    for text in [text.clone(), format!("EAN;Titre\n{text}"), "Nevermind;ýěéžčěččěřěč\n".repeat(2) + "Bleach;" + BLEACH]
    {
        let refused = describe_list(&read(&text)).1;
        assert!(refused[0].contains("keyboard layout, so the digits of 720642442524 are lost"), "{refused:?}");
    }
}

#[test]
fn lists_of_a_graphql_api_are_read() {
    let product = |upc: &str, copies: u32| {
        format!(
            r#"{{"node":{{"title":"A","variants":{{"edges":[{{"node":{{"barcode":"{upc}","inventoryQuantity":{copies}}}}}]}}}}}}"#
        )
    };
    let edges = format!(
        r#"{{"data":{{"products":{{"edges":[{},{}],"pageInfo":{{"hasNextPage":false}}}}}}}}"#,
        product(NEVERMIND, 2),
        product(BLEACH, 1)
    );
    assert_eq!(copies(&edges), [2, 1]);
    let nodes = format!(r#"{{"data":{{"variants":{{"nodes":[{{"barcode":"{NEVERMIND}","inventoryQuantity":3}}]}}}}}}"#);
    assert_eq!(copies(&nodes), [3]);
}

#[test]
fn numbers_of_orders_and_addresses_are_not_barcodes() {
    let report = "Order Number,Item Number,Title\n11-1,286012345678,Nevermind\n11-2,286012345678,Bleach\n";
    let error = list_of(report.as_bytes()).unwrap_err().to_string();
    assert!(error.starts_with("no barcode was found"), "{error}");
    let stock = format!("Artikelnummer;Titel\n{NEVERMIND};A\n{BLEACH};B\n{IN_UTERO};C\n");
    assert_eq!(copies(&stock), [1, 1, 1], "a shop may use the barcodes as its numbers");
    let text = format!("https://www.ebay.com/itm/286012345678\nMessage-ID: <123456789012@example.org>\n{NEVERMIND}\n");
    assert_eq!(describe_list(&read(&text)).0, [format!("{NEVERMIND}x1@[3]")]);
}

#[test]
fn a_check_digit_in_a_column_of_its_own_completes_the_code() {
    for name in ["Check digit", "Prüfziffer", "CD"] {
        let rows = format!("{},{}\n{},{}\n", &NEVERMIND[..11], &NEVERMIND[11..], &BLEACH[..11], &BLEACH[11..]);
        let text = format!("UPC,{name}\n{rows}{},{}\n075596085229,9\n", &EAN[..12], &EAN[12..]);
        let (items, refused) = describe_list(&list_of(text.as_bytes()).unwrap());
        let expected = [(NEVERMIND, 2), (BLEACH, 3), (EAN, 4), ("075596085229", 5)];
        assert_eq!(items, expected.map(|(code, line)| format!("{code}x1@[{line}]")), "{name}: {refused:?}");
    }
    // Complete codes: 074646493526 and its last digit would be an EAN-13 too.
    let complete = format!("UPC,Check digit\n074646493526,6\n{BLEACH},{}\n", &BLEACH[11..]);
    let (items, refused) = describe_list(&list_of(complete.as_bytes()).unwrap());
    assert_eq!((items.len(), items[0].as_str()), (2, "074646493526x1@[2]"), "{refused:?}");
    // A wrong check digit, and a column that counts discs.
    let digit = if NEVERMIND.ends_with('1') { 2 } else { 1 };
    let wrong = format!("UPC,Check digit\n{},{digit}\n{BLEACH},{}\n", &NEVERMIND[..11], &BLEACH[11..]);
    let (items, refused) = describe_list(&list_of(wrong.as_bytes()).unwrap());
    assert_eq!((items, refused.len()), (vec![format!("{BLEACH}x1@[3]")], 1), "{refused:?}");
    let discs = format!("UPC,CD\n{},{}\n{BLEACH},1\n{EAN},2\n", &NEVERMIND[..11], &NEVERMIND[11..]);
    let (items, _) = describe_list(&list_of(discs.as_bytes()).unwrap());
    assert_eq!(items, [format!("{BLEACH}x1@[3]"), format!("{EAN}x1@[4]")]);
}

#[test]
fn numbers_with_another_name_or_in_a_web_address_are_not_barcodes_in_silence() {
    let other = format!(
        "https://shop.example/order/{NEVERMIND}?x=1\norder/{NEVERMIND}?x=\nOrder no. {BLEACH}\nPhone: {NEVERMIND}\n"
    );
    let codes =
        format!("https://www.discogs.com/search/?q={EAN}\nNew Order {BLEACH}\nLady Gaga - Telephone {IN_UTERO}\n");
    let codes = format!("{codes}https://id.gs1.org/01/00{NEVERMIND}\n");
    let (items, refused) = describe_list(&list_of(format!("{other}{codes}").as_bytes()).unwrap());
    let expected = [(EAN, 5), (BLEACH, 6), (IN_UTERO, 7), (NEVERMIND, 8)];
    assert_eq!(items, expected.map(|(code, line)| format!("{code}x1@[{line}]")));
    let advice = "may be another number: write the barcode alone on a line";
    assert_eq!(
        refused,
        [
            format!("1: {NEVERMIND} is in a web address and {advice}"),
            format!("2: {NEVERMIND} is in a web address and {advice}"),
            format!("3: {BLEACH} follows \"Order no\" and {advice}"),
            format!("4: {NEVERMIND} follows \"Phone\" and {advice}"),
        ]
    );
}

#[test]
fn a_table_is_read_with_its_columns_above_a_longer_footer() {
    let footer = "* prices incl. VAT\nTotal: 3 items\nPrinted on Monday\nPage 1\n";
    let text = format!("UPC,Qty,Title\n{NEVERMIND},2,A\n{BLEACH},1,B\n\n{footer}");
    let list = read(&text);
    assert_eq!((copies(&text), list.rejected_count), (vec![2, 1], 4));
}

#[test]
fn tracks_of_a_release_are_not_copies() {
    let text = format!("ISRC,Track,UPC\nUS1,A,{NEVERMIND}\nUS2,B,{NEVERMIND}\nUS3,C,{BLEACH}\n");
    let (items, refused) = describe_list(&read(&text));
    assert_eq!(items, [format!("{NEVERMIND}x1@[2]"), format!("{BLEACH}x1@[4]")]);
    assert_eq!(refused, ["3: another track of a barcode above: the list has one row for each track"]);
    assert_eq!(copies(&format!("ISRC,Qty,UPC\nUS1,2,{NEVERMIND}\nUS2,1,{NEVERMIND}\n")), [3]);
}

#[test]
fn a_barcode_beside_a_web_address_in_a_cell_is_read() {
    let cell = format!("\"=HYPERLINK(\"\"https://shop.example/1\"\",\"\"{NEVERMIND}\"\")\"");
    assert_eq!(copies(&format!("UPC,Qty\n{cell},2\n")), [2]);
}
