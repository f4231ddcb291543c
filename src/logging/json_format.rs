//! Formats a log event as one line of JSON: `{"time","level","target","message","job","upc",…}`. Every line has the job
//! and UPC of the enclosing spans, or `null`, followed by the fields of the event.

use std::fmt;

use jiff::Timestamp;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::{JsonFields, Writer};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Fields copied from the enclosing spans.
const CONTEXT_FIELDS: [&str; 2] = ["job", "upc"];

pub(super) struct JsonLogFormat;

impl<S> FormatEvent<S, JsonFields> for JsonLogFormat
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, JsonFields>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let mut fields = LogEventFields(Map::new());
        event.record(&mut fields);
        let mut line = Map::new();
        line.insert("time".to_owned(), Timestamp::now().to_string().into());
        line.insert("level".to_owned(), event.metadata().level().as_str().into());
        line.insert("target".to_owned(), event.metadata().target().into());
        line.insert("message".to_owned(), fields.0.remove("message").unwrap_or_default());
        line.extend(CONTEXT_FIELDS.map(|name| (name.to_owned(), Value::Null)));
        for span in context.event_scope().into_iter().flat_map(tracing_subscriber::registry::Scope::from_root) {
            let extensions = span.extensions();
            let Some(of_span) = extensions.get::<FormattedFields<JsonFields>>() else { continue };
            let Ok(Value::Object(of_span)) = serde_json::from_str(&of_span.fields) else { continue };
            line.extend(of_span.into_iter().filter(|(name, _)| CONTEXT_FIELDS.contains(&name.as_str())));
        }
        line.extend(fields.0.into_iter().map(|(name, value)| match name.as_str() {
            "time" | "level" | "target" => (format!("{name}_"), value),
            _ => (name, value),
        }));
        writeln!(writer, "{}", Value::Object(line))
    }
}

/// Collects the fields of an event.
struct LogEventFields(Map<String, Value>);

impl Visit for LogEventFields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.0.insert(field.name().to_owned(), format!("{value:?}").into());
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
