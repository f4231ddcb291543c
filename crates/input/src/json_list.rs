//! Reads JSON lists: an array of objects (possibly inside an object), one object per line, or an array of codes.
//!
//! The objects become rows of a [`TableParser`], with a header made of their keys, so JSON is then handled like a
//! table.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use encoding_rs::{Encoding, WINDOWS_1252};
use serde_json::{Map, Value};

use super::code_field::CodeField;
use super::csv_record::FIELD_SEPARATOR;
use super::encoding::detect_encoding;
use super::error::ListError;
use super::header::ColumnRole;
use super::json_value::{WholeValue, clean, scalar_text};
use super::table_parser::TableParser;
use super::workbook_limits::MAX_CELLS;

/// Decodes JSON or SQL: as UTF-16 if `encoding` is given, otherwise as UTF-8 or, if it is not valid UTF-8, in an older
/// encoding. Removes a byte order mark, and NUL bytes that fill the last block of a file.
pub(super) fn decode_text(bytes: &[u8], encoding: Option<&'static Encoding>) -> String {
    let text = match (encoding, std::str::from_utf8(bytes)) {
        (Some(encoding), _) => encoding.decode_with_bom_removal(bytes).0,
        (None, Ok(text)) => text.into(),
        (None, Err(_)) => {
            let lines: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_ascii()).collect();
            let text = detect_encoding(&lines).decode(bytes);
            text.unwrap_or_else(|| WINDOWS_1252.decode_without_bom_handling(bytes).0)
        }
    };
    text.trim_start_matches('\u{feff}').replace('\0', "")
}

/// Reads JSON and returns the number of rows, or `None` if the text is not JSON. The rows together may have `limit` bytes
/// that are copied from an outer object.
///
/// # Errors
/// Returns [`ListError::DamagedJson`] if the text is truncated or invalid JSON, the errors of a list that unpacks to too
/// much, and the errors of the rows.
pub(super) fn read_json(text: &str, limit: u64, rows: &mut TableParser) -> Result<Option<u64>, ListError> {
    check_value_count(text)?;
    match read_values(text) {
        Ok(found) => push_values(found, limit, rows).map(Some),
        Err(_) if !begins_as_json(text) => Ok(None),
        Err(error) => match read_values(&without_trailing_commas(text)) {
            Ok(found) => push_values(found, limit, rows).map(Some),
            Err(_) => match read_lines(text) {
                Some((found, damaged)) => {
                    for (number, line, why) in damaged {
                        rows.reject_line(number, &line, why);
                    }
                    push_values(found, limit, rows).map(Some)
                }
                None => Err(ListError::DamagedJson { line: error.line(), why: error.to_string() }),
            },
        },
    }
}

/// Refuses a text whose values would take gigabytes. Signs within texts count too, which are few beside the text.
fn check_value_count(text: &str) -> Result<(), ListError> {
    let values = memchr::memchr3_iter(b',', b'[', b'{', text.as_bytes()).count() as u64;
    if values > MAX_CELLS { Err(ListError::TooManyCells { limit: MAX_CELLS }) } else { Ok(()) }
}

/// Returns whether a text begins like JSON and like no other list: with an object, or an array of objects or texts.
fn begins_as_json(text: &str) -> bool {
    let mut signs = text.chars().filter(|c| !c.is_whitespace());
    matches!((signs.next(), signs.next()), (Some('{'), Some('"')) | (Some('['), Some('{' | '"')))
}

/// Parses the values of a text, each with the number of its first line.
fn read_values(text: &str) -> Result<Vec<(u32, Value)>, serde_json::Error> {
    let bytes = text.as_bytes();
    let mut values = serde_json::Deserializer::from_slice(bytes).into_iter::<WholeValue>();
    let mut found: Vec<(u32, Value)> = Vec::new();
    let (mut line, mut counted) = (1_u32, 0_usize);
    while let Some(value) = values.next() {
        let WholeValue(value) = value?;
        let end = values.byte_offset();
        found.push((line_of_value(bytes, counted, line), value));
        line += count_line_ends(&bytes[counted..end]);
        counted = end;
    }
    Ok(found)
}

/// Objects by line, and the lines that are not objects, with the text and the reason.
type ReadLines = (Vec<(u32, Value)>, Vec<(u32, String, String)>);

/// Parses JSON lines one by one. Returns `None` if the first line is not a complete object.
fn read_lines(text: &str) -> Option<ReadLines> {
    let (mut found, mut damaged) = (Vec::new(), Vec::new());
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        let parsed = serde_json::from_str::<WholeValue>(line.trim().trim_end_matches(','));
        match parsed.map(|WholeValue(value)| value) {
            Ok(value) if value.is_object() || !found.is_empty() => found.push((number, value)),
            Err(error) if !found.is_empty() => damaged.push((number, line.to_owned(), describe_damage(&error))),
            Ok(_) | Err(_) => return None,
        }
    }
    Some((found, damaged))
}

fn describe_damage(error: &serde_json::Error) -> String {
    if error.is_eof() { "the line of JSON is incomplete".to_owned() } else { "it is not a line of JSON".to_owned() }
}

/// Returns JSON without trailing commas, which some programs and people write.
fn without_trailing_commas(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut in_text, mut escaped) = (false, false);
    for character in text.chars() {
        match character {
            _ if escaped => escaped = false,
            '\\' if in_text => escaped = true,
            '"' => in_text = !in_text,
            ']' | '}' if !in_text => {
                let end = out.trim_end().len();
                if out[..end].ends_with(',') {
                    out.remove(end - 1);
                }
            }
            _ => {}
        }
        out.push(character);
    }
    out
}

fn push_values(mut found: Vec<(u32, Value)>, limit: u64, rows: &mut TableParser) -> Result<u64, ListError> {
    for (_, value) in &mut found {
        *value = unwrap_connections(std::mem::take(value));
    }
    let (format, entries) = match found.as_mut_slice() {
        [(_, only)] => ("JSON", number_entries(std::mem::take(only))),
        _ => ("JSON lines", found),
    };
    let (mut unfolded, mut copied) = (Vec::with_capacity(entries.len()), 0);
    for (number, value) in entries {
        unfolded.extend(unfold_variants(number, value, limit, &mut copied)?);
    }
    push_entries(format, &unfolded, rows)
}

/// Replaces the lists of a GraphQL API with their entries: `{"edges": [{"node": 1}]}` and `{"nodes": [1]}` become `[1]`.
fn unwrap_connections(value: Value) -> Value {
    match value {
        Value::Array(entries) => Value::Array(entries.into_iter().map(unwrap_connections).collect()),
        Value::Object(mut fields) => {
            let is_connection =
                fields.keys().all(|name| matches!(name.as_str(), "edges" | "nodes" | "pageInfo" | "totalCount"));
            let mut take = |name| fields.get_mut(name).and_then(Value::as_array_mut).map(std::mem::take);
            let both = if is_connection { [take("edges"), take("nodes")] } else { [None, None] };
            let entries = both.into_iter().flatten().max_by_key(Vec::len);
            let node = |mut entry: Value| entry.get_mut("node").map(Value::take).unwrap_or(entry);
            match entries {
                Some(entries) => Value::Array(entries.into_iter().map(node).map(unwrap_connections).collect()),
                None => fields.into_iter().map(|(name, value)| (name, unwrap_connections(value))).collect(),
            }
        }
        scalar => scalar,
    }
}

/// Returns the number of the line on which the value after `at` begins.
fn line_of_value(bytes: &[u8], at: usize, line: u32) -> u32 {
    let blank = bytes[at..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    line + count_line_ends(&bytes[at..at + blank])
}

fn count_line_ends(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// Returns the entries, numbered from 1, of an array or of the arrays inside an object, at any depth. An object whose
/// keys are barcodes, or that has an object for each item, has one entry per key.
fn number_entries(value: Value) -> Vec<(u32, Value)> {
    match value {
        Value::Array(entries) => (1..).zip(entries).collect(),
        Value::Object(fields) if fields.keys().filter(|name| is_code(name)).count() * 2 > fields.len() => {
            (1..).zip(fields.into_iter().map(with_code)).collect()
        }
        Value::Object(fields) if names_columns(&fields) => split_table(fields),
        Value::Object(fields) if holds_columns(&fields) => (1..).zip(transpose(&fields)).collect(),
        Value::Object(fields) if fields.values().filter(|value| value.is_object() && holds_code(value)).count() > 1 => {
            (1..).zip(fields.into_iter().filter(|(_, value)| value.is_object()).map(with_key)).collect()
        }
        Value::Object(fields) if states_code(&fields) => vec![(1, Value::Object(fields))],
        Value::Object(mut fields) => match find_lists(&mut fields) {
            Some(list) => number_entries(list),
            None => vec![(1, Value::Object(fields))],
        },
        other => vec![(1, other)],
    }
}

/// Returns the entry of a barcode that is a key: `{"720642442524": {"qty": 2}}`, `{"720642442524": 2}`.
fn with_code((code, value): (String, Value)) -> Value {
    match value {
        Value::Object(mut fields) => {
            fields.insert("barcode".to_owned(), Value::String(code));
            Value::Object(fields)
        }
        other => Value::Array(vec![Value::String(code), other]),
    }
}

/// Returns an object with its key as a field: `{"A-17": {"upc": "720642442524"}}`.
fn with_key((key, mut value): (String, Value)) -> Value {
    if let Value::Object(fields) = &mut value {
        fields.entry("key").or_insert(Value::String(key));
    }
    value
}

/// Returns whether a value has a barcode, at any depth.
fn holds_code(value: &Value) -> bool {
    match value {
        Value::Array(entries) => entries.iter().any(holds_code),
        Value::Object(fields) => fields.values().any(holds_code),
        scalar => is_code(&scalar_text(scalar)),
    }
}

/// Returns whether an object has a barcode itself, so that its arrays only describe this item.
fn states_code(fields: &Map<String, Value>) -> bool {
    let mut scalars = fields.iter().filter(|(_, value)| !value.is_array() && !value.is_object());
    scalars.any(|(name, value)| ColumnRole::from_name(name).is_code() && is_code(&scalar_text(value)))
}

/// Returns whether an object has a barcode outside its arrays, at any depth.
fn holds_code_outside_lists(fields: &Map<String, Value>) -> bool {
    states_code(fields) || fields.values().filter_map(Value::as_object).any(holds_code_outside_lists)
}

/// Returns whether an object is a table with separate column names: `{"columns": ["upc"], "data": [["720642442524"]]}`.
fn names_columns(fields: &Map<String, Value>) -> bool {
    let are = |name: &str, is_entry: fn(&Value) -> bool| {
        fields.get(name).and_then(Value::as_array).is_some_and(|entries| entries.iter().all(is_entry))
    };
    are("columns", Value::is_string) && are("data", Value::is_array)
}

/// Returns the column names of such a table as entry 0, followed by its rows.
fn split_table(mut fields: Map<String, Value>) -> Vec<(u32, Value)> {
    let mut take = |name: &str| fields.remove(name).unwrap_or_default();
    let (names, rows) = (take("columns"), take("data"));
    let Value::Array(rows) = rows else { return Vec::new() };
    (0..).zip(std::iter::once(names).chain(rows)).collect()
}

/// Returns whether an object has one object per column, with the same row keys, and one column contains barcodes:
/// `{"upc": {"0": "720642442524"}, "qty": {"0": 2}}`.
fn holds_columns(fields: &Map<String, Value>) -> bool {
    let mut columns = fields.values().map(Value::as_object);
    let Some(Some(first)) = columns.next() else { return false };
    let is_row = |value: &Value| !value.is_object() && !value.is_array();
    let is_like = |column: &Map<String, Value>| column.len() == first.len() && column.keys().eq(first.keys());
    fields.keys().any(|name| ColumnRole::from_name(name).is_code())
        && first.values().all(is_row)
        && columns.all(|column| column.is_some_and(|column| is_like(column) && column.values().all(is_row)))
        && first.keys().all(|row| row.bytes().all(|byte| byte.is_ascii_digit()))
}

/// Returns the rows of such columns, in numeric order of their keys.
fn transpose(columns: &Map<String, Value>) -> Vec<Value> {
    let mut rows: Vec<&String> =
        columns.values().next().and_then(Value::as_object).into_iter().flat_map(Map::keys).collect();
    rows.sort_by_key(|row| (row.len(), row.as_str()));
    let row_of = |row: &String| {
        columns.iter().filter_map(|(name, column)| Some((name.clone(), column.get(row)?.clone()))).collect()
    };
    rows.into_iter().map(row_of).map(Value::Object).collect()
}

/// Takes the non-empty arrays out of an object and its nested objects: the only one, or those with barcodes. Returns
/// `None` if the object has none, or if it has a barcode and its arrays have none.
fn find_lists(fields: &mut Map<String, Value>) -> Option<Value> {
    fn collect<'a>(fields: &'a mut Map<String, Value>, lists: &mut Vec<&'a mut Value>) {
        for value in fields.values_mut() {
            match value {
                Value::Array(entries) if !entries.is_empty() => lists.push(value),
                Value::Object(inner) => collect(inner, lists),
                _ => {}
            }
        }
    }
    let is_item = holds_code_outside_lists(fields);
    let mut lists = Vec::new();
    collect(fields, &mut lists);
    if lists.len() > 1 || is_item {
        lists.retain(|list| holds_code(list));
    }
    let joined: Vec<Value> =
        lists.into_iter().filter_map(|list| list.as_array_mut().map(std::mem::take)).flatten().collect();
    Some(joined).filter(|joined| !joined.is_empty()).map(Value::Array)
}

fn is_code(text: &str) -> bool {
    matches!(CodeField::from_text(text), CodeField::Code(_))
}

/// Returns one entry per object of an inner array that contains the barcodes, such as the variants of a product. Each
/// entry also has the fields of the outer object, whose bytes are added to `copied`.
///
/// # Errors
/// Returns [`ListError::UnpackedTooLarge`] if more than `limit` bytes would be copied.
fn unfold_variants(number: u32, value: Value, limit: u64, copied: &mut u64) -> Result<Vec<(u32, Value)>, ListError> {
    let Value::Object(fields) = &value else { return Ok(vec![(number, value)]) };
    if fields.iter().any(|(name, value)| value.is_string() && ColumnRole::from_name(name).is_code()) {
        return Ok(vec![(number, value)]);
    }
    let holds_code = |value: &Value| match value {
        Value::Object(inner) => {
            inner.iter().any(|(name, value)| ColumnRole::from_name(name).is_code() || is_code(&scalar_text(value)))
        }
        _ => false,
    };
    let is_variants = |value: &Value| value.as_array().is_some_and(|entries| entries.iter().any(holds_code));
    let names: Vec<&String> = fields.iter().filter(|(_, value)| is_variants(value)).map(|(name, _)| name).collect();
    let [only] = names.as_slice() else { return Ok(vec![(number, value)]) };
    let variants = fields[*only].as_array().cloned().unwrap_or_default();
    let outer: Map<String, Value> = fields
        .iter()
        .filter(|(_, value)| !value.is_array())
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    let outer_bytes: usize = outer.iter().map(|(name, value)| name.len() + value.to_string().len()).sum();
    *copied += (outer_bytes * variants.len()) as u64;
    if *copied > limit {
        return Err(ListError::UnpackedTooLarge { limit });
    }
    let unfolded = variants.into_iter().map(|variant| {
        let mut row = outer.clone();
        if let Value::Object(inner) = variant {
            row.extend(inner);
        }
        (number, Value::Object(row))
    });
    Ok(unfolded.collect())
}

fn push_entries(format: &str, entries: &[(u32, Value)], rows: &mut TableParser) -> Result<u64, ListError> {
    let objects: Vec<Option<FlatObject>> = entries.iter().map(|(_, value)| flatten(value)).collect();
    let columns = name_columns(&objects);
    if columns.is_empty() && entries.iter().any(|(_, value)| value.is_array()) {
        rows.set_format(format.to_owned(), FIELD_SEPARATOR);
        for (number, value) in entries {
            let fields =
                value.as_array().map_or_else(|| vec![scalar_text(value)], |row| row.iter().map(scalar_text).collect());
            rows.push_line(*number, &join_fields(fields.into_iter()))?;
        }
        return Ok(entries.len() as u64);
    }
    if columns.is_empty() {
        entries.iter().try_for_each(|(number, value)| rows.push_line(*number, &scalar_text(value)))?;
        return Ok(entries.len() as u64);
    }
    if columns.len() as u64 * entries.len() as u64 > MAX_CELLS {
        return Err(ListError::TooManyCells { limit: MAX_CELLS });
    }
    rows.set_format(format.to_owned(), FIELD_SEPARATOR);
    rows.push_line(0, &join_fields(columns.iter().map(|(_, name)| clean(name))))?;
    for ((number, value), object) in entries.iter().zip(&objects) {
        let line = match object {
            Some(object) => join_fields(
                columns.iter().map(|(path, _)| object.get(path).map(|value| scalar_text(value)).unwrap_or_default()),
            ),
            None => scalar_text(value),
        };
        rows.push_line(*number, &line)?;
    }
    Ok(entries.last().map_or(0, |(number, _)| u64::from(*number)))
}

/// The fields of an object and of its nested objects, by their path.
type FlatObject<'a> = BTreeMap<Vec<&'a str>, &'a Value>;

/// Returns the fields of an object, including those of its nested objects.
fn flatten(value: &Value) -> Option<FlatObject<'_>> {
    fn collect<'a>(fields: &'a Map<String, Value>, path: &mut Vec<&'a str>, flat: &mut FlatObject<'a>) {
        for (name, value) in fields {
            path.push(name);
            match value {
                Value::Object(inner) => collect(inner, path, flat),
                _ => {
                    flat.insert(path.clone(), value);
                }
            }
            path.pop();
        }
    }
    let mut flat = FlatObject::new();
    collect(value.as_object()?, &mut Vec::new(), &mut flat);
    Some(flat)
}

/// Names of objects that do not change what a quantity in them counts. `{"sold": {"quantity": 9}}` are no copies.
const NEUTRAL_OBJECTS: &[&str] = &[
    "article",
    "attributes",
    "availability",
    "data",
    "details",
    "fields",
    "info",
    "inventory",
    "item",
    "listing",
    "node",
    "product",
    "properties",
    "record",
    "release",
    "row",
    "scan",
    "stock",
    "variant",
];

/// Returns whether a nested field is a quantity by its own name, and something else in its object.
fn counts_something_else(path: &[&str]) -> bool {
    let [.., object, name] = path else { return false };
    ColumnRole::from_name(name) == ColumnRole::Quantity
        && !NEUTRAL_OBJECTS.contains(&object.to_lowercase().as_str())
        && ColumnRole::from_name(&format!("{object} {name}")) != ColumnRole::Quantity
}

/// Returns the path and name of each column, ordered by name. A nested field has its own name, or its path if other
/// fields have the same name (`sold.quantity` and `stock.quantity`) or the name is misleading.
fn name_columns<'a>(objects: &[Option<FlatObject<'a>>]) -> Vec<(Vec<&'a str>, String)> {
    let paths: BTreeSet<&Vec<&str>> = objects.iter().flatten().flat_map(BTreeMap::keys).collect();
    let mut same_names: HashMap<&str, u32> = HashMap::new();
    for name in paths.iter().filter_map(|path| path.last()) {
        *same_names.entry(name).or_default() += 1;
    }
    let name = |path: &Vec<&str>| match path.last() {
        Some(name) if same_names.get(name) == Some(&1) && !counts_something_else(path) => (*name).to_owned(),
        _ => path.join("."),
    };
    let mut columns: Vec<_> = paths.into_iter().map(|path| (path.clone(), name(path))).collect();
    columns.sort_by(|one, other| one.1.cmp(&other.1));
    columns
}

fn join_fields(fields: impl Iterator<Item = String>) -> String {
    fields.collect::<Vec<_>>().join(&char::from(FIELD_SEPARATOR).to_string())
}
