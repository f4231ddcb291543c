//! A parsed XML element with its content. Parsing is lenient, because the dumps contain unescaped `&` and references
//! to characters that XML forbids.

use quick_xml::Reader;
use quick_xml::escape::resolve_xml_entity;
use quick_xml::events::{BytesStart, Event};

/// Maximum nesting depth. A release has six levels.
const MAX_DEPTH: usize = 32;

/// An XML element with attributes, text and child elements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) text: String,
    attributes: Vec<(String, String)>,
    children: Vec<Element>,
}

impl Element {
    /// Parses the first element of `xml`, omitting the elements named in `skipped`.
    ///
    /// # Errors
    /// Returns a description of the XML error.
    pub(crate) fn parse(xml: &str, skipped: &[&str]) -> Result<Self, String> {
        let mut reader = Reader::from_str(xml);
        reader.config_mut().allow_dangling_amp = true;
        let mut open: Vec<Self> = Vec::new();
        loop {
            let closed = match reader.read_event().map_err(|error| error.to_string())? {
                Event::Start(start) if skipped.contains(&start.name().as_ref()) => {
                    reader.read_to_end(start.name()).map_err(|error| error.to_string())?;
                    continue;
                }
                Event::Start(start) if open.len() < MAX_DEPTH => {
                    open.push(Self::from_start(&start)?);
                    continue;
                }
                Event::Start(_) => return Err(format!("more than {MAX_DEPTH} elements inside each other")),
                Event::Empty(start) => Self::from_start(&start)?,
                Event::End(_) => open.pop().ok_or("an end tag without its start")?,
                Event::Eof => return Err("the element does not end".to_owned()),
                other => {
                    append_text(open.last_mut(), &other);
                    continue;
                }
            };
            match open.last_mut() {
                Some(parent) => parent.children.push(closed),
                None => return Ok(closed),
            }
        }
    }

    fn from_start(start: &BytesStart<'_>) -> Result<Self, String> {
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|error| error.to_string())?;
            attributes.push((attribute.key.as_ref().to_owned(), unescape(&attribute.value)));
        }
        Ok(Self { name: start.name().as_ref().to_owned(), attributes, ..Self::default() })
    }

    /// Returns the child elements with this name.
    pub(crate) fn children<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// Returns the elements named `item` inside the child elements named `list`.
    pub(crate) fn list<'a>(&'a self, list: &'a str, item: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children(list).flat_map(move |child| child.children(item))
    }

    /// Returns the trimmed text of the first child with this name; empty if there is none.
    pub(crate) fn child_text(&self, name: &str) -> String {
        self.children(name).next().map_or_else(String::new, |child| child.text.trim().to_owned())
    }

    /// Returns the trimmed value of an attribute; empty if there is none.
    pub(crate) fn attribute(&self, name: &str) -> String {
        let found = self.attributes.iter().find(|(key, _)| key == name);
        found.map_or_else(String::new, |(_, value)| value.trim().to_owned())
    }
}

fn append_text(element: Option<&mut Element>, event: &Event<'_>) {
    let Some(element) = element else { return };
    match event {
        Event::Text(text) => element.text.push_str(text),
        Event::CData(text) => element.text.push_str(text),
        Event::GeneralRef(reference) => append_reference(&mut element.text, reference),
        _ => {}
    }
}

/// Appends the character of a reference, which is given without `&` and `;`. An unknown reference is kept literally,
/// and a reference to a character that is not allowed in text is dropped.
fn append_reference(text: &mut String, reference: &str) {
    let number = reference.strip_prefix('#').map(|number| match number.strip_prefix(['x', 'X']) {
        Some(hexadecimal) => u32::from_str_radix(hexadecimal, 16).ok(),
        None => number.parse().ok(),
    });
    match (number, resolve_xml_entity(reference)) {
        (Some(code), _) => text.extend(code.and_then(char::from_u32).filter(|c| !c.is_control() || *c == '\n')),
        (None, Some(known)) => text.push_str(known),
        (None, None) => text.extend(["&", reference, ";"]),
    }
}

fn unescape(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let mut rest = value;
    while let Some((before, after)) = rest.split_once('&') {
        text.push_str(before);
        match after.split_once(';') {
            Some((reference, after)) if !reference.contains(['&', ' ']) && !reference.is_empty() => {
                append_reference(&mut text, reference);
                rest = after;
            }
            _ => {
                text.push('&');
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}
