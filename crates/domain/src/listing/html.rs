//! Escapes the values of a description and puts its page on one line.

use minijinja::value::ValueKind;
use minijinja::{Output, State, Value};

/// Joins the lines of a page. A line break becomes a space, except between two tags.
pub(super) fn join_lines(page: &str) -> String {
    page.lines().map(str::trim).filter(|line| !line.is_empty()).fold(String::new(), |mut joined, line| {
        let is_between_tags = joined.ends_with('>') && line.starts_with('<');
        if !joined.is_empty() && !is_between_tags {
            joined.push(' ');
        }
        joined + line
    })
}

/// Escapes HTML text and quoted attributes. The engine's own escape also turns `/` into `&#x2f;`, which takes space
/// from tracks.
pub(super) fn escape_value(
    out: &mut Output<'_>,
    state: &mut State<'_, '_>,
    value: &Value,
) -> Result<(), minijinja::Error> {
    if value.is_safe() || value.kind() != ValueKind::String {
        return minijinja::escape_formatter(out, state, value);
    }
    let mut rest = value.as_str().unwrap_or_default();
    while let Some(index) = rest.find(['&', '<', '>', '"', '\'']) {
        out.write_str(&rest[..index])?;
        out.write_str(match rest.as_bytes()[index] {
            b'&' => "&amp;",
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'"' => "&quot;",
            _ => "&#39;",
        })?;
        rest = &rest[index + 1..];
    }
    Ok(out.write_str(rest)?)
}
