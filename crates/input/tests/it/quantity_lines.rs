//! Quantities that are not in a column: on lines of their own, next to a code, or in a column without a name.

use domain::upc::Upc;
use input::InputList;

use super::support::{BLEACH, EAN, IN_UTERO, NEVERMIND, describe_list, list_of};

fn read(text: &str) -> InputList {
    list_of(text.as_bytes()).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn copies(list: &InputList) -> Vec<u32> {
    list.items.iter().map(|item| item.copies).collect()
}

#[test]
fn a_quantity_below_its_barcode_belongs_to_it() {
    for text in [
        format!("{NEVERMIND}\nQty: 2\n{BLEACH}\nQty: 3\n"),
        format!("{NEVERMIND}\nx2\n{BLEACH}\n3x\n"),
        format!("UPC: {NEVERMIND}\nQuantity: 2\nPrice: $9.99\n\nUPC: {BLEACH}\nQuantity: 3\nPrice: $5\n"),
        format!("- barcode: {NEVERMIND}\n  title: N\n  quantity: 2\n- barcode: '{BLEACH}'\n  quantity: 3\n"),
        format!("[1]\nBarcode={NEVERMIND}\nQuantity=2\n[2]\nBarcode={BLEACH}\nQuantity=3\n"),
        format!("[[item]]\nupc = \"{NEVERMIND}\"\nin_stock = 2\n\n[[item]]\nupc = \"{BLEACH}\"\nin_stock = 3\n"),
        format!("Nevermind\nEAN: {NEVERMIND}\nVB 5 €\n2 Stück\n\nBleach\nEAN {BLEACH}\n3 Stück\n"),
    ] {
        let list = read(&text);
        assert_eq!(copies(&list), [2, 3], "{text}");
        let notice = "2 quantities on lines of their own belong to the barcodes above them";
        assert_eq!(list.reading.notices, [notice], "{text}");
    }
    let list = read(&format!("{NEVERMIND}\n{BLEACH}\nqty 2\n{IN_UTERO}\n"));
    assert_eq!(copies(&list), [1, 2, 1]);
}

#[test]
fn a_quantity_line_that_may_belong_to_another_barcode_is_rejected() {
    for text in [
        format!("Qty: 2\n{NEVERMIND}\nQty: 3\n{BLEACH}\n"),
        format!("- quantity: 2\n  barcode: {NEVERMIND}\n- quantity: 3\n  barcode: {BLEACH}\n"),
        format!("- barcode: {NEVERMIND}\n- title: N\n  quantity: 3\n  barcode: {BLEACH}\n"),
    ] {
        let list = read(&text);
        assert_eq!((copies(&list), list.rejected_count), (vec![1, 1], 2), "{text}");
        let reasons: Vec<&str> = list.rejected.iter().map(|line| line.reason.as_str()).collect();
        assert!(
            reasons.contains(&"it states a quantity without a barcode: write both on one line"),
            "{text}: {reasons:?}"
        );
    }
    let (items, refused) = describe_list(&read(&format!("{BLEACH}\n{NEVERMIND} x2\nQty: 3\nQty: 3\n2\n")));
    assert_eq!(items, [format!("{BLEACH}x1@[1]")]);
    assert_eq!(
        refused,
        [
            "2: two quantities, 2 and 3 on line 3",
            "4: it states a quantity without a barcode: write both on one line",
            "5: \"2\" may be a quantity: write x2 next to the barcode"
        ]
    );
}

#[test]
fn a_counted_group_is_not_one_copy_in_silence() {
    for text in [
        "lot of 3",
        "Nevermind set of 2",
        "box of 5",
        "bundle of 3",
        "dozen",
        "& 2",
        "& 2 \\\\",
        "=> 2,",
        "/2/Nevermind",
    ] {
        let list = read(&format!("{BLEACH}\n{NEVERMIND} {text}\n"));
        assert_eq!((list.items.len(), list.rejected_count), (1, 1), "{text}");
        assert!(list.rejected[0].reason.contains("may be a quantity"), "{text}: {}", list.rejected[0].reason);
    }
    for text in ["count=4", "Nevermind - count: 4", "In stock: 4", "(copies = 4)", "{ qty: 4 }", "4 @ 9.99", "4@$9.99"]
    {
        assert_eq!(copies(&read(&format!("{NEVERMIND} {text}\n"))), [4], "{text}");
    }
    for text in
        ["Disc count: 2", "Box of Rain", "disc 1 of 2", "sold count: 5", "Best of 2", "/ 7\" single", "me@example.com"]
    {
        assert_eq!(copies(&read(&format!("{NEVERMIND} {text}\n"))), [1], "{text}");
    }
}

#[test]
fn an_unclear_number_next_to_a_code_in_a_column_is_rejected() {
    let list = read(&format!("'{NEVERMIND}' => 2,N\n'{BLEACH}' x3,B\n{IN_UTERO},I\n"));
    assert_eq!((copies(&list), list.rejected_count), (vec![3, 1], 1));
    assert!(list.rejected[0].reason.contains("\"2\" after the code may be a quantity"), "{}", list.rejected[0].reason);
}

#[test]
fn stated_quantities_in_a_column_without_a_name_are_reported() {
    for (one, other) in
        [("2 pcs", "3 pcs"), ("2x", "1x"), ("qty=2", "qty=3"), ("Qty: 2", "Qty: 3"), (" qty: 2 }", " qty: 1 }")]
    {
        let list = read(&format!("{NEVERMIND},{one},N\n{BLEACH},{other},B\n"));
        assert_eq!(copies(&list), [1, 1], "{one}");
        let notice = "column 2 holds numbers and has no name, so they are not quantities";
        assert!(list.reading.notices.iter().any(|text| text.starts_with(notice)), "{one}: {:?}", list.reading.notices);
    }
    let list = read(&format!("{NEVERMIND},Nevermind,$9.99\n{BLEACH},Bleach,$4.99\n"));
    assert_eq!(list.reading.notices, Vec::<String>::new());
}

#[test]
fn tables_with_different_delimiters_are_read_with_their_own_columns() {
    let list = read(&format!("UPC,Qty\n{NEVERMIND},2\n{BLEACH},1\n\nEAN;Anzahl;Titel\n{EAN};3;T\n"));
    assert_eq!((copies(&list), list.rejected_count), (vec![2, 1, 3], 0));
    let list = read(&format!("Barcode\tQty\n{NEVERMIND}\t2\n\nBarcode,Qty\n{BLEACH},4\n{EAN},1\n"));
    assert_eq!((copies(&list), list.rejected_count), (vec![2, 4, 1], 0));
    assert_eq!(list.reading.notices, ["line 4 names the columns of the rows below it"]);
    let rows = (0..150).map(|at| format!("{},2\n", testing::barcodes::upc_a_text(72_064_240_000 + at)));
    let list = read(&format!("UPC,Qty\n{}EAN;Menge\n{EAN};4\n", rows.collect::<String>()));
    assert_eq!((list.items.len(), list.items[150].copies, list.rejected_count), (151, 4, 0));
}

#[test]
fn a_cell_with_two_barcodes_is_rejected_with_both() {
    let (items, refused) = describe_list(&read(&format!("UPC,Qty\n{NEVERMIND} / {BLEACH},1\n{IN_UTERO},2\n")));
    assert_eq!(items, [format!("{IN_UTERO}x2@[3]")]);
    assert_eq!(
        refused,
        [format!("2: two different barcodes in \"UPC\", {NEVERMIND} and {BLEACH}: put each on a row of its own")]
    );
}

#[test]
fn a_header_with_double_bars_names_the_columns() {
    let list = read(&format!("||UPC||Qty||\n|{NEVERMIND}|2|\n|{BLEACH}|1|\n"));
    assert_eq!((copies(&list), list.rejected_count), (vec![2, 1], 0));
}

#[test]
fn telephone_and_listing_numbers_are_not_barcodes() {
    // Both numbers have the check digit of a UPC-A.
    let listing = "257482271743";
    assert!(listing.parse::<Upc>().is_ok() && "447700900139".parse::<Upc>().is_ok());
    for text in [
        "+447700900139".to_owned(),
        format!("https://www.ebay.com/itm/Nirvana-Nevermind/{listing}?hash=x"),
        format!("https://www.ebay.com/itm/123?var={listing}"),
    ] {
        let list = read(&format!("{NEVERMIND}\n{text}\n"));
        assert_eq!((list.items.len(), list.rejected_count), (1, 1), "{text}");
    }
}

#[test]
fn a_price_of_several_copies_and_a_large_number_are_not_one_copy_in_silence() {
    let text = format!("{NEVERMIND} 3 for $10\n2 für 5 € {BLEACH}\n{EAN} 1000\n{IN_UTERO} 1,200\n1500 {NEVERMIND}\n");
    let (items, refused) = describe_list(&read(&format!("{text}{BLEACH} 1991\n{EAN} 1 for $4\n")));
    assert_eq!(items, [format!("{BLEACH}x1@[6]"), format!("{EAN}x1@[7]")]);
    assert_eq!(
        refused,
        [
            "1: \"3 for $10\" after the code may be a quantity: write x2, x3 and so on",
            "2: \"2 für 5 €\" before the code may be a quantity: write x2, x3 and so on",
            "3: \"1000\" after the code may be a quantity: write x1000, or name the columns in a first line",
            "4: \"1,200\" after the code may be a quantity: write x1,200, or name the columns in a first line",
            "5: \"1500\" before the code is a quantity or a line number: write 1500x or 1500.",
        ]
    );
}

#[test]
fn html_references_next_to_a_code_are_decoded() {
    let list = read(&format!("{NEVERMIND} &times; 2\n{BLEACH} &#215;3 R&amp;B\n{EAN}&nbsp;x4\n"));
    assert_eq!(copies(&list), [2, 3, 4]);
}

#[test]
fn quantities_in_titles_are_reported() {
    let list = read(&format!("UPC,Title\n{BLEACH},Bleach\n{NEVERMIND},Nevermind x2\n"));
    assert_eq!(copies(&list), [1, 1]);
    let notice =
        "texts of \"Title\", such as \"Nevermind x2\", state quantities, which are not used: put them in a column";
    assert_eq!(list.reading.notices, [notice]);
    let stated = read(&format!("UPC,Title,Qty\n{NEVERMIND},Nevermind x2,3\n"));
    assert_eq!((copies(&stated), stated.reading.notices), (vec![3], Vec::new()));
}

#[test]
fn quantity_columns_are_named_in_further_languages() {
    for (code, quantity) in
        [("ברקוד", "כמות"), ("الباركود", "الكمية"), ("บาร์โค้ด", "จำนวน"), ("Mã vạch", "Số lượng"), ("Barcode", "Jumlah")]
    {
        assert_eq!(copies(&read(&format!("{code},{quantity}\n{NEVERMIND},2\n"))), [2], "{quantity}");
    }
}

#[test]
fn columns_with_equal_names_are_named_by_their_numbers() {
    let error = list_of(format!("UPC,Qty,Qty\n{NEVERMIND},2,3\n").as_bytes()).unwrap_err().to_string();
    assert!(error.starts_with("columns 2 and 3 contain quantities"), "{error}");
}
