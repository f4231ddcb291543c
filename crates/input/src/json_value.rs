//! Parses JSON without losing a value: of several equal keys in an object, `serde_json` keeps only the last one.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::csv_record::FIELD_SEPARATOR;
use super::quantity::with_certain_decimals;

/// A JSON value in which a repeated key of an object has its own name: `upc`, `upc (2)`. A repeated key with the same
/// value is dropped.
pub(super) struct WholeValue(pub(super) Value);

impl<'de> Deserialize<'de> for WholeValue {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(WholeVisitor).map(Self)
    }
}

struct WholeVisitor;

impl<'de> Visitor<'de> for WholeVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(WholeValue(value)) = entries.next_element()? {
            values.push(value);
        }
        Ok(Value::Array(values))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let (mut fields, mut repeats) = (Map::new(), HashMap::<String, u32>::new());
        while let Some((name, WholeValue(value))) = entries.next_entry::<String, WholeValue>()? {
            match fields.get(&name) {
                None => drop(fields.insert(name, value)),
                Some(known) if *known == value => {}
                Some(_) => {
                    let number = repeats.entry(name.clone()).or_insert(1);
                    let numbers = (*number + 1..).map(|number| (number, format!("{name} ({number})")));
                    let free = numbers.into_iter().find(|(_, name)| !fields.contains_key(name));
                    if let Some((used, name)) = free {
                        *number = used;
                        fields.insert(name, value);
                    }
                }
            }
        }
        Ok(Value::Object(fields))
    }
}

/// Returns a value as the text of a field. A list becomes its entries with spaces between.
pub(super) fn scalar_text(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => clean(text),
        Value::Array(entries) => entries.iter().map(scalar_text).collect::<Vec<_>>().join(" "),
        Value::Number(number) => with_certain_decimals(number.to_string()),
        other => clean(&other.to_string()),
    }
}

/// Returns a text without the signs that separate fields and lines.
pub(super) fn clean(text: &str) -> String {
    text.replace([char::from(FIELD_SEPARATOR), '\n', '\r'], " ")
}
