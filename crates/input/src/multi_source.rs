//! Reads several files or objects as one list.

use std::collections::HashMap;

use domain::job_spec::{CopyGroup, RefusedCopies, RejectedLine};
use domain::list_reading::{ListFile, ListReading, SkipReason};
use domain::upc::Upc;

use super::error::ListError;
use super::gcs::{BucketName, GcsClient, ObjectName};
use super::list::{InputList, row_text};

/// Wildcards in the last part of an address, with the same meaning as in the shell and `gcloud storage`.
const WILDCARDS: [char; 2] = ['*', '?'];

/// Returns whether a name means several objects: it ends with `/` or contains a wildcard.
pub(super) fn is_pattern_or_folder(object: &ObjectName) -> bool {
    object.as_str().ends_with('/') || object.as_str().contains(WILDCARDS)
}

/// Returns the objects that match a pattern or are in a folder, sorted by name, and the number of subfolders, which are
/// not read.
///
/// # Errors
/// Returns [`ListError::NoMatch`] if there are none, and the error of a failed listing.
pub(super) async fn find_matching(
    client: &GcsClient,
    bucket: &BucketName,
    pattern: &ObjectName,
) -> Result<(Vec<ObjectName>, usize), ListError> {
    let pattern = pattern.as_str();
    let prefix = &pattern[..pattern.find(WILDCARDS).unwrap_or(pattern.len())];
    let is_folder = pattern.ends_with('/') && !pattern.contains(WILDCARDS);
    let found = client.list_all_objects(bucket, prefix, if is_folder { "/" } else { "" }).await?;
    let names = found.objects.into_iter().map(|object| object.name).filter(|name| !name.ends_with('/'));
    let matching = names.filter(|name| is_folder || matches_glob(pattern, name));
    let mut objects = matching.filter_map(|name| name.parse::<ObjectName>().ok()).collect::<Vec<_>>();
    objects.sort_unstable_by(|one: &ObjectName, other| one.as_str().cmp(other.as_str()));
    if objects.is_empty() { Err(ListError::NoMatch) } else { Ok((objects, found.folders.len())) }
}

/// Returns whether a name matches a pattern: `*` matches any characters except `/`, `**` matches any characters, and
/// `?` matches one character except `/`.
fn matches_glob(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    // Whether the pattern so far matches this many first characters of the name.
    let mut matched = vec![false; name.len() + 1];
    matched[0] = true;
    let mut signs = pattern.chars().peekable();
    while let Some(sign) = signs.next() {
        if sign == '*' {
            let crosses_folders = signs.next_if_eq(&'*').is_some();
            for (at, character) in name.iter().enumerate() {
                matched[at + 1] |= matched[at] && (crosses_folders || *character != '/');
            }
        } else {
            for (at, character) in name.iter().enumerate().rev() {
                let is_same = *character == sign || sign == '?' && *character != '/';
                matched[at + 1] = matched[at] && is_same;
            }
            matched[0] = false;
        }
    }
    matched[name.len()]
}

/// Joins lists that are read one after another. Line numbers continue across files. The report names the first line of
/// each file, and the reason of a rejected line names its file and the line in that file. Each list may itself be
/// joined from several files.
#[derive(Default)]
pub(super) struct ListJoiner {
    joined: InputList,
    indices: HashMap<Upc, usize>,
    /// Number of items whose copies differ from those in an earlier list.
    differing: u64,
}

impl ListJoiner {
    /// Adds the list of a file.
    ///
    /// # Errors
    /// Returns [`ListError::TooManyItems`] if the joined list has too many items.
    pub(super) fn add(mut self, name: &str, list: InputList) -> Result<Self, ListError> {
        self.add_list(name, list);
        let is_too_long = self.joined.items.len() > InputList::MAX_ITEMS;
        if is_too_long { Err(ListError::TooManyItems { limit: InputList::MAX_ITEMS }) } else { Ok(self) }
    }

    fn add_list(&mut self, name: &str, mut list: InputList) {
        let Self { joined, indices, differing } = self;
        let offset = u32::try_from(joined.line_count).unwrap_or(u32::MAX);
        let inner = std::mem::take(&mut list.reading.files);
        let is_single = inner.is_empty();
        let files = if is_single { vec![ListFile { name: name.to_owned(), first_line: 1 }] } else { inner };
        let shift = |file: ListFile| ListFile { first_line: file.first_line.saturating_add(offset), ..file };
        joined.reading.files.extend(files.into_iter().map(shift));
        for mut item in std::mem::take(&mut list.items) {
            let lines_of_groups = item.differing.iter_mut().flat_map(|group| &mut group.lines);
            item.lines.iter_mut().chain(lines_of_groups).for_each(|line| *line = line.saturating_add(offset));
            let (upc, index) = (item.upc, *indices.entry(item.upc).or_insert(joined.items.len()));
            let Some(known) = joined.items.get_mut(index) else {
                joined.items.push(item);
                continue;
            };
            let (is_known, refused) = known.merge(item);
            *differing += u64::from(!is_known);
            for (group, why) in refused {
                reject_group(&mut list, upc, &group, why, offset);
            }
        }
        for mut line in list.rejected {
            if is_single {
                line.reason = format!("{name}, line {}: {}", line.line, line.reason);
            }
            line.line = line.line.saturating_add(offset);
            if joined.rejected.len() < InputList::MAX_REJECTED_LINES {
                joined.rejected.push(line);
            }
        }
        joined.rejected_count += list.rejected_count;
        joined.line_count += list.line_count;
        joined.size += list.size;
        join_reading(&mut joined.reading, list.reading);
    }

    /// Returns the joined list.
    pub(super) fn finish(self) -> InputList {
        let Self { mut joined, differing, .. } = self;
        joined.reading.items = joined.items.len() as u64;
        if differing > 0 {
            let barcodes = if differing == 1 { "barcode has" } else { "barcodes have" };
            let notice = "another condition, grade, price or note in another file; such copies get separate drafts";
            joined.reading.notices.push(format!("{differing} {barcodes} {notice}"));
        }
        joined
    }
}

/// Rejects rows of `list` whose copies cannot be added to those of an earlier list. Their lines are already counted from
/// the first list, which has `offset` lines before this one.
fn reject_group(list: &mut InputList, upc: Upc, group: &CopyGroup, why: RefusedCopies, offset: u32) {
    let (reason, rows) = (why.to_string(), group.lines.len() as u64);
    let text = row_text(upc, group);
    list.rejected.extend(group.lines.iter().map(|line| RejectedLine {
        line: line.saturating_sub(offset),
        text: text.clone(),
        reason: reason.clone(),
    }));
    list.rejected_count += rows;
    list.reading.rows = list.reading.rows.saturating_sub(rows);
    list.reading.copies = list.reading.copies.saturating_sub(u64::from(group.copies));
    list.reading.skipped += rows;
    match list.reading.skip_reasons.iter_mut().find(|known| known.reason == reason) {
        Some(known) => known.rows += rows,
        None => list.reading.skip_reasons.push(SkipReason { reason, rows }),
    }
}

/// Joins the reports of two lists, or of two parts of one list.
pub(super) fn join_reading(joined: &mut ListReading, more: ListReading) {
    let add = |known: &mut Vec<String>, more: Vec<String>| {
        let new: Vec<String> = more.into_iter().filter(|text| !known.contains(text)).collect();
        known.extend(new);
    };
    joined.rows += more.rows;
    joined.copies += more.copies;
    joined.skipped += more.skipped;
    if !joined.format.split(" and ").any(|known| known == more.format) {
        let separator = if joined.format.is_empty() { "" } else { " and " };
        joined.format = format!("{}{separator}{}", joined.format, more.format);
    }
    add(&mut joined.barcode_columns, more.barcode_columns);
    add(&mut joined.ignored_columns, more.ignored_columns);
    add(&mut joined.columns, more.columns);
    add(&mut joined.notices, more.notices);
    let mut columns: Vec<String> = joined.quantity_column.take().into_iter().collect();
    add(&mut columns, more.quantity_column.into_iter().collect());
    joined.quantity_column = Some(columns.join(" or ")).filter(|columns| !columns.is_empty());
    for column in more.item_columns {
        if !joined.item_columns.contains(&column) {
            joined.item_columns.push(column);
        }
    }
    for SkipReason { reason, rows } in more.skip_reasons {
        match joined.skip_reasons.iter_mut().find(|known| known.reason == reason) {
            Some(known) => known.rows += rows,
            None => joined.skip_reasons.push(SkipReason { reason, rows }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::matches_glob;

    #[test]
    fn wildcards_match_characters_within_a_folder() {
        for (pattern, name, is_match) in [
            ("box-?.csv", "box-1.csv", true),
            ("box-?.csv", "box-12.csv", false),
            ("Caf?.csv", "Café.csv", true),
            ("a/*.csv", "a/b.csv", true),
            ("a/*.csv", "a/b/c.csv", false),
            ("a/**.csv", "a/b/c.csv", true),
            ("a/**/*.csv", "a/b/c/d.csv", true),
            ("a?b", "a/b", false),
            ("*", "", true),
        ] {
            assert_eq!(matches_glob(pattern, name), is_match, "{pattern} {name}");
        }
    }

    /// A search that tries all places of each wildcard would not end.
    #[test]
    fn many_wildcards_are_matched_without_trying_all_places() {
        assert!(!matches_glob(&format!("{}b", "*a".repeat(60)), &"a".repeat(500)));
        assert!(matches_glob(&format!("{}b", "*a".repeat(60)), &format!("{}b", "a".repeat(500))));
    }
}
