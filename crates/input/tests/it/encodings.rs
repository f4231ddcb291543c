//! Older encodings and UTF-16: column names and rows are decoded with the same encoding.

use encoding_rs::{
    BIG5, EUC_JP, EUC_KR, Encoding, GB18030, GBK, ISO_8859_2, ISO_8859_7, KOI8_R, MACINTOSH, SHIFT_JIS, WINDOWS_1250,
    WINDOWS_1251, WINDOWS_1252, WINDOWS_1253, WINDOWS_1254,
};

use super::support::{BLEACH, NEVERMIND, list_of};

/// Column names for title, barcode and quantity, and two titles.
type Words = (&'static str, &'static str, &'static str, &'static str, &'static str);

const RUSSIAN: Words = ("Название", "Штрихкод", "Количество", "Группа крови", "Звезда по имени Солнце");
const UKRAINIAN: Words = ("Title", "Штрихкод", "Кількість", "Океан Ельзи", "Модель");
const JAPANESE: Words = ("タイトル", "バーコード", "数量", "無罪モラトリアム", "勝訴ストリップ");
const JAPANESE_SHORT: Words = ("商品名", "JAN", "数量", "深海", "Atomic Heart");
const CHINESE: Words = ("名称", "条形码", "数量", "魔杰座", "十一月的萧邦");
const TAIWANESE: Words = ("Title", "條碼", "數量", "葉惠美", "七里香");
const KOREAN: Words = ("제목", "바코드", "수량", "서태지와 아이들", "넥스트");
const GREEK: Words = ("Title", "Γραμμωτός κώδικας", "Ποσότητα", "Ρεμπέτικα", "Χάρτινο το φεγγαράκι");
const TURKISH: Words = ("Başlık", "Barkod", "Stok adedi", "Gülümse", "Şarkılar bir gün");
const POLISH: Words = ("Tytuł", "Kod kreskowy", "Ilość", "Żółte róże", "Łąka");
const CZECH: Words = ("Název", "Čárový kód", "Počet kusů", "Kuře v hodinkách", "Město ER");
const GERMAN: Words = ("Titel", "Strichcode", "Stückzahl", "Für Elise", "Über den Wolken");
const FRENCH: Words = ("Titre", "Code à barres", "Quantité", "Déjà vu", "L'été indien");

fn text_of((title, code, quantity, first, second): Words) -> String {
    format!("{title};{code};{quantity}\r\n{first};{NEVERMIND};2\r\n{second};{BLEACH};1\r\n")
}

fn assert_read(bytes: &[u8], words: Words, encoding: &str) {
    let list = list_of(bytes).unwrap_or_else(|error| panic!("{words:?} in {encoding}: {error}"));
    let items: Vec<_> = list.items.iter().map(|item| (item.upc.to_string(), item.copies)).collect();
    assert_eq!(items, [(NEVERMIND.to_owned(), 2), (BLEACH.to_owned(), 1)], "{words:?} in {encoding}");
    let reading = &list.reading;
    let columns = (reading.barcode_columns.join(" "), reading.quantity_column.clone().unwrap_or_default());
    assert_eq!(columns, (format!("{:?}", words.1), format!("{:?}", words.2)), "{encoding}");
    let names = list.reading.item_columns.iter().any(|column| column.column == format!("{:?}", words.0));
    let titles = list.items.iter().map(|item| item.seller.as_ref().and_then(|data| data.title.as_deref()));
    if names {
        assert_eq!(titles.collect::<Vec<_>>(), [Some(words.3), Some(words.4)], "{encoding}");
    } else {
        assert_eq!(reading.ignored_columns, [format!("{:?}", words.0)], "{encoding}");
    }
}

#[test]
fn names_and_rows_are_read_in_one_older_encoding() {
    let cases: &[(Words, &[&'static Encoding])] = &[
        (RUSSIAN, &[WINDOWS_1251, KOI8_R]),
        (UKRAINIAN, &[WINDOWS_1251]),
        (JAPANESE, &[SHIFT_JIS, EUC_JP]),
        (JAPANESE_SHORT, &[SHIFT_JIS, EUC_JP]),
        (CHINESE, &[GBK, GB18030]),
        (TAIWANESE, &[BIG5]),
        (KOREAN, &[EUC_KR]),
        (GREEK, &[WINDOWS_1253, ISO_8859_7]),
        (TURKISH, &[WINDOWS_1254]),
        (POLISH, &[WINDOWS_1250, ISO_8859_2]),
        (CZECH, &[WINDOWS_1250, ISO_8859_2]),
        (GERMAN, &[WINDOWS_1252]),
        (FRENCH, &[WINDOWS_1252]),
    ];
    for (words, encodings) in cases {
        for encoding in *encodings {
            let text = text_of(*words);
            let (bytes, _, unmappable) = encoding.encode(&text);
            assert!(!unmappable, "{words:?} in {}", encoding.name());
            assert_read(&bytes, *words, encoding.name());
        }
    }
}

#[test]
fn utf_16_is_read_with_and_without_a_byte_order_mark() {
    for words in [RUSSIAN, JAPANESE, JAPANESE_SHORT, CHINESE, KOREAN, GREEK, POLISH, FRENCH] {
        for mark in ["", "\u{feff}"] {
            let units: Vec<u16> = format!("{mark}{}", text_of(words)).encode_utf16().collect();
            let little: Vec<u8> = units.iter().copied().flat_map(u16::to_le_bytes).collect();
            let big: Vec<u8> = units.iter().copied().flat_map(u16::to_be_bytes).collect();
            assert_read(&little, words, "UTF-16LE");
            assert_read(&big, words, "UTF-16BE");
        }
    }
}

#[test]
fn the_encoding_is_reported() {
    let (bytes, _, _) = WINDOWS_1251.encode("Штрихкод;Название\n720642442524;Группа крови\n");
    let reading = list_of(&bytes).unwrap().reading.to_string();
    assert!(reading.starts_with("Read as CSV with semicolons (windows-1251): barcodes from \"Штрихкод\""), "{reading}");
    let reading = list_of("Штрихкод;Название\n720642442524;Группа крови\n".as_bytes()).unwrap().reading.to_string();
    assert!(reading.starts_with("Read as CSV with semicolons: barcodes from \"Штрихкод\""), "{reading}");
}

/// Texts below an English header are decoded by their letters, even if they begin after the sampled lines.
#[test]
fn texts_below_english_names_are_decoded_by_their_letters() {
    for (encoding, titles) in [
        (WINDOWS_1251, ["Группа крови", "Звезда по имени Солнце"]),
        (SHIFT_JIS, ["無罪モラトリアム", "勝訴ストリップ"]),
        (EUC_KR, ["서태지와 아이들", "환상속의 그대"]),
        (WINDOWS_1252, ["Für Elise", "Déjà vu"]),
    ] {
        for before in [0, 150] {
            let plain = format!("{NEVERMIND},Nevermind\n").repeat(before);
            let text = format!("UPC,Title\n{plain}{BLEACH},{}\n720642460726,{}\n", titles[0], titles[1]);
            let list = list_of(&encoding.encode(&text).0).unwrap();
            let title = list.items.last().and_then(|item| item.seller.as_ref()?.title.clone());
            assert_eq!(title.as_deref(), Some(titles[1]), "{} after {before} lines", encoding.name());
        }
    }
}

/// Old inventory programs write DOS code pages; their files have few non-ASCII letters.
#[test]
fn code_pages_of_dos_are_read() {
    for (bytes, title, encoding) in [
        (
            &b"Titel;Strichcode;Menge\r\nF\x81r Elise;720642442524;2\r\nK\x84se \x94l;098787003420;1\r\n"[..],
            "Für Elise",
            "850",
        ),
        (b"Titel;Strichcode;St\x81ckzahl\r\n\x9aber den Wolken;720642442524;2\r\n", "Über den Wolken", "850"),
        (b"Title;UPC\r\nM\x94tley Cr\x81e;720642442524\r\nBj\x94rk;098787003420\r\n", "Mötley Crüe", "850"),
        (b"Titre;UPC\r\nFran\x87oise D\x82j\x85 vu;720642442524\r\n", "Françoise Déjà vu", "850"),
        (b"Title;UPC\r\nA\xa4o y \xa8qu\x82?;720642442524\r\n", "Año y ¿qué?", "850"),
        (
            b"Title;UPC\r\nKr\xa2lowa \x98niegu;720642442524\r\n\xbeycie w Krakowie;098787003420\r\n",
            "Królowa śniegu",
            "852",
        ),
    ] {
        let list = list_of(bytes).unwrap();
        let text = list.items[0].seller.as_ref().and_then(|data| data.title.as_deref());
        assert_eq!(text, Some(title), "{:?}", list.reading);
        assert!(list.reading.format.contains(&format!("(code page {encoding})")), "{:?}", list.reading);
    }
}

/// Windows and Macintosh encodings are detected even with few non-ASCII letters.
#[test]
fn few_letters_do_not_change_the_encoding() {
    let title = |bytes: &[u8]| list_of(bytes).unwrap().items[0].seller.as_ref().and_then(|data| data.title.clone());
    for words in
        ["Für Elise", "Déjà vu", "Don\u{2019}t Stop \u{2013} Mötley", "Käse", "Señorita", "Françoise", "Sigur Rós"]
    {
        let text = format!("Title;UPC\n{words};{NEVERMIND}\n");
        assert_eq!(title(&WINDOWS_1252.encode(&text).0).as_deref(), Some(words));
    }
    let text = format!("Title;UPC\r{};{NEVERMIND}\r", "Mötley Crüe und Déjà vu");
    assert_eq!(title(&MACINTOSH.encode(&text).0).as_deref(), Some("Mötley Crüe und Déjà vu"));
}
