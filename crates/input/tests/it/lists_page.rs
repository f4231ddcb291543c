//! The examples in docs/LISTS.md are read as the page says.

use std::path::Path;

use super::support::{BLEACH, list_of};

fn page() -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/LISTS.md")).unwrap()
}

/// Returns the copies of each item, and the number of skipped rows.
fn copies(text: &str) -> (Vec<u32>, usize) {
    let list = list_of(text.as_bytes()).unwrap();
    (list.items.iter().map(|item| item.copies).collect(), list.rejected.len())
}

#[test]
fn each_line_of_the_table_has_its_result() {
    let page = page();
    let section = page.split("### Lists without columns").nth(1).unwrap().split("\n#").next().unwrap();
    let mut examples = 0;
    for row in section.lines().filter(|line| line.starts_with("| `")) {
        let (lines, result) = row.trim_matches(['|', ' ']).split_once(" | ").unwrap();
        for line in lines.split('`').skip(1).step_by(2) {
            examples += 1;
            let below_a_barcode = || copies(&format!("{BLEACH}\n{line}\n"));
            match result.split([' ', ':']).next().unwrap() {
                "One" => assert_eq!(copies(line), (vec![1], 0), "{line}"),
                "Two" => assert_eq!(copies(line), (vec![2], 0), "{line}"),
                "The" => assert_eq!(below_a_barcode(), (vec![2], 0), "{line}"),
                "Skipped" => assert_eq!(below_a_barcode(), (vec![1], 1), "{line}"),
                _ => panic!("{result}"),
            }
        }
    }
    assert_eq!(examples, 10);
}

#[test]
fn every_column_of_the_example_lists_is_used() {
    let page = page();
    let lists: Vec<_> = page.split("```text\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    let mut rows = Vec::new();
    for text in lists.into_iter().filter(|text| text.starts_with("UPC,")) {
        let list = list_of(text.as_bytes()).unwrap();
        assert!(list.reading.notices.is_empty() && !list.reading.to_string().contains("not used"), "{}", list.reading);
        rows.push((list.items.len(), list.rejected.len()));
    }
    assert_eq!(rows, [(2, 0), (3, 0)]);
}
