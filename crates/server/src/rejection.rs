//! Describes in plain words why a body or a query could not be parsed, because the parser's messages name Rust types.

use std::error::Error;

/// Describes why a body or a query was refused, with the field and the position if they are known.
pub(super) fn describe_rejection(rejection: &dyn Error) -> String {
    // The outermost message is from the web framework; its cause names the field.
    let text = rejection.source().map_or_else(|| rejection.to_string(), ToString::to_string);
    let (text, location) = split_location(&text);
    let (field, problem) = split_field(text);
    let field = field.map(|field| format!("{field}: ")).unwrap_or_default();
    let location = location.map(|location| format!(" ({location})")).unwrap_or_default();
    format!("{field}{}{location}", describe_problem(problem))
}

/// Splits off the position: `… at line 1 column 14`.
fn split_location(text: &str) -> (&str, Option<String>) {
    match text.rsplit_once(" at line ") {
        Some((text, location)) => (text, Some(format!("line {}", location.replace(" column ", ", column ")))),
        None => (text, None),
    }
}

/// Splits off the path of the field, which does not contain spaces.
fn split_field(text: &str) -> (Option<&str>, &str) {
    match text.split_once(": ") {
        Some((field, problem)) if !field.contains(' ') && !field.is_empty() => (Some(field), problem),
        _ => (None, text),
    }
}

/// Rewords a message of the parser. Unknown messages stay the same.
fn describe_problem(problem: &str) -> String {
    let after = |start: &str| problem.strip_prefix(start);
    let expectation = |rest: &str| {
        let (found, expected) = rest.split_once(", expected ").unwrap_or((rest, "something else"));
        (found.to_owned(), if expected.starts_with("struct ") { "an object" } else { expected }.to_owned())
    };
    if let Some(field) = after("missing field ") {
        return format!("the field {field} is missing");
    }
    if let Some(rest) = after("unknown field ") {
        let (field, known) = expectation(rest);
        let known = known.strip_prefix("one of ").unwrap_or(&known);
        return format!("unknown field {field}; the fields are {known}");
    }
    if let Some(rest) = after("unknown variant ") {
        let (value, known) = expectation(rest);
        return format!("unknown value {value}; use {known}");
    }
    if let Some(rest) = after("invalid type: ").or_else(|| after("invalid value: ")) {
        let (found, expected) = expectation(rest);
        return format!("this is {found}; it must be {expected}");
    }
    if let Some(rest) = after("invalid length ") {
        let (length, expected) = expectation(rest);
        return format!("this has {length} entries; it must be {expected}");
    }
    if let Some(field) = after("duplicate field ") {
        return format!("the field {field} appears twice");
    }
    match problem {
        _ if problem.starts_with("EOF ") => "it ends too early".to_owned(),
        "invalid digit found in string" => "this must be a whole number".to_owned(),
        other => other.to_owned(),
    }
}
