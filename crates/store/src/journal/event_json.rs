//! Parses events from JSON in one pass.
//!
//! The derived code for a tagged enum buffers all fields of an object because the tag may come last. For an item event
//! it does so three times: for the tags `event`, `step`, and `is` of a verdict. The journal writes the tags first, so
//! the large item events are parsed as a stream here. The derived code parses all other events, and events with
//! another field order.

use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use domain::artwork::Artwork;
use domain::event::{ItemEvent, JobEvent};
use domain::matching::{Match, Verdict};
use domain::outcome::ItemOutcome;
use domain::pricing::{GroupPrice, PriceEstimate};
use domain::provider::{Provider, ProviderFailure};
use domain::upc::Upc;

/// The first bytes of an item event.
const ITEM_EVENT_START: &str = r#"{"event":"item","#;

/// Parses an event.
///
/// # Errors
/// Returns the error of the derived code if the JSON is not a valid event.
pub(super) fn parse_event(json: &str) -> Result<JobEvent, serde_json::Error> {
    let streamed = json.starts_with(ITEM_EVENT_START).then(|| serde_json::from_str(json));
    match streamed {
        Some(Ok(StreamedItemEvent { upc, item_event })) => Ok(JobEvent::Item { upc, item_event }),
        Some(Err(_)) | None => serde_json::from_str(json),
    }
}

/// An item event of one of the large kinds.
struct StreamedItemEvent {
    upc: Upc,
    item_event: ItemEvent,
}

#[derive(serde::Deserialize)]
struct IdentifiedFields {
    verdict: StreamedVerdict,
    #[serde(default, rename = "without")]
    unavailable_providers: Vec<ProviderFailure>,
}

#[derive(serde::Deserialize)]
struct PricedFields {
    #[serde(rename = "appraisal")]
    price_estimate: PriceEstimate,
    #[serde(default)]
    group_prices: Vec<GroupPrice>,
    #[serde(default, rename = "without")]
    unavailable_providers: Vec<ProviderFailure>,
}

#[derive(serde::Deserialize)]
struct CoverChosenFields {
    artwork: Artwork,
    #[serde(default, rename = "without")]
    unavailable_providers: Vec<ProviderFailure>,
}

#[derive(serde::Deserialize)]
struct FinishedFields {
    outcome: ItemOutcome,
}

impl<'de> Deserialize<'de> for StreamedItemEvent {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct ItemEventVisitor;

        impl<'de> Visitor<'de> for ItemEventVisitor {
            type Value = StreamedItemEvent;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("an event of an item")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let _event: &str = next_field(&mut map, "event")?;
                let upc = next_field(&mut map, "upc")?;
                let step = next_field(&mut map, "step")?;
                Ok(StreamedItemEvent { upc, item_event: read_step(step, map)? })
            }
        }

        deserializer.deserialize_map(ItemEventVisitor)
    }
}

/// Reads the remaining fields of the item event with this `step`.
fn read_step<'de, A: MapAccess<'de>>(step: &str, map: A) -> Result<ItemEvent, A::Error> {
    let fields = MapAccessDeserializer::new(map);
    Ok(match step {
        "identified" => {
            let IdentifiedFields { verdict, unavailable_providers } = Deserialize::deserialize(fields)?;
            ItemEvent::Identified { verdict: verdict.0, unavailable_providers }
        }
        "appraised" => {
            let PricedFields { price_estimate, group_prices, unavailable_providers } =
                Deserialize::deserialize(fields)?;
            ItemEvent::Priced { price_estimate, group_prices, unavailable_providers }
        }
        "illustrated" => {
            let CoverChosenFields { artwork, unavailable_providers } = Deserialize::deserialize(fields)?;
            ItemEvent::CoverChosen { artwork, unavailable_providers }
        }
        "done" => {
            let FinishedFields { outcome } = Deserialize::deserialize(fields)?;
            ItemEvent::Finished { outcome }
        }
        _ => return Err(Error::custom("a small event")),
    })
}

/// A verdict that is parsed as a stream; its tag must come first.
struct StreamedVerdict(Verdict);

#[derive(serde::Deserialize)]
struct MatchedFields {
    #[serde(rename = "match")]
    best_match: Box<Match>,
    #[serde(default)]
    runner_up: Option<Box<Match>>,
}

#[derive(serde::Deserialize)]
struct AmbiguousFields {
    candidates: Vec<Match>,
    differences: Vec<String>,
}

#[derive(serde::Deserialize)]
struct UnknownFields {
    #[serde(rename = "asked")]
    providers: Vec<Provider>,
}

impl<'de> Deserialize<'de> for StreamedVerdict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct VerdictVisitor;

        impl<'de> Visitor<'de> for VerdictVisitor {
            type Value = StreamedVerdict;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a verdict")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let kind: &str = next_field(&mut map, "is")?;
                let fields = MapAccessDeserializer::new(map);
                Ok(StreamedVerdict(match kind {
                    "matched" => {
                        let MatchedFields { best_match, runner_up } = Deserialize::deserialize(fields)?;
                        Verdict::Matched { best_match, runner_up }
                    }
                    "ambiguous" => {
                        let AmbiguousFields { candidates, differences } = Deserialize::deserialize(fields)?;
                        Verdict::Ambiguous { candidates, differences }
                    }
                    "unknown" => {
                        let UnknownFields { providers } = Deserialize::deserialize(fields)?;
                        Verdict::Unknown { providers }
                    }
                    _ => return Err(Error::custom("another verdict")),
                }))
            }
        }

        deserializer.deserialize_map(VerdictVisitor)
    }
}

/// Reads the next field, whose name must be `name`.
fn next_field<'de, A: MapAccess<'de>, T: Deserialize<'de>>(map: &mut A, name: &str) -> Result<T, A::Error> {
    match map.next_key::<&str>()? {
        Some(found) if found == name => map.next_value(),
        _ => Err(Error::custom("the fields have another order")),
    }
}

#[cfg(test)]
mod tests {
    use domain::outcome::Status;
    use testing::events::{ambiguous, cover_chosen, done, draft_started, item_event, matched, price_event, unknown};

    use super::*;

    fn large_events() -> Vec<JobEvent> {
        let reviewed = ItemOutcome::needs_review("compare the \"label\"".to_owned());
        let ended = [item_event(7, ItemEvent::Finished { outcome: reviewed }), done(7, Status::Drafted)];
        let identified = [matched(7), ambiguous(7), unknown(7)];
        identified.into_iter().chain([price_event(7), cover_chosen(7)]).chain(ended).collect()
    }

    fn small_events() -> Vec<JobEvent> {
        vec![draft_started(7), item_event(7, ItemEvent::Requeued), JobEvent::Started, JobEvent::Completed]
    }

    fn to_json(event: &JobEvent) -> String {
        serde_json::to_string(event).expect("written")
    }

    #[test]
    fn events_are_read_as_the_derived_code_reads_them() {
        for event in large_events().into_iter().chain(small_events()) {
            let json = to_json(&event);
            assert_eq!(parse_event(&json).expect(&json), event);
            assert_eq!(serde_json::from_str::<JobEvent>(&json).expect(&json), event);
        }
    }

    #[test]
    fn large_events_are_read_in_one_pass() {
        for event in large_events() {
            let json = to_json(&event);
            assert!(json.starts_with(ITEM_EVENT_START), "{json}");
            let streamed = serde_json::from_str::<StreamedItemEvent>(&json).expect(&json);
            assert_eq!(JobEvent::Item { upc: streamed.upc, item_event: streamed.item_event }, event);
        }
        for event in small_events() {
            assert!(serde_json::from_str::<StreamedItemEvent>(&to_json(&event)).is_err(), "{event:?}");
        }
    }

    #[test]
    fn fields_in_another_order_are_read_too() {
        for event in large_events() {
            // `serde_json` sorts the keys of a map alphabetically.
            let json = serde_json::to_value(&event).expect("written").to_string();
            assert_eq!(parse_event(&json).expect(&json), event);
        }
    }

    #[test]
    fn the_error_is_that_of_the_derived_code() {
        for json in [r#"{"event":"item","upc":"1"}"#, r#"{"event":"item","upc":"0720642442524","step":"done"}"#, "{"] {
            let expected = serde_json::from_str::<JobEvent>(json).expect_err(json).to_string();
            assert_eq!(parse_event(json).expect_err(json).to_string(), expected);
        }
    }
}
