//! List formats, each with its items and rejected lines.

use super::support::{BLEACH, EAN, IN_UTERO, NEVERMIND, describe_list, list_of};
use testing::barcodes::upc_a_text;

/// Asserts the items and the rejected lines of a list.
fn assert_list(text: impl AsRef<[u8]>, items: &[&str], refused: &[&str]) {
    let text = text.as_ref();
    let list = list_of(text).unwrap_or_else(|problem| panic!("{}: {problem}", String::from_utf8_lossy(text)));
    let (got, got_refused) = describe_list(&list);
    assert_eq!((got, got_refused), (owned(items), owned(refused)), "{}", String::from_utf8_lossy(text));
    assert_eq!(list.rejected_count, refused.len() as u64);
}

fn owned(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|&t| t.to_owned()).collect()
}

const TWO: &[&str] = &["720642442524x1@[1]", "098787003420x1@[2]"];
const THREE: &[&str] = &["720642442524x1@[2]", "098787003420x1@[3]", "720642460726x1@[4]"];
const SECOND_AND_THIRD: &[&str] = &["720642442524x1@[2]", "098787003420x1@[3]"];
const QUANTITIES: &[&str] = &["720642442524x2@[2]", "098787003420x3@[3]"];

#[test]
fn one_code_per_line_with_any_line_ending() {
    for end in ["\n", "\r\n", "\r"] {
        assert_list(format!("{NEVERMIND}{end}{BLEACH}"), TWO, &[]);
        assert_list(format!("{NEVERMIND}{end}{BLEACH}{end}"), TWO, &[]);
        assert_list(format!("\u{feff}{NEVERMIND}{end}{BLEACH}"), TWO, &[]);
        assert_list(format!("{end}{NEVERMIND}{end}{end}"), &["720642442524x1@[2]"], &[]);
    }
    assert_list(
        format!("{NEVERMIND}\r{BLEACH}\r\n{IN_UTERO}\n\r{EAN}"),
        &["720642442524x1@[1]", "098787003420x1@[2]", "720642460726x1@[3]", "5099749994621x1@[5]"],
        &[],
    );
}

#[test]
fn comments_blank_lines_and_a_header_are_not_rejected() {
    assert_list(
        format!("# scanned on Monday\n{NEVERMIND} # the box by the door, 2 of 3\n  \n{BLEACH}#\n\t# end\n"),
        &["720642442524x1@[2]", "098787003420x1@[4]"],
        &[],
    );
    for header in ["UPC", "upc code", "Barcode", "EAN-13", "gtin_14", "\"Bar Code\"", "UPC/EAN", "Strichcode"] {
        assert_list(format!("{header}\n{NEVERMIND}\n{BLEACH}\n"), SECOND_AND_THIRD, &[]);
    }
    assert_list(format!("UPC\n{NEVERMIND}\nUPC\n"), &["720642442524x1@[2]"], &[]);
}

#[test]
fn codes_are_read_as_printed_typed_and_pasted() {
    for code in [
        "7 20642 44252 4",
        "7-20642-44252-4",
        "0720642442524",
        "00720642442524",
        "=\"720642442524\"",
        "'720642442524",
        "\"720642442524\"",
        "\"720642442524",
        "720642442524.0",
        "  720642442524\t",
        "\u{200b}720642442524\u{200e}",
        "\u{202f}7\u{2009}20642\u{a0}44252\u{2003}4",
        "\u{2}720642442524\u{3}",
    ] {
        assert_list(format!("{code}\n"), &["720642442524x1@[1]"], &[]);
    }
}

#[test]
fn lost_zeros_are_restored_if_the_check_digit_proves_them() {
    let list = list_of(b"98787003420\n075992513524\n75992513524\n").unwrap();
    let zeros: Vec<u8> = list.items.iter().map(|item| item.zeros_restored).collect();
    assert_eq!(zeros, [1, 1], "{list:?}");
    assert_eq!(list.items[1].copies, 2);
}

#[test]
fn rejected_lines_have_a_number_a_text_and_a_reason() {
    let text = format!("{NEVERMIND}\n720642442525\nAbbey Road\n12345\n7.20642E+11\n{BLEACH}\n10720642442521\n");
    assert_list(
        &text,
        &["720642442524x1@[1]", "098787003420x1@[6]"],
        &[
            "2: wrong check digit: 5, expected 4 (mistyped or mis-scanned?)",
            "3: a barcode has digits only, not 'A'",
            "4: 5 digits: a UPC has 12, an EAN 8 or 13, a GTIN 14",
            "5: a spreadsheet has rounded it and the digits are lost: format the column as text",
            "7: a GTIN-14 that begins with 1 is a carton of several items, not the item",
        ],
    );
    let long = format!("{NEVERMIND}\nx\u{1b}[31m\u{202e}{}\n", "y".repeat(100));
    let rejected = list_of(long.as_bytes()).unwrap().rejected;
    assert_eq!(rejected[0].text, format!("x[31m{}", "y".repeat(55)));
}

#[test]
fn a_bare_number_after_a_code_is_rejected() {
    for number in ["3", "10", "99"] {
        let why = format!(
            "2: \"{number}\" after the code may be a quantity: write x{number}, or name the columns in a first line"
        );
        for space in [" ", " - ", " +"] {
            assert_list(format!("{BLEACH}\n{NEVERMIND}{space}{number}\n"), &[&format!("{BLEACH}x1@[1]")], &[&why]);
        }
    }
}

#[test]
fn quantities_after_a_code_are_read() {
    for (line, copies) in [
        ("720642442524 x3", 3),
        ("720642442524 3x", 3),
        ("720642442524 (3)", 3),
        ("720642442524 qty: 3", 3),
        ("720642442524 3 copies", 3),
        ("720642442524\t3", 1), // no column name marks a quantity
        ("720642442524,3", 1),
        ("720642442524;3", 1),
        ("720642442524,", 1),
        ("720642442524,1991", 1),
        ("720642442524 05", 1), // an add-on
        ("720642442524 12345", 1),
    ] {
        assert_list(line, &[&format!("720642442524x{copies}@[1]")], &[]);
    }
    for (field, copies) in [
        ("3", 3),
        ("3x", 3),
        ("x3", 3),
        ("3.0", 3),
        ("3,00", 3),
        ("3 pcs", 3),
        ("=\"3\"", 3),
        ("10000", 10_000),
        ("", 1),
    ] {
        assert_list(format!("UPC;Qty\n{NEVERMIND};{field}\n"), &[&format!("720642442524x{copies}@[2]")], &[]);
    }
    let reason = |text: &str| format!("3: the quantity {text:?} is not a whole number from 1 to 10,000");
    for bad in ["abc", "-1", "10001", "1.5", "1;000", "99999999999999999999"] {
        let first = format!("UPC\tQty\n{NEVERMIND}\t2\n{BLEACH}\t{bad}\n");
        assert_list(first, &["720642442524x2@[2]"], &[&reason(bad)]);
    }
    assert_list(format!("UPC,Qty\n{NEVERMIND},2\n{BLEACH},0\n"), &["720642442524x2@[2]"], &["3: the quantity is 0"]);
    // A number after a code is not assumed to be a quantity.
    assert_list(
        format!("{NEVERMIND}\n720642442524 2\n"),
        &["720642442524x1@[1]"],
        &["2: \"2\" after the code may be a quantity: write x2, or name the columns in a first line"],
    );
}

#[test]
fn duplicates_become_one_item_with_copies() {
    let text = format!("UPC,Qty\n{NEVERMIND}\n{BLEACH},2\n0{NEVERMIND}\n{NEVERMIND},4\n");
    assert_list(text, &["720642442524x6@[2, 4, 5]", "098787003420x2@[3]"], &[]);
    let many = format!("{NEVERMIND}\n").repeat(1_000);
    let list = list_of(many.as_bytes()).unwrap();
    assert_eq!((list.items[0].copies, list.items[0].lines.len(), list.line_count), (1_000, 100, 1_000));
}

#[test]
fn a_header_names_the_columns() {
    for (d, header) in [
        (",", ["Artist", "UPC", "Qty"]),
        (";", ["Interpret", "EAN-Code", "Anzahl"]),
        ("\t", ["artist", "Bar Code", "COPIES"]),
        ("|", ["a", "gtin", "count"]),
        (",", ["UPC valid", "upc", "Quantity available"]),
    ] {
        let text = format!(
            "{}\nNirvana{d}{NEVERMIND}{d}2\n\"Nir{d}vana\"{d}\"{BLEACH}\"{d}3\n{d}{d}\n{d}{d}7\n",
            header.join(d)
        );
        assert_list(text, QUANTITIES, &[&format!("5: {:?} is empty", header[1])]);
    }
    // A track count is not a quantity, and a title is not a comment.
    assert_list(
        format!("UPC,Title,Track count\n{NEVERMIND},Hits #1,12\n{BLEACH},,9\n"),
        &["720642442524x1@[2]", "098787003420x1@[3]"],
        &[],
    );
    assert_list(
        format!("Stock of March\n\nTitle,UPC\nNevermind,{NEVERMIND}\n"),
        &["720642442524x1@[4]"],
        &["1: it is above the header"],
    );
    assert_list(
        format!("sep=;\nupc;qty\n{NEVERMIND};2\n{BLEACH};3\n"),
        &["720642442524x2@[3]", "098787003420x3@[4]"],
        &[],
    );
}

#[test]
fn without_a_header_the_column_with_codes_is_found() {
    assert_list(
        format!("hello, world\n{NEVERMIND}\n"),
        &["720642442524x1@[2]"],
        &["1: a barcode has digits only, not 'h'"],
    );
    assert_list(format!("Nirvana,Nevermind,{NEVERMIND},9.99\nNirvana,Bleach,{BLEACH},8.50\n"), TWO, &[]);
    assert_list(format!("Nirvana;9,99;{NEVERMIND};2\nNirvana;8,50;{BLEACH};1\n"), TWO, &[]);
    assert_list(format!("{NEVERMIND},1991,Geffen\n{BLEACH},1989,Sub Pop\n"), TWO, &[]);
    assert_list(format!("Artikel;Menge\n{NEVERMIND};2\n{BLEACH};3\n"), QUANTITIES, &[]);
    assert_list(format!("{NEVERMIND},0{NEVERMIND}\n{BLEACH},0{BLEACH}\n"), TWO, &[]);
    assert_list(
        format!("{NEVERMIND},Nevermind\nno code,Bleach\n"),
        &["720642442524x1@[1]"],
        &["2: a barcode has digits only, not 'n'"],
    );
}

#[test]
fn quoted_fields_may_have_line_breaks_and_lines_keep_their_numbers() {
    let text = format!("Title,UPC\n\"Never\r\n\n# mind\",{NEVERMIND}\nBleach,{BLEACH}\n\"bad\nline\",123\n");
    assert_list(
        text,
        &["720642442524x1@[2]", "098787003420x1@[5]"],
        &["6: 3 digits: a UPC has 12, an EAN 8 or 13, a GTIN 14"],
    );
    // A stray quote that is closed lines below must not swallow a code.
    let text = format!("Title,UPC\n\"Heroes,{NEVERMIND}\n12\" single,{BLEACH}\nIn Utero,{IN_UTERO}\n");
    assert_list(text, THREE, &[]);
    // An unclosed quote must swallow neither the rest of the file nor its own row.
    let text = format!("Title,UPC\n\"Heroes,{NEVERMIND}\nBleach,{BLEACH}\nIn Utero,{IN_UTERO}\n");
    assert_list(text, THREE, &[]);
    let text = format!("UPC,Title,Qty\n{NEVERMIND},\"Nevermind,2\n{BLEACH},Bleach,1\n{IN_UTERO},In Utero,3\n");
    assert_list(text, &["720642442524x2@[2]", "098787003420x1@[3]", "720642460726x3@[4]"], &[]);
}

#[test]
fn common_encodings_are_read() {
    let text = format!("Título;UPC\nBjörk;{NEVERMIND}\nSigur Rós;{BLEACH}\n");
    assert_list(&text, SECOND_AND_THIRD, &[]);
    let (windows, _, _) = encoding_rs::WINDOWS_1252.encode(&text);
    assert_list(windows, SECOND_AND_THIRD, &[]);
    for mark in ["", "\u{feff}"] {
        let marked = format!("{mark}{text}");
        assert_list(marked.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>(), SECOND_AND_THIRD, &[]);
        assert_list(marked.encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<u8>>(), SECOND_AND_THIRD, &[]);
    }
    // Concatenated exports: a byte order mark in the middle, and a line in another encoding.
    let mixed = [text.as_bytes(), "\u{feff}".as_bytes(), b"Bj\xF6rk;720642460726\n"].concat();
    assert_list(mixed, &["720642442524x1@[2]", "098787003420x1@[3]", "720642460726x1@[4]"], &[]);
    let rejected = list_of(format!("{NEVERMIND}\nB\u{f6}rk").as_bytes()).unwrap().rejected;
    assert_eq!(rejected[0].text, "Börk");
    let rejected = list_of(b"720642442524\nB\xF6rk").unwrap().rejected;
    assert_eq!(rejected[0].text, "Börk");
}

/// Tables printed by database programs: rules and the row count below are not rows of the list.
#[test]
fn tables_of_database_programs_are_read() {
    let rule = "+-----------+--------------+-----+";
    let rows = format!("| Nevermind | {NEVERMIND} |   2 |\n| Bleach    | {BLEACH} |   1 |");
    let text =
        format!("{rule}\n| title     | upc          | qty |\n{rule}\n{rows}\n{rule}\n2 rows in set (0.00 sec)\n");
    let (items, rejected) = describe_list(&list_of(text.as_bytes()).unwrap());
    assert_eq!(items, ["720642442524x2@[4]", "098787003420x1@[5]"]);
    assert_eq!(rejected.len(), 1, "{rejected:?}");
}

#[test]
fn a_single_json_object_with_arrays_is_an_item() {
    for fields in [
        r#""upc":"720642442524","title":"Nevermind","genres":["Rock"]"#,
        r#""barcode":720642442524,"related":["098787003420","720642460726"]"#,
        r#""product":{"upc":"720642442524","genres":["Rock"],"images":["a.jpg"]},"tags":["x"]"#,
    ] {
        assert_list(format!("{{{fields}}}"), &["720642442524x1@[1]"], &[]);
    }
    let answer = r#"{"query":{"barcode":"720642442524"},"results":["098787003420"],"pages":["1"]}"#;
    assert_list(answer, &["098787003420x1@[1]"], &[]);
    let connections = r#"{"data":{"products":{"nodes":[],"edges":[{"node":{"barcode":"720642442524"}}]}}}"#;
    assert_list(connections, &["720642442524x1@[1]"], &[]);
}

/// Texts with escape sequences: MySQL's, and PostgreSQL's `E'...'`.
#[test]
fn escape_sequences_in_sql_texts_are_read() {
    for (text, title) in [
        (
            format!(r"INSERT INTO `s` (`upc`, `title`) VALUES ('{NEVERMIND}', 'Never\tmind\'s \\ end');"),
            r"Never mind's \ end",
        ),
        (format!(r"INSERT INTO s (upc, title) VALUES (E'{NEVERMIND}', e'It\'s\tAC\\DC');"), r"It's AC\DC"),
        (format!(r"INSERT INTO s (upc, title) VALUES (N'{NEVERMIND}', 'C:\temp');"), r"C:\temp"),
    ] {
        let list = list_of(text.as_bytes()).unwrap();
        let item = &list.items[0];
        assert_eq!(item.upc.to_string(), NEVERMIND, "{text}");
        assert_eq!(item.seller.as_ref().unwrap().title.as_deref(), Some(title), "{text}");
    }
}

/// SQL scripts of MySQL (several rows in a line), SQLite (no names of columns), SQL Server and PostgreSQL.
#[test]
fn rows_of_an_sql_script_are_read_with_their_columns() {
    for (text, lines) in [
        (
            "-- dump\nCREATE TABLE `stock` (\n  `id` int(11) NOT NULL,\n  `title` varchar(9) DEFAULT 'x, y',\n  `upc` char(13),\n  \
             `qty` int,\n  PRIMARY KEY (`id`)\n);\nINSERT INTO `stock` VALUES (1,'It\\'s; (live)','{0}',2),(2,'B','{1}',1);\n",
            [9, 9],
        ),
        (
            "CREATE TABLE IF NOT EXISTS stock(upc TEXT, qty INT);\nINSERT INTO stock VALUES('{0}',2);\nINSERT INTO stock VALUES('{1}',1);\n",
            [2, 3],
        ),
        (
            "INSERT [dbo].[Stock] ([Upc], [Qty]) VALUES (N'{0}', 2)\nGO\nINSERT [dbo].[Stock] ([Upc], [Qty]) VALUES (N'{1}', 1)\n",
            [1, 3],
        ),
        (
            "insert into public.stock (title, upc, qty, price) values\n  ('It''s', '{0}', 2, NULL), -- first\n  ('B', '{1}', 1, \
             cast(9.99 as numeric(8, 2)));\n",
            [2, 3],
        ),
        (
            "--\n-- PostgreSQL database dump\n--\nCREATE TABLE public.stock (\n    upc text,\n    qty integer\n);\nCOPY public.stock \
             (id, upc, title, qty) FROM stdin;\n1\t{0}\tAC\\tDC's; (live)\t2\n2\t{1}\t\\N\t1\n\\.\n\nSELECT pg_catalog.setval('x', 3);\n",
            [9, 10],
        ),
        ("COPY stock (upc, qty) FROM stdin;\r\n{0}\t2\r\n{1}\t1\r\n\\.\r\n", [2, 3]),
    ] {
        let text = text.replace("{0}", NEVERMIND).replace("{1}", BLEACH);
        let [one, other] = lines;
        assert_list(&text, &[&format!("{NEVERMIND}x2@[{one}]"), &format!("{BLEACH}x1@[{other}]")], &[]);
        let wide: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(list_of(&wide).unwrap().reading.copies, 3, "{text}");
    }
    let text = format!("INSERT INTO users VALUES (7, 'Al');\nINSERT INTO stock VALUES (1, '{NEVERMIND}', 5);\n");
    let list = list_of(text.as_bytes()).unwrap();
    let reason = "1: it is in the table \"users\", and the barcodes are in the table \"stock\"";
    assert_eq!(describe_list(&list), (vec![format!("{NEVERMIND}x1@[2]")], vec![reason.to_owned()]));
    assert!(
        list.reading.to_string().starts_with("Read as SQL: barcodes from column 2, no quantities"),
        "{}",
        list.reading
    );
}

/// JSON written by data analysis programs: by columns, by barcodes, or with separate column names.
#[test]
fn json_by_columns_is_read() {
    for text in [
        format!(r#"{{"upc":{{"0":"{NEVERMIND}","1":"{BLEACH}"}},"qty":{{"0":2,"1":1}}}}"#),
        format!(r#"{{"columns":["upc","qty"],"index":[0,1],"data":[["{NEVERMIND}",2],["{BLEACH}",1]]}}"#),
    ] {
        let (items, rejected) = describe_list(&list_of(text.as_bytes()).unwrap());
        assert_eq!(
            (items, rejected.len()),
            (vec!["720642442524x2@[1]".to_owned(), "098787003420x1@[2]".to_owned()], 0),
            "{text}"
        );
    }
    let by_code = format!(r#"{{"{NEVERMIND}":{{"title":"A","qty":2}},"{BLEACH}":{{"title":"B","qty":1}}}}"#);
    assert_eq!(describe_list(&list_of(by_code.as_bytes()).unwrap()).0, ["098787003420x1@[1]", "720642442524x2@[2]"]);
    let rows: Vec<String> = (0..12).map(|row| format!("\"{row}\":\"{}\"", upc_a_text(10_000_000_000 + row))).collect();
    let list = list_of(format!("{{\"barcode\":{{{}}}}}", rows.join(",")).as_bytes()).unwrap();
    let codes: Vec<String> = list.items.iter().map(|item| item.upc.to_string()).collect();
    assert_eq!(codes, (0..12).map(|row| upc_a_text(10_000_000_000 + row)).collect::<Vec<_>>());
}

/// Control characters that separate pages, fields or lines also separate codes.
#[test]
fn separating_controls_are_no_part_of_a_code() {
    for control in ['\u{b}', '\u{c}', '\u{1c}', '\u{1e}', '\u{85}'] {
        let text = format!("{NEVERMIND}{control}{BLEACH}\n");
        let (items, rejected) = describe_list(&list_of(text.as_bytes()).unwrap());
        assert_eq!((items.len(), rejected.len()), (2, 0), "{control:?}");
    }
}

#[test]
fn an_escaped_bar_belongs_to_its_field_in_a_markdown_table() {
    let text =
        format!("| Title | UPC | Qty |\n| --- | --- | --- |\n| AC\\|DC | {NEVERMIND} | 2 |\n| 12\" | {BLEACH} | 1 |\n");
    let list = list_of(text.as_bytes()).unwrap();
    let titles: Vec<&str> = list.items.iter().filter_map(|item| item.seller.as_deref()?.title.as_deref()).collect();
    assert_eq!(titles, ["AC|DC", "12\""]);
    assert_eq!(describe_list(&list).0, [format!("{NEVERMIND}x2@[3]"), format!("{BLEACH}x1@[4]")]);
}
