//! The shape of a kind of JSON document: its keys and their types, collected from real or simulated responses.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// The keys and types of responses of one kind, by path: `.releases[].media[].format`.
#[derive(Default)]
pub(super) struct Shape {
    types: BTreeMap<String, BTreeSet<&'static str>>,
    /// Number of objects at each path.
    objects: BTreeMap<String, usize>,
    /// Number of objects that have the key at this path.
    holders: BTreeMap<String, usize>,
}

impl Shape {
    pub(super) fn from_bodies<'a>(answers: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut shape = Self::default();
        answers.into_iter().for_each(|answer| shape.add("", answer));
        shape
    }

    pub(super) fn add(&mut self, place: &str, value: &Value) {
        self.types.entry(place.to_owned()).or_default().insert(type_of(value));
        match value {
            Value::Object(map) => {
                *self.objects.entry(place.to_owned()).or_default() += 1;
                for (key, value) in map {
                    let place = format!("{place}.{key}");
                    *self.holders.entry(place.clone()).or_default() += 1;
                    self.add(&place, value);
                }
            }
            Value::Array(list) => list.iter().for_each(|value| self.add(&format!("{place}[]"), value)),
            _ => {}
        }
    }

    /// Allows a type at a path, because the documentation or other recordings have it.
    pub(super) fn may_be(&mut self, place: &str, kind: &'static str) {
        self.types.entry(place.to_owned()).or_default().insert(kind);
    }

    /// Allows a key to be absent although all recordings have it.
    pub(super) fn may_miss(&mut self, key: &str) {
        self.holders.remove(key);
    }

    /// Adds the types of another shape, but not its required keys.
    pub(super) fn adopt_types(&mut self, other: &Self) {
        for (place, kinds) in &other.types {
            self.types.entry(place.clone()).or_default().extend(kinds);
        }
    }

    /// Returns the keys and types of this shape that the real one never has.
    pub(super) fn invented(&self, real: &Self) -> Vec<String> {
        let known = |place: &str, kind: &str| real.types.get(place).is_some_and(|kinds| kinds.contains(kind));
        let all = self.types.iter().flat_map(|(place, kinds)| kinds.iter().map(move |kind| (place, *kind)));
        all.filter(|(place, kind)| !known(place, kind)).map(|(place, kind)| format!("{place} is {kind}")).collect()
    }

    /// Returns the keys that real responses always have but this shape does not. Only paths that this shape also has
    /// are compared: a response without tracks needs no track titles.
    pub(super) fn lacking(&self, real: &Self) -> Vec<String> {
        let always = real.holders.iter().filter(|(key, count)| real.objects.get(parent(key)) == Some(*count));
        let missing_keys = always.filter(|(key, _)| {
            let objects = self.objects.get(parent(key)).copied().unwrap_or(0);
            self.holders.get(*key).copied().unwrap_or(0) < objects
        });
        missing_keys.map(|(key, _)| format!("{key} is absent")).collect()
    }
}

/// Returns the path of the object that has the key.
fn parent(key: &str) -> &str {
    key.rsplit_once('.').map_or("", |(parent, _)| parent)
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

#[test]
fn a_shape_shows_invented_and_missing_keys() {
    let real = Shape::from_bodies(&[
        serde_json::json!({"id": 1, "of": [{"a": null, "b": 1}]}),
        serde_json::json!({"id": "1", "of": [{"b": 1}]}),
    ]);
    let ours = Shape::from_bodies(&[serde_json::json!({"id": true, "of": [{"b": 1}, {"a": "text"}], "new": {}})]);
    assert_eq!(ours.invented(&real), [".id is bool", ".new is object", ".of[].a is text"]);
    assert_eq!(ours.lacking(&real), [".of[].b is absent"]);
    assert!(real.invented(&real).is_empty() && real.lacking(&real).is_empty());
}
