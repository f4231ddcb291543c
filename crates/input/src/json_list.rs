//! Reads JSON: an array of objects, an object that holds one, an object a line, or an array of codes.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::error::ListError;
use super::table_parser::TableParser;

/// Separates the fields of rows that are no text; it stands in no field.
pub(super) const FIELD_SEPARATOR: u8 = 0x1f;

/// Reads JSON and returns the number of its rows, or `None` if the bytes are not JSON.
///
/// # Errors
/// Returns the errors of the rows.
pub(super) fn read_json(bytes: &[u8], rows: &mut TableParser) -> Result<Option<u64>, ListError> {
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<Value>();
    let mut found: Vec<(u32, Value)> = Vec::new();
    let (mut line, mut counted) = (1_u32, 0_usize);
    while let Some(value) = values.next() {
        let Ok(value) = value else { return Ok(None) };
        let end = values.byte_offset();
        found.push((line_of_value(bytes, counted, line), value));
        line += count_line_ends(&bytes[counted..end]);
        counted = end;
    }
    let (format, entries) = match found.as_mut_slice() {
        [(_, only)] => ("JSON", number_entries(std::mem::take(only))),
        _ => ("JSON lines", found),
    };
    push_entries(format, &entries, rows).map(Some)
}

/// Returns the line on which the value after `at` begins.
fn line_of_value(bytes: &[u8], at: usize, line: u32) -> u32 {
    let blank = bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    line + count_line_ends(&bytes[at..at + blank])
}

fn count_line_ends(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// Returns the entries of an array, or of the only array of objects in an object, numbered from 1.
fn number_entries(value: Value) -> Vec<(u32, Value)> {
    match value {
        Value::Array(entries) => (1..).zip(entries).collect(),
        Value::Object(mut fields) => {
            let is_list = |value: &Value| matches!(value, Value::Array(entries) if !entries.is_empty());
            let lists: Vec<String> =
                fields.iter().filter(|(_, value)| is_list(value)).map(|(name, _)| name.clone()).collect();
            match lists.as_slice() {
                [only] => number_entries(fields.remove(only).unwrap_or_default()),
                _ => vec![(1, Value::Object(fields))],
            }
        }
        other => vec![(1, other)],
    }
}

fn push_entries(format: &str, entries: &[(u32, Value)], rows: &mut TableParser) -> Result<u64, ListError> {
    let objects: Vec<Option<Map<String, Value>>> = entries.iter().map(|(_, value)| flatten(value)).collect();
    let names: BTreeSet<&String> = objects.iter().flatten().flat_map(Map::keys).collect();
    if names.is_empty() {
        entries.iter().try_for_each(|(number, value)| rows.push_line(*number, &scalar_text(value)))?;
        return Ok(entries.len() as u64);
    }
    rows.set_format(format.to_owned(), FIELD_SEPARATOR);
    rows.push_line(0, &join_fields(names.iter().map(|name| clean(name))))?;
    for ((number, value), object) in entries.iter().zip(&objects) {
        let line = match object {
            Some(object) => {
                join_fields(names.iter().map(|name| object.get(*name).map(scalar_text).unwrap_or_default()))
            }
            None => scalar_text(value),
        };
        rows.push_line(*number, &line)?;
    }
    Ok(entries.last().map_or(0, |(number, _)| u64::from(*number)))
}

/// Returns the fields of an object; those of an inner object stand beside them.
fn flatten(value: &Value) -> Option<Map<String, Value>> {
    let mut fields = Map::new();
    for (name, value) in value.as_object()? {
        match value {
            Value::Object(inner) => inner.iter().for_each(|(name, value)| {
                fields.entry(name.clone()).or_insert_with(|| value.clone());
            }),
            other => {
                fields.insert(name.clone(), other.clone());
            }
        }
    }
    Some(fields)
}

fn join_fields(fields: impl Iterator<Item = String>) -> String {
    fields.collect::<Vec<_>>().join(&char::from(FIELD_SEPARATOR).to_string())
}

fn scalar_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => clean(text),
        Value::Array(entries) => entries.iter().map(scalar_text).collect::<Vec<_>>().join(" "),
        other => clean(&other.to_string()),
    }
}

fn clean(text: &str) -> String {
    text.replace([char::from(FIELD_SEPARATOR), '\n', '\r', '"'], " ")
}
