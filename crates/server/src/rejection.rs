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
    let expectation = |rest| str::split_once(rest, ", expected ").unwrap_or((rest, "something else"));
    if let Some(field) = after("missing field ") {
        return format!("the field {field} is missing");
    }
    if let Some(rest) = after("unknown field ") {
        let (field, known) = expectation(rest);
        // Two names are joined by "or".
        let known = known.strip_prefix("one of ").unwrap_or(known).replace("` or `", "`, `");
        return format!("unknown field {field}; the fields are {known}");
    }
    if let Some(rest) = after("unknown variant ") {
        let (value, known) = expectation(rest);
        return format!("unknown value {value}; use {known}");
    }
    if let Some(rest) = after("invalid type: ").or_else(|| after("invalid value: ")) {
        let (found, expected) = expectation(rest);
        return format!("this is {}; it must be {}", describe_value(found), describe_type(expected));
    }
    if let Some(rest) = after("invalid length ") {
        let (length, expected) = expectation(rest);
        let entries = if length == "1" { "entry" } else { "entries" };
        return format!("this has {length} {entries}; it must be {}", describe_type(expected));
    }
    if let Some(field) = after("duplicate field ") {
        return format!("the field {field} appears twice");
    }
    match problem {
        _ if problem.starts_with("EOF ") => "it ends too early".to_owned(),
        "invalid digit found in string" => "this must be a whole number".to_owned(),
        "expected value" => "this is not a valid value".to_owned(),
        other => other.to_owned(),
    }
}

/// Rewords the value that the parser found, such as ``integer `7` `` or `string "x"`.
fn describe_value(found: &str) -> String {
    let number = found.strip_prefix("integer ").or_else(|| found.strip_prefix("floating point "));
    match (number, found) {
        (Some(number), _) => format!("the number {}", number.trim_matches('`')),
        (None, "map") => "an object".to_owned(),
        (None, "sequence") => "a list".to_owned(),
        (None, other) => match other.strip_prefix("string ") {
            Some(text) => format!("the text {text}"),
            None => other.strip_prefix("boolean ").unwrap_or(other).to_owned(),
        },
    }
}

/// Rewords the type that the parser expected.
fn describe_type(expected: &str) -> &str {
    match expected {
        "a string" => "a text",
        "a boolean" => "true or false",
        "a sequence" => "a list",
        "a map" => "an object",
        "u8" | "u16" | "u32" | "u64" | "usize" => "a whole number, 0 or more",
        other if other.starts_with("a nonzero u") => "a whole number, 1 or more",
        other if other.starts_with("struct ") => "an object",
        other => other,
    }
}
