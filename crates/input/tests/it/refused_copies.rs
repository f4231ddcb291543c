//! Rows whose copies cannot be added to those of an earlier row.

use std::fmt::Write as _;

use domain::list_options::ListOptions;
use domain::list_reading::SkipReason;
use input::{InputList, ListParser, ReadOptions, Settings, Source, read_list};

use super::support::{NEVERMIND, list_of};

/// Artist and title of pairs of records. Both records of a pair have the same substitute code.
const PAIRS: [[&str; 2]; 2] = [
    ["Dexter Gordon,Day Sky Day", "Stan Getz,Train Stone Day"],
    ["Jimmy Smith,Ocean Mirror Night", "Jimmy Smith,Sky Heart Train"],
];

const SAME_CODE: &str =
    "it would get the same internal code as another release: add or complete its catalog number, or add its barcode";

fn search_rows() -> ListOptions {
    ListOptions { search_rows: true, ..ListOptions::default() }
}

fn searched(text: &str) -> InputList {
    let mut parser = ListParser::with_options(1 << 20, ReadOptions { list: search_rows(), ..ReadOptions::default() });
    parser.push(text.as_bytes()).unwrap();
    parser.finish().unwrap()
}

async fn read_several(texts: &[String], list: &ListOptions) -> InputList {
    let folder = tempfile::tempdir().unwrap();
    let paths = texts.iter().zip('a'..).map(|(text, name)| {
        let path = folder.path().join(format!("{name}.csv"));
        std::fs::write(&path, text).unwrap();
        Source::File(path)
    });
    read_list(&Source::Several(paths.collect()), &Settings::default().for_list(list)).await.unwrap()
}

fn counts(list: &InputList) -> (usize, u64, u64, u64) {
    (list.items.len(), list.reading.rows, list.reading.copies, list.rejected_count)
}

#[test]
fn different_records_with_the_same_substitute_code_do_not_become_copies() {
    for [first, second] in PAIRS {
        let code = |row: &str| searched(&format!("Artist,Title\n{row}\n")).items[0].upc;
        assert_eq!(code(first), code(second));
        let list = searched(&format!("Artist,Title\n{first}\n{second}\n{}\n", first.to_uppercase()));
        assert_eq!(counts(&list), (1, 2, 2, 1));
        assert_eq!(list.items[0].lines[..], [2, 4]);
        let rejected = &list.rejected[0];
        assert_eq!((rejected.line, rejected.reason.as_str()), (3, SAME_CODE));
        assert_eq!(rejected.text, second.replace(',', " "));
        let completed = searched(&format!("Artist,Title,Cat#\n{first},\n{second},SHVL 781\n"));
        assert_eq!(counts(&completed), (2, 2, 2, 0), "a catalog number gives another code");
    }
}

#[tokio::test]
async fn different_records_in_several_lists_do_not_become_copies() {
    let [first, second] = PAIRS[0];
    let texts = [format!("Artist,Title\n{first}\n"), format!("Artist,Title\nNick Drake,Pink Moon\n{second}\n")];
    let list = read_several(&texts, &search_rows()).await;
    assert_eq!(counts(&list), (2, 2, 2, 1));
    let rejected = &list.rejected[0];
    assert_eq!(rejected.line, 5);
    assert!(rejected.reason.ends_with(&format!("b.csv, line 3: {SAME_CODE}")), "{}", rejected.reason);
    assert!(!list.items[0].has_same_copies(&searched(&format!("Artist,Title\n{second}\n")).items[0]));
}

fn priced_rows(numbers: std::ops::Range<u32>) -> String {
    numbers.fold("UPC,Price,Note\n".to_owned(), |mut text, number| {
        writeln!(text, "{NEVERMIND},{}.50,copy {number}", number + 1).unwrap();
        text
    })
}

/// Otherwise the copies would be sold with price and condition of the first row.
#[tokio::test]
async fn copies_beyond_the_limit_of_descriptions_are_rejected() {
    let reason = "its barcode already has 101 different descriptions: put its other copies in another list";
    let list = list_of(priced_rows(0..150).as_bytes()).unwrap();
    let groups = |list: &InputList| list.items[0].copy_groups().iter().map(|group| group.copies).collect::<Vec<_>>();
    assert_eq!((counts(&list), groups(&list)), ((1, 101, 101, 49), vec![1; 101]));
    assert_eq!((list.rejected[0].line, list.rejected[0].reason.as_str()), (103, reason));
    let joined = read_several(&[priced_rows(0..80), priced_rows(60..120)], &ListOptions::default()).await;
    assert_eq!((joined.items[0].copies, joined.reading.copies, joined.rejected_count), (121, 121, 19));
    assert_eq!(groups(&joined).iter().filter(|copies| **copies == 2).count(), 20, "known descriptions have room");
    assert_eq!(joined.reading.skip_reasons, [SkipReason { reason: reason.to_owned(), rows: 19 }]);
}
