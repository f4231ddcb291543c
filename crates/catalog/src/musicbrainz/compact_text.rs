//! Compact encodings of identifiers and URLs in the catalog file. In JSON they are unchanged texts. Files of earlier
//! versions contain full texts; both forms can be read.

use serde::{Deserialize, Deserializer};

/// Reads a list that may be `null` in the dump. The catalog file has no such case.
pub(super) fn null_as_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    if deserializer.is_human_readable() {
        return Option::deserialize(deserializer).map(Option::unwrap_or_default);
    }
    Vec::deserialize(deserializer)
}

/// A value that is written only to JSON and not to the catalog file. `null` in JSON is the default value.
pub(super) mod json_only {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(crate) fn serialize<S: Serializer, T: Serialize>(value: &T, serializer: S) -> Result<S::Ok, S::Error> {
        // Postcard needs no byte for a unit.
        if serializer.is_human_readable() { value.serialize(serializer) } else { serializer.serialize_unit() }
    }

    pub(crate) fn deserialize<'de, D, T>(deserializer: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: Deserialize<'de> + Default,
    {
        if deserializer.is_human_readable() {
            return Option::deserialize(deserializer).map(Option::unwrap_or_default);
        }
        <()>::deserialize(deserializer).map(|()| T::default())
    }
}

/// Encodes an MBID as 16 bytes instead of 36 characters. An MBID in another spelling is stored as text. The import
/// accepts no other texts, so 16 bytes always mean an MBID.
pub(super) mod mbid {
    use std::fmt;

    use serde::de::{self, Visitor};
    use serde::{Deserialize as _, Deserializer, Serializer};

    /// Positions of the hyphens in a UUID (RFC 9562, section 4), as byte indexes that they precede.
    const HYPHENS: [usize; 4] = [4, 6, 8, 10];

    pub(crate) fn serialize<S: Serializer>(id: &str, serializer: S) -> Result<S::Ok, S::Error> {
        match to_bytes(id).filter(|_| !serializer.is_human_readable()) {
            Some(bytes) => serializer.serialize_bytes(&bytes),
            None => serializer.serialize_str(id),
        }
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        if deserializer.is_human_readable() {
            return String::deserialize(deserializer);
        }
        // Postcard encodes texts and bytes alike, so this reads a text too.
        deserializer.deserialize_bytes(MbidVisitor)
    }

    struct MbidVisitor;

    impl Visitor<'_> for MbidVisitor {
        type Value = String;

        fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
            formatter.write_str("an MBID")
        }

        fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<String, E> {
            match <[u8; 16]>::try_from(bytes) {
                Ok(bytes) => Ok(to_text(&bytes)),
                Err(_) => std::str::from_utf8(bytes).map(str::to_owned).map_err(E::custom),
            }
        }
    }

    /// Returns the bytes of an MBID; `None` if decoding them would give a different text.
    fn to_bytes(id: &str) -> Option<[u8; 16]> {
        let digits = id.bytes().filter(|byte| *byte != b'-').collect::<Vec<_>>();
        let mut bytes = [0; 16];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
        }
        (to_text(&bytes) == id).then_some(bytes)
    }

    fn to_text(bytes: &[u8; 16]) -> String {
        let mut text = String::with_capacity(36);
        for (index, byte) in bytes.iter().enumerate() {
            if HYPHENS.contains(&index) {
                text.push('-');
            }
            text.extend([byte >> 4, byte & 0xf].into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)));
        }
        text
    }
}

/// Encodes the URL of a Discogs release as its number.
pub(super) mod release_url {
    use serde::{Deserialize as _, Deserializer, Serializer};

    const DISCOGS_RELEASE: &str = "https://www.discogs.com/release/";

    pub(crate) fn serialize<S: Serializer>(url: &str, serializer: S) -> Result<S::Ok, S::Error> {
        let is_compact = !serializer.is_human_readable();
        let number = url.strip_prefix(DISCOGS_RELEASE).filter(|number| is_compact && is_number(number));
        serializer.serialize_str(number.unwrap_or(url))
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<String, D::Error> {
        let is_compact = !deserializer.is_human_readable();
        let text = String::deserialize(deserializer)?;
        Ok(if is_compact && is_number(&text) { format!("{DISCOGS_RELEASE}{text}") } else { text })
    }

    fn is_number(text: &str) -> bool {
        !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
    }
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    use super::{mbid, release_url};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Compact {
        #[serde(with = "mbid")]
        id: String,
        #[serde(with = "release_url")]
        url: String,
    }

    /// The format that earlier versions wrote.
    #[derive(Serialize)]
    struct Full<'a> {
        id: &'a str,
        url: &'a str,
    }

    const MBID: &str = "f205627f-b70a-409d-adbe-66289b614e80";

    fn compact(id: &str, url: &str) -> Compact {
        Compact { id: id.to_owned(), url: url.to_owned() }
    }

    #[test]
    fn texts_are_unchanged_and_known_ones_are_short() {
        let url = "https://www.discogs.com/release/249504";
        let upper = MBID.to_uppercase();
        let misplaced = MBID.replacen("f2-", "-f2", 1).replacen("f205627f-b", "f205627-fb", 1);
        for id in [MBID, &upper, &misplaced, "", "+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1+1"] {
            for url in [url, "", "https://www.discogs.com/release/", "https://www.discogs.com/release/1-Artist-Title"] {
                let record = compact(id, url);
                let bytes = postcard::to_stdvec(&record).expect("written");
                assert_eq!(postcard::from_bytes::<Compact>(&bytes).expect("read"), record);
                let json = serde_json::to_string(&record).expect("written");
                assert_eq!(json, serde_json::to_string(&Full { id, url }).expect("written"));
                assert_eq!(serde_json::from_str::<Compact>(&json).expect("read"), record);
            }
        }
        assert_eq!(postcard::to_stdvec(&compact(MBID, url)).expect("written").len(), 17 + 7);
    }

    #[test]
    fn the_form_of_earlier_versions_is_read() {
        let (id, url) = (MBID, "https://www.discogs.com/release/249504");
        let bytes = postcard::to_stdvec(&Full { id, url }).expect("written");
        assert_eq!(postcard::from_bytes::<Compact>(&bytes).expect("read"), compact(id, url));
    }
}
