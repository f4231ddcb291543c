//! Fields that were added to the format of a record. They are the last fields of the record, so a file of an earlier
//! version ends before them.

use serde::{Deserialize, Deserializer};

/// Reads an added field. In the record of an earlier version, the field has its default value.
pub(crate) fn missing_as_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    if deserializer.is_human_readable() {
        return T::deserialize(deserializer);
    }
    // The checksum of the record was verified, so an error here can only mean that the bytes have ended.
    Ok(T::deserialize(deserializer).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use serde::{Deserialize, Serialize};

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Extended {
        id: u64,
        #[serde(default, deserialize_with = "super::missing_as_default")]
        names: Vec<String>,
        #[serde(default, deserialize_with = "super::missing_as_default")]
        notes: Vec<String>,
    }

    #[test]
    fn a_record_of_an_earlier_version_has_default_values() {
        let record = Extended { id: 300, names: vec!["A".into()], notes: vec!["B".into()] };
        let bytes = postcard::to_stdvec(&record).expect("written");
        assert_eq!(postcard::from_bytes::<Extended>(&bytes).expect("read"), record);
        let earlier = postcard::to_stdvec(&300_u64).expect("written");
        let empty = Extended { id: 300, names: Vec::new(), notes: Vec::new() };
        assert_eq!(postcard::from_bytes::<Extended>(&earlier).expect("read"), empty);
    }
}
