//! Real sellers' lists with the expected results, in files next to the workspace. Skipped if the files do not exist.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use input::{InputList, ListError};

use super::support::in_chunks;

/// A file and its expected result.
struct ListCase {
    file: String,
    expect: String,
    skipped: Option<u64>,
    /// Line, barcode without leading zeros (`-` if the line must be reported), and quantity.
    lines: Vec<(u32, String, u32)>,
}

fn folder() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/cases/lists");
    folder.join("EXPECTED.tsv").exists().then_some(folder)
}

fn read_table(path: &Path) -> Vec<Vec<String>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().skip(1).map(|line| line.split('\t').map(str::to_owned).collect()).collect()
}

fn read_cases(folder: &Path) -> Vec<ListCase> {
    let items = read_table(&folder.join("items.tsv"));
    let lines_of = |file: &str| {
        let lines = items.iter().filter(|row| row[0] == file);
        lines
            .map(|row| (row[1].parse().unwrap(), without_leading_zeros(&row[2]), row[3].parse().unwrap_or(0)))
            .collect()
    };
    let cases = read_table(&folder.join("EXPECTED.tsv")).into_iter().map(|row| ListCase {
        lines: lines_of(&row[0]),
        expect: row[3].clone(),
        skipped: row[6].parse().ok(),
        file: row[0].clone(),
    });
    cases.filter(|case| case.expect != "open").collect()
}

fn without_leading_zeros(code: &str) -> String {
    code.trim_start_matches('0').to_owned()
}

/// Returns the difference between the list and the expected result, if any.
fn mismatch(case: &ListCase, list: &Result<InputList, ListError>) -> Option<String> {
    let list = match list {
        Ok(_) if case.expect == "ask" => return Some("read, and expected to be refused".to_owned()),
        Ok(list) => list,
        Err(error) => return (case.expect == "read" || case.expect == "read or skip").then(|| error.to_string()),
    };
    let got: BTreeMap<String, u32> =
        list.items.iter().map(|item| (without_leading_zeros(&item.upc.to_string()), item.copies)).collect();
    let mut wanted: BTreeMap<String, u32> = BTreeMap::new();
    let mut must_report: Vec<u32> = Vec::new();
    for (line, code, quantity) in &case.lines {
        if code == "-" || (case.expect == "read or skip" && !got.contains_key(code)) {
            must_report.push(*line);
        } else {
            *wanted.entry(code.clone()).or_default() += quantity;
        }
    }
    let reported: Vec<u32> = list.rejected.iter().map(|line| line.line).collect();
    let silent: Vec<u32> = must_report.into_iter().filter(|line| !reported.contains(line)).collect();
    match case.skipped {
        _ if got != wanted => Some(format!("{got:?} instead of {wanted:?}; rejected {:?}", list.rejected)),
        _ if !silent.is_empty() => Some(format!("lines neither read nor reported: {silent:?}")),
        Some(skipped) if skipped != list.rejected_count => {
            Some(format!("{} lines skipped instead of {skipped}: {:?}", list.rejected_count, list.rejected))
        }
        _ => None,
    }
}

#[test]
fn every_list_is_read_as_expected_or_rejected_with_a_reason() {
    let Some(folder) = folder() else {
        eprintln!("skipped: there is no folder of lists");
        return;
    };
    let cases = read_cases(&folder);
    let failures: Vec<String> = cases
        .iter()
        .filter_map(|case| {
            let bytes = std::fs::read(folder.join(&case.file)).unwrap();
            let list = in_chunks(&bytes, 4096);
            let reading = list.as_ref().map_or_else(ToString::to_string, |list| list.reading.to_string());
            mismatch(case, &list).map(|why| format!("{} ({}): {why}\n    {reading}", case.file, case.expect))
        })
        .collect();
    assert!(failures.is_empty(), "{} of {} lists:\n{}", failures.len(), cases.len(), failures.join("\n"));
}
