//! Exports of shops, point-of-sale systems, collection programs and scanner apps, and lists that people type. The rows
//! are invented, the layouts are real. Each list has two codes, with two copies and one copy.

use domain::condition::Condition;

use super::support::{BLEACH, EAN, NEVERMIND, describe_list, list_of};

/// Returns the copies and the rejected lines of a list with [`NEVERMIND`] and [`BLEACH`].
fn copies_of(text: &[u8]) -> (Vec<u32>, Vec<String>) {
    let list = list_of(text).unwrap_or_else(|error| panic!("{}: {error}", String::from_utf8_lossy(text)));
    let codes: Vec<String> = list.items.iter().map(|item| item.upc.to_string()).collect();
    assert_eq!(codes, [NEVERMIND, BLEACH], "{}", String::from_utf8_lossy(text));
    (list.items.iter().map(|item| item.copies).collect(), describe_list(&list).1)
}

/// Asserts that the list has these copies and no rejected lines.
fn assert_copies(text: &str, copies: [u32; 2]) {
    assert_eq!(copies_of(text.as_bytes()), (copies.to_vec(), Vec::new()), "{text}");
}

fn error_of(text: &str) -> String {
    list_of(text.as_bytes()).expect_err(text).to_string()
}

/// Names of barcode and quantity columns.
#[rustfmt::skip]
const COLUMN_NAMES: &[(&str, &str)] = &[
    ("Universal Product Code", "QTY."), ("UPC (required)", "Quantity (required)"), ("UPC*", "Quantity*"), ("Bar-Code", "QtyInStock"),
    ("EAN/GTIN", "Bestand gesamt"), ("EAN-Nummer", "Ist-Menge"), ("Barcode", "Gezählt"), ("Code-barre", "Qté stock"),
    ("Gencod", "Stock réel"), ("Cod. Barras", "Uds."), ("Código EAN", "Cant."), ("Codice a barre", "Q.tà"), ("Cod. a barre", "Pz."),
    ("Streepjescode", "Aantal in voorraad"), ("EAN-code", "Voorraad"), ("Kod EAN", "Ilość na stanie"), ("JAN", "在庫数"),
    ("Cód. Barras", "Qtde"), ("Código de Barras", "Estoque"), ("Streckkod", "Antal"), ("Viivakoodi", "Määrä"),
    ("Čárový kód", "Počet kusů"), ("UPC", "Pieces / Stk."), ("Vonalkód", "Darabszám"), ("Штрихкод", "Количество"), ("Штрих-код", "Кол-во"),
    ("Barkod", "Adet"), ("Γραμμωτός κώδικας", "Ποσότητα"), ("바코드", "수량"), ("条形码", "库存"), ("條碼", "庫存數量"),
];

#[test]
fn columns_are_named_in_many_languages() {
    for (code, quantity) in COLUMN_NAMES {
        assert_copies(&format!("Title;{code};{quantity}\nNevermind;{NEVERMIND};2\nBleach;{BLEACH};1\n"), [2, 1]);
    }
}

#[test]
fn names_in_another_encoding_are_recognized() {
    let rows = format!("A;{NEVERMIND};2\nB;{BLEACH};1\n").into_bytes();
    for header in [
        &b"Tytu\xb3;Kod kreskowy;Ilo\x9c\xe6\n"[..],       // Windows-1250
        b"Tytu\xb3;Kod kreskowy;Ilo\xb6\xe6\n",            // ISO 8859-2
        b"Titre;Code \x88 barres;Quantit\x8e\n",           // Mac Roman
        b"T\xa1tulo;C\xa2digo de barras;Quantit\x82\n",    // code page 850
        "TÃtulo;CÃ³digo de barras;QuantitÃ©\n".as_bytes(), // UTF-8 decoded as Windows-1252
        b"Titre;Code ? barres;Quantit?\n",                 // letters that a program could not encode
    ] {
        let text = [header, &rows].concat();
        assert_eq!(copies_of(&text), (vec![2, 1], Vec::new()), "{}", String::from_utf8_lossy(&text));
    }
}

#[test]
fn an_ambiguous_name_is_a_quantity_only_if_its_fields_are() {
    for (header, one, other) in [
        ("Nombre,Código de barras,Cantidad", "Nevermind", "21"),
        ("In Stock,UPC,Qty", "Yes", "No"),
        ("Stan,EAN,Ilość", "Nowy", "Używany"),
        ("Lager,EAN,Menge", "Regal 3", "Regal 4"),
        ("Available,UPC,Copies", "TRUE", "FALSE"),
    ] {
        assert_copies(&format!("{header}\n{one},{NEVERMIND},2\n{other},{BLEACH},1\n"), [2, 1]);
    }
    assert_copies(&format!("UPC,In Stock\n{NEVERMIND},2\n{BLEACH},1\n"), [2, 1]);
    assert_copies(&format!("UPC,In Stock\n{NEVERMIND},yes\n{BLEACH},yes\n"), [1, 1]);
    let list = list_of(format!("Nombre,EAN\nNevermind,{NEVERMIND}\n").as_bytes()).unwrap();
    assert_eq!(list.items[0].seller.as_ref().and_then(|data| data.title.as_deref()), Some("Nevermind"));
    // A name with no other meaning is trusted: an invalid quantity is an error in its row.
    let (_, rejected) =
        describe_list(&list_of(format!("UPC,Qty\n{NEVERMIND},2\n{BLEACH},1,000\n{EAN},yes\n").as_bytes()).unwrap());
    let moved = "3: 3 fields, but the header names 2: put a field that holds the delimiter in quotes";
    assert_eq!(rejected, [moved, "4: the quantity \"yes\" is not a whole number from 1 to 10,000"]);
    // One in American notation, a thousand in German notation: ambiguous, so rejected.
    let (_, rejected) =
        describe_list(&list_of(format!("UPC;Qty\n{NEVERMIND};2\n{BLEACH};1.000\n{EAN};1,00\n").as_bytes()).unwrap());
    assert_eq!(rejected, ["3: the quantity \"1.000\" is not a whole number from 1 to 10,000"]);
}

#[test]
fn exports_of_shops_and_point_of_sale_systems_are_read() {
    for text in [
        // Shopify, WooCommerce (German), Clover, Libib, CLZ, eBay (German), GoodReads
        "Title,URL handle,Status,SKU,Barcode,Price,Inventory tracker,Inventory quantity,Continue selling when out of stock\nA,a,Active,1,'{0},9.99,shopify,2,DENY\nB,b,Active,2,{1},9.99,shopify,1,DENY\n",
        "ID,Typ,Artikelnummer,\"GTIN, UPC, EAN oder ISBN\",Name,Vorrätig?,Lagerbestand,Geringe Lagermenge\n1,simple,A1,{0},A,1,2,5\n2,simple,A2,{1},B,1,1,5\n",
        "Clover ID,Name,Price,Product Code,SKU,Quantity,Hidden\nQX1,A,9.99,{0},1001,2,No\nQX2,B,9.99,{1},1002,1,No\n",
        "item_type,title,ean_isbn13,upc_isbn10,number_of_discs,copies\nmusic,A,,{0},3,2\nmusic,B,0{1},,1,1\n",
        "Artist;Title;No. of Discs;Barcode;Index;Quantity;My Rating\nA;A;2;{0};1;2;5\nB;B;1;{1};2;1;4\n",
        "Artikelnummer,Titel,Verfügbare Stückzahl,Verkaufte Stückzahl,P:UPC,P:EAN\n257482271585,A,2,9,{0},Nicht zutreffend\n257482279504,B,1,9,Nicht zutreffend,0{1}\n",
        "Token,Item Name,GTIN,Current Quantity Main St,Stock Alert Count Main St\nT1,A,{0},2,5\nT2,B,{1},1,5\n",
        // The barcode column only says "Does not apply", and the SKU is the barcode.
        "UPC,SKU,Qty\nDoes not apply,{0},2\nDoes not apply,{1},1\n",
    ] {
        assert_copies(&text.replace("{0}", NEVERMIND).replace("{1}", BLEACH), [2, 1]);
    }
}

#[test]
fn books_have_an_isbn_of_ten_digits() {
    let text = "Title,ISBN,ISBN13\nA,\"=\"\"0439785960\"\"\",\"=\"\"9780439785969\"\"\"\nB,020161622X,\nC,1400032717,9781400032716\n";
    let (items, rejected) = describe_list(&list_of(text.as_bytes()).unwrap());
    assert_eq!(items, ["9780439785969x1@[2]", "9780201616224x1@[3]", "9781400032716x1@[4]"]);
    assert!(rejected.is_empty(), "{rejected:?}");
    // Codes that begin with 0 have not lost a zero.
    assert_copies(&format!("UPC,ASIN\n{NEVERMIND},0306406152\n{BLEACH},B000003TA4\n"), [1, 1]);
}

#[test]
fn exports_without_barcodes_are_rejected() {
    let numbers = |digits: u64, row: u64| 10_u64.pow(u32::try_from(digits).unwrap() - 1) + row * 7_919;
    let rows = |row: &dyn Fn(u64) -> String| (0..60).map(|number| row(number) + "\n").collect::<String>();
    let inventory = rows(&|n| format!("{},A,B,{},For Sale,9.99,NM", numbers(10, n), numbers(7, n)));
    let error = error_of(&format!("listing_id,artist,title,release_id,status,price,media_condition\n{inventory}"));
    assert!(error.contains("this looks like a Discogs inventory export, which has no barcodes"), "{error}");
    let wants = rows(&|n| format!("D-{n},A,B,1991,{},", numbers(7, n)));
    let error = error_of(&format!("Catalog#,Artist,Title,Released,release_id,Notes\n{wants}"));
    assert!(error.contains("this looks like a Discogs"), "{error}");
    let orders = rows(&|n| format!("12-{}-{},+1 555-123-4567,{},1", numbers(5, n), numbers(5, n), numbers(12, n)));
    error_of(&format!("Order Number,Ship To Phone,Item Number,Quantity\n{orders}"));
    error_of("<items>\n <item><upc>720642442524</upc><qty>2</qty></item>\n</items>\n");
}

#[test]
fn tables_in_other_formats_than_csv_are_read() {
    for text in [
        "\"UPC,Title,Qty\"\n\"{0},\"\"Nevermind\"\",2\"\n\"{1},Bleach,1\"\n",
        "UPC^Title^Qty\n{0}^Nevermind^2\n{1}^Bleach^1\n",
        "UPC~Title~Qty\n{0}~Nevermind~2\n{1}~Bleach~1\n",
        "UPC QTY\n{0} 2\n{1} 1\n",
        "Title UPC Qty\nNever mind {0} 2\nBleach {1} 1\n",
        "UPC            Qty  Title\n{0}   2    Never  mind\n{1}   1    Bleach\n",
        "Title                   UPC              Qty\nNever mind              {0}       2\n                        {1}       1\n",
        "+--------------+------+\n| upc          | qty  |\n+--------------+------+\n| {0} |    2 |\n| {1} |    1 |\n+--------------+------+\n",
        "      upc      | qty \n--------------+-----\n {0} |   2\n {1} |   1\n",
        "============  ===\nUPC           Qty\n============  ===\n{0}    2\n{1}    1\n============  ===\n",
        ",,,\n,UPC,,Qty\n,{0},,2\n,{1},,1\n",
        "Title,UPC,\"Qty\n(on hand)\"\nA,{0},2\nB,{1},1\n",
    ] {
        assert_copies(&text.replace("{0}", NEVERMIND).replace("{1}", BLEACH), [2, 1]);
    }
}

/// A quantity in the barcode field counts if the row states no other quantity.
#[test]
fn a_quantity_in_the_barcode_field_of_a_table_counts() {
    assert_copies(&format!("UPC,Title\n{NEVERMIND} x2,A\n{BLEACH},B\n"), [2, 1]);
    assert_copies(&format!("UPC,Title,Qty\n{NEVERMIND} (2x),A,\n{BLEACH},B,1\n"), [2, 1]);
    // A header separated by blanks must not cause rows with commas to be split at blanks.
    let list = list_of(format!("UPC Qty\n{NEVERMIND},2\n{BLEACH},1\n").as_bytes()).unwrap();
    assert!(list.reading.to_string().contains("column 2 holds numbers and has no name"), "{}", list.reading);
}

#[test]
fn json_is_read_at_any_depth() {
    for text in [
        r#"{"products":[{"title":"A","images":[{"id":1}],"variants":[{"barcode":"{0}","inventory_quantity":2}]},{"title":"B","images":[],"variants":[{"barcode":"{1}","inventory_quantity":1}]}]}"#,
        r#"[{"name":"Scans","scannings":[{"id":1,"displayValue":"{0}","quantity":2},{"id":2,"displayValue":"{1}","quantity":1}]}]"#,
        r#"{"store":{"name":"x"},"data":{"items":[{"product":{"upc":"{0}"},"stock":{"quantity":2}},{"product":{"upc":"{1}"},"stock":{"quantity":1}}]}}"#,
        r#"[["UPC","Qty"],["{0}",2],["{1}",1]]"#,
    ] {
        assert_copies(&text.replace("{0}", NEVERMIND).replace("{1}", BLEACH), [2, 1]);
    }
    // No column name marks the numbers as quantities.
    let text = format!("{{\"{NEVERMIND}\":2,\"{BLEACH}\":1}}");
    let list = list_of(text.as_bytes()).unwrap();
    assert_eq!(list.items.iter().map(|item| item.copies).collect::<Vec<_>>(), [1, 1]);
}

#[test]
fn logs_and_notes_are_read() {
    for line in [
        "[2024-01-05 10:22:01] Scanned: {}",
        "2024-01-05T10:22:01Z {} OK",
        "EAN13:{}",
        "> {}",
        "☐ {}",
        "- [x] {} Nevermind",
        "https://www.discogs.com/search/?q={}&type=all",
        "*{}*",
        "iv. {}",
        "]E0 0{}",
    ] {
        assert_copies(&format!("{}\n{}\n", line.replace("{}", NEVERMIND), line.replace("{}", BLEACH)), [1, 1]);
    }
    for (first, second, third) in
        [("1. ", "2. ", "3. "), ("(1) ", "(2) ", "(3) "), ("001 ", "002 ", "003 "), ("1: ", "2: ", "3: ")]
    {
        let list = list_of(format!("{first}{NEVERMIND}\n{second}{BLEACH}\n{third}{EAN}\n").as_bytes()).unwrap();
        let copies: Vec<u32> = list.items.iter().map(|item| item.copies).collect();
        assert_eq!((copies, list.rejected_count), (vec![1, 1, 1], 0), "{first}");
    }
}

#[test]
fn quantities_in_free_text_are_read() {
    for (line, copies) in [
        ("{} (sealed) x2", 2),
        ("{} - 2 copies", 2),
        ("2 copies: {}", 2),
        ("(2) {}", 2),
        ("[x2] {}", 2),
        ("2 * {}", 2),
        ("2 of {}", 2),
        ("{} 2x Nevermind", 2),
        ("{} Nevermind (2x)", 2),
        ("{} Nevermind (qty 2)", 2),
        ("Qty: 2 {}", 2),
        ("Qty 2 - {} - Nevermind", 2),
        ("{} Nevermind - 2 Stück", 2),
        ("{} 3 copies sealed", 3),
        ("{}×2", 2),
        ("{} pcs 2", 2),
        ("{} The Wall 2xLP", 1),
        ("{} The Wall 2 x LP", 1),
        ("{} The Wall 2x LP", 1),
        ("{} The Wall (2 CD)", 1),
        ("2xLP {} The Wall", 1),
        ("{} Blue Monday 2 x 12\"", 1),
        ("{} Nevermind (3 available)", 3),
        ("{} limited to 500 copies", 1),
        ("{} Nevermind (limited edition 500 copies)", 1),
        ("{} auf 300 Exemplare limitiert", 1),
        ("{} Nevermind limited edition x2", 2),
        ("{} [2 discs]", 1),
        ("{} Adele - 25", 1),
        ("{} 1989 Taylor Swift", 1),
        ("{} Blink-182 182", 1),
        ("{} $9.99", 1),
    ] {
        let list = list_of(line.replace("{}", NEVERMIND).as_bytes()).unwrap();
        assert_eq!(list.items[0].copies, copies, "{line}");
    }
}

#[test]
fn unclear_quantities_and_zero_in_free_text_are_rejected() {
    for line in [
        "{} 3",
        "{}: 3",
        "{} -> 3",
        "{}=3",
        "{} +3",
        "{} 2 x 12\"",
        "{} twice",
        "two {}",
        "{} sold 5 copies",
        "{} Limited Edition (300 Stück)",
    ] {
        let text = format!("{BLEACH}\n{}\n", line.replace("{}", NEVERMIND));
        let list = list_of(text.as_bytes()).unwrap();
        assert_eq!((list.items.len(), list.rejected_count), (1, 1), "{line}");
        assert!(list.rejected[0].reason.contains("be a quantity"), "{}", list.rejected[0].reason);
    }
    for line in ["{} x0", "{} qty: 0", "{} Nevermind (0 copies)", "0 copies {}"] {
        let text = format!("{BLEACH}\n{}\n", line.replace("{}", NEVERMIND));
        assert_eq!(describe_list(&list_of(text.as_bytes()).unwrap()).1, ["2: the quantity is 0"], "{line}");
    }
}

#[test]
fn a_quantity_beside_a_repeated_code_counts() {
    for (line, copies) in [
        ("UPC {} EAN 0{}", 1),
        ("UPC {} EAN 0{} x3", 3),
        ("{} = 0{} qty: 4", 4),
        ("{} {} x2", 2),
        ("3x {} / {}", 3),
        ("{} x3 / {}", 3),
    ] {
        let list = list_of(line.replace("{}", NEVERMIND).as_bytes()).unwrap();
        assert_eq!((list.items.len(), list.items[0].copies), (1, copies), "{line}");
    }
    let text = format!("{BLEACH}\n2x {NEVERMIND} EAN 0{NEVERMIND} x3\n");
    let list = list_of(text.as_bytes()).unwrap();
    assert_eq!((list.items.len(), list.rejected[0].reason.as_str()), (1, "two quantities, 2 and 3"));
}

#[test]
fn a_comment_with_a_code_is_reported() {
    let text = format!("# box 3\n# sold: {EAN}\n#willpower {EAN}\n{NEVERMIND}\n{BLEACH} # scratched\n");
    let (copies, rejected) = copies_of(text.as_bytes());
    let reason = format!("a comment, because it begins with #; it contains {EAN}");
    assert_eq!((copies, rejected), (vec![1, 1], vec![format!("2: {reason}"), format!("3: {reason}")]));
}

#[test]
fn spreadsheet_numbers_are_read_if_all_digits_are_present() {
    for (first, second) in [
        ("7.20642442524E+11", "9.878700342E+10"),
        ("\"720,642,442,524\"", "\"98,787,003,420\""),
        ("720642442524.0", "98787003420.00"),
    ] {
        let text = format!("UPC,Qty\n{first},2\n{second},1\n");
        let list = list_of(text.as_bytes()).unwrap();
        // 9.878700342E+10 has lost its last digit.
        assert_eq!(list.items[0].upc.to_string(), NEVERMIND);
        assert_eq!(list.items.len() as u64 + list.rejected_count, 2, "{first}");
        assert_eq!(list.items.len(), if second.contains('E') { 1 } else { 2 }, "{first}");
    }
}

#[test]
fn a_wrong_keyboard_layout_is_reported() {
    let rows = [
        ("French (AZERTY)", "&é\"'(-è_çà"),
        ("Czech", "+ěščřžýáíé"),
        ("Lithuanian", "ąčęėįšųū90"),
        ("shifted English", "!@#$%^&*()"),
        ("shifted German", "!\"§$%&/()="),
    ];
    for (name, row) in rows {
        let keys: Vec<char> = row.chars().collect();
        let typed =
            |code: &str| -> String { code.bytes().map(|digit| keys[usize::from((digit - b'0' + 9) % 10)]).collect() };
        let error = error_of(&format!("{}\n{}\n", typed(NEVERMIND), typed(EAN)));
        assert!(error.contains(&format!("typed with a {name} keyboard layout")), "{name}: {error}");
    }
}

/// Lightspeed, Square, Matrixify and Loyverse write one stock column per shop.
#[test]
fn the_stock_of_one_shop_is_the_quantity_but_several_need_a_choice() {
    for name in
        ["inventory_Main_Outlet", "Current Quantity Downtown", "Inventory Available: Main St 5", "In stock [Downtown]"]
    {
        assert_copies(&format!("name,{name},barcode\nNevermind,2,{NEVERMIND}\nBleach,1,{BLEACH}\n"), [2, 1]);
    }
    for (one, other) in [
        ("inventory_Main_Outlet", "inventory_Warehouse"),
        ("Current Quantity North", "Current Quantity South"),
        ("In stock [North]", "In stock [South]"),
    ] {
        let rows = |stock: [u32; 4]| {
            let [a, b, c, d] = stock;
            format!("name,{one},{other},barcode\nNevermind,{a},{b},{NEVERMIND}\nBleach,{c},{d},{BLEACH}\n")
        };
        // Even equal quantities: the copies in one shop are not those in another.
        for stock in [[2, 3, 1, 1], [1, 1, 1, 1]] {
            let error = error_of(&rows(stock));
            assert!(
                error.contains(&format!("columns {one:?} and {other:?} contain quantities that differ or belong")),
                "{error}"
            );
        }
        assert_copies(&rows([2, 0, 1, 0]), [2, 1]);
        let list = list_of(rows([2, 0, 1, 0]).as_bytes()).unwrap();
        assert_eq!(list.reading.quantity_column, Some(format!("{one:?}")));
    }
    for name in ["inventory_item_id", "inventory_policy", "inventory_value"] {
        let list = list_of(format!("name,{name},barcode\nNevermind,7,{NEVERMIND}\n").as_bytes()).unwrap();
        assert_eq!((list.items[0].copies, list.reading.quantity_column), (1, None), "{name}");
    }
}

#[test]
fn telephone_numbers_are_not_barcodes() {
    let rows = (0..10).map(|number| format!("1555123456{number},2024032{number},Bob")).collect::<Vec<_>>().join("\n");
    let error = error_of(&format!("Contact,Date,Name\n{rows}"));
    assert!(error.contains("it has no barcodes: 9 of 10 numbers have a wrong check digit"), "{error}");
    let error = error_of(&format!("Phone,Date,Name\n{rows}"));
    assert!(error.contains("no barcode was found in its 10 lines"), "{error}");
}

/// Amazon's numbers count only in Amazon's own column. Elsewhere, 1 to 10 may be the seller's own scale.
#[test]
fn numbers_of_amazon_conditions_are_read() {
    let condition_of = |name: &str, number: u8| {
        let text = format!("seller-sku\tproduct-id\t{name}\tquantity\nA-1\t{NEVERMIND}\t{number}\t1\n");
        let list = list_of(text.as_bytes()).unwrap();
        let seller = list.items[0].seller.clone().unwrap_or_default();
        (seller.condition.map(Condition::as_str), list.reading.notices)
    };
    let expected = [(1, "like_new"), (2, "very_good"), (3, "good"), (4, "acceptable"), (8, "acceptable"), (11, "new")];
    for (number, expected) in expected {
        assert_eq!(condition_of("item-condition", number), (Some(expected), Vec::new()), "{number}");
    }
    for (name, number) in [("item-condition", 10), ("condition", 3), ("Item Condition", 3)] {
        assert_eq!(condition_of(name, number).0, None, "{name} {number}");
    }
}

/// The valid code counts, and the invalid one is reported.
#[test]
fn an_invalid_code_beside_a_valid_one_is_named() {
    let list = list_of(format!("UPC,EAN,Title\n720642442525,{EAN},A\n,{NEVERMIND},B\n").as_bytes()).unwrap();
    assert_eq!(describe_list(&list).0.len(), 2);
    let named = list.reading.notices.iter().any(|notice| notice.contains("UPC") && notice.contains("720642442525"));
    assert!(named, "{:?}", list.reading.notices);
}

/// eBay's condition of used records. For CDs it only means that they are not new.
#[test]
fn a_column_that_says_only_used_is_read() {
    for used in ["Used", "3000", "Pre-owned"] {
        let list = list_of(format!("UPC,Condition ID\n{NEVERMIND},{used}\n{BLEACH},{used}\n").as_bytes()).unwrap();
        assert!(list.items.iter().all(|item| item.seller.as_ref().is_some_and(|seller| seller.is_used)), "{used}");
        assert!(!list.states_condition(), "{used}");
        assert!(list.reading.notices.iter().any(|notice| notice.contains(used)), "{:?}", list.reading.notices);
    }
}
