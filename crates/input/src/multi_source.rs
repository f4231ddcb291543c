//! Reads several files or objects as one list.

use std::collections::HashMap;

use domain::list_reading::{ListFile, ListReading, SkipReason};
use domain::upc::Upc;

use super::error::ListError;
use super::gcs::{BucketName, GcsClient, ObjectName};
use super::list::InputList;

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
    let (mut objects, mut folders, mut token) = (Vec::new(), 0, None);
    loop {
        let delimiter = if is_folder { "/" } else { "" };
        let page = client.list_objects(bucket, prefix, delimiter, token.as_deref()).await?;
        folders += page.folders.len();
        let names = page.objects.into_iter().map(|object| object.name).filter(|name| !name.ends_with('/'));
        let matching = names.filter(|name| is_folder || matches_glob(pattern.as_bytes(), name.as_bytes()));
        objects.extend(matching.filter_map(|name| name.parse::<ObjectName>().ok()));
        token = page.next_page_token;
        if token.is_none() {
            break;
        }
    }
    objects.sort_unstable_by(|one: &ObjectName, other| one.as_str().cmp(other.as_str()));
    if objects.is_empty() { Err(ListError::NoMatch) } else { Ok((objects, folders)) }
}

/// Returns whether a name matches a pattern: `*` matches any characters except `/`, `**` matches any characters, and
/// `?` matches one character except `/`.
fn matches_glob(pattern: &[u8], name: &[u8]) -> bool {
    match pattern {
        [] => name.is_empty(),
        [b'*', b'*', rest @ ..] => (0..=name.len()).any(|at| matches_glob(rest, &name[at..])),
        [b'*', rest @ ..] => {
            let end = name.iter().position(|byte| *byte == b'/').unwrap_or(name.len());
            (0..=end).any(|at| matches_glob(rest, &name[at..]))
        }
        [b'?', rest @ ..] => name.first().is_some_and(|byte| *byte != b'/') && matches_glob(rest, &name[1..]),
        [first, rest @ ..] => name.first() == Some(first) && matches_glob(rest, &name[1..]),
    }
}

/// Joins lists that were read one after another. Line numbers continue across files. The report names the first line of
/// each file, and the reason of a rejected line names its file and the line in that file. Each list may itself be
/// joined from several files.
///
/// # Errors
/// Returns [`ListError::TooManyItems`] if the joined list has too many items.
pub(super) fn join_lists(lists: Vec<(String, InputList)>) -> Result<InputList, ListError> {
    let mut joined = InputList::default();
    let mut indices: HashMap<Upc, usize> = HashMap::new();
    let mut differing = 0_u64;
    for (name, mut list) in lists {
        let offset = u32::try_from(joined.line_count).unwrap_or(u32::MAX);
        let inner = std::mem::take(&mut list.reading.files);
        let is_single = inner.is_empty();
        let files = if is_single { vec![ListFile { name: name.clone(), first_line: 1 }] } else { inner };
        let shift = |file: ListFile| ListFile { first_line: file.first_line.saturating_add(offset), ..file };
        joined.reading.files.extend(files.into_iter().map(shift));
        for mut item in list.items {
            let lines_of_groups = item.differing.iter_mut().flat_map(|group| &mut group.lines);
            item.lines.iter_mut().chain(lines_of_groups).for_each(|line| *line = line.saturating_add(offset));
            let index = *indices.entry(item.upc).or_insert(joined.items.len());
            match joined.items.get_mut(index) {
                Some(known) => differing += u64::from(!known.merge(item)),
                None => joined.items.push(item),
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
    if joined.items.len() > InputList::MAX_ITEMS {
        return Err(ListError::TooManyItems { limit: InputList::MAX_ITEMS });
    }
    joined.reading.items = joined.items.len() as u64;
    if differing > 0 {
        let barcodes = if differing == 1 { "barcode has" } else { "barcodes have" };
        let notice = "another condition, grade, price or note in another file; such copies get separate drafts";
        joined.reading.notices.push(format!("{differing} {barcodes} {notice}"));
    }
    Ok(joined)
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
    if !joined.format.contains(&more.format) {
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
