//! Removes the secrets of a request from its response, because a service or a gateway may echo them. Response texts
//! end up in errors, notes, logs and records.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use bytes::Bytes;
use secrecy::{ExposeSecret as _, SecretString};

/// Minimum length of a secret in characters. A shorter text could occur by chance, and no service issues such secrets.
const MIN_SECRET_CHARS: usize = 8;

/// Text that replaces a secret.
const PLACEHOLDER: &str = "(secret)";

/// Finds the secrets of one request as plain text, in Base64, percent-encoded and JSON-escaped.
pub(super) struct Redactor {
    needles: Vec<SecretString>,
}

impl Redactor {
    pub(super) fn new<'a>(secrets: impl Iterator<Item = &'a SecretString>) -> Self {
        let mut needles = Vec::new();
        for secret in secrets {
            let bare = strip_scheme(secret.expose_secret().trim());
            for form in [bare.to_owned(), STANDARD_NO_PAD.encode(bare), URL_SAFE_NO_PAD.encode(bare)] {
                if bare.chars().count() >= MIN_SECRET_CHARS {
                    needles.push(form.into());
                }
            }
        }
        Self { needles }
    }

    /// Returns the body with its secrets replaced.
    pub(super) fn redact_body(&self, body: Bytes) -> Bytes {
        if self.needles.is_empty() {
            return body;
        }
        match self.redact_text(&String::from_utf8_lossy(&body)) {
            Some(redacted) => redacted.into(),
            None => body,
        }
    }

    /// Returns the text with its secrets replaced; `None` if it contains none.
    fn redact_text(&self, text: &str) -> Option<String> {
        let mut redacted = String::new();
        let (mut copied, mut position) = (0, 0);
        while position < text.len() {
            let rest = text.get(position..).unwrap_or_default();
            let found = self.needles.iter().filter_map(|needle| match_length(rest, needle.expose_secret())).max();
            if let Some(length) = found {
                redacted.push_str(&text[copied..position]);
                redacted.push_str(PLACEHOLDER);
                position += length;
                copied = position;
            } else {
                position += rest.chars().next().map_or(1, char::len_utf8);
            }
        }
        (copied > 0).then(|| redacted + &text[copied..])
    }
}

/// Returns a header value without its scheme, such as `Bearer ` or `Discogs token=`.
fn strip_scheme(value: &str) -> &str {
    let value = value.split_once(' ').map_or(value, |(_, value)| value.trim_start());
    value.strip_prefix("token=").unwrap_or(value)
}

/// Returns the length of the secret at the start of a text, in any encoding. At the end of the text, a prefix of the
/// secret is sufficient, because long bodies are truncated.
fn match_length(text: &str, secret: &str) -> Option<usize> {
    let mut rest = text;
    for (matched, expected) in secret.chars().enumerate() {
        if rest.is_empty() && matched >= MIN_SECRET_CHARS {
            break;
        }
        rest = match unescape_first(rest) {
            Some((character, after)) if character == expected => after,
            _ => rest.strip_prefix(expected)?,
        };
    }
    Some(text.len() - rest.len())
}

/// Decodes an escaped character at the start of a text: `%5E`, `\u005e`, `\/`.
fn unescape_first(text: &str) -> Option<(char, &str)> {
    let hex = |digits: &str| u32::from_str_radix(digits, 16).ok().and_then(char::from_u32);
    if let Some(code) = text.strip_prefix('%') {
        return Some((hex(code.get(..2)?)?, code.get(2..)?));
    }
    let escape = text.strip_prefix('\\')?;
    if let Some(code) = escape.strip_prefix('u') {
        return Some((hex(code.get(..4)?)?, code.get(4..)?));
    }
    let character = escape.chars().next()?;
    matches!(character, '"' | '\\' | '/').then(|| (character, &escape[1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TOKEN: &str = r#"v^1.1#i/1+a"b\c=="#;

    fn redact(secret: &str, text: &str) -> String {
        let redactor = Redactor::new([SecretString::from(secret)].iter());
        String::from_utf8(redactor.redact_body(Bytes::copy_from_slice(text.as_bytes())).to_vec()).expect("text")
    }

    #[test]
    fn a_secret_is_found_in_every_spelling() {
        let percent = url::form_urlencoded::byte_serialize(TOKEN.as_bytes()).collect::<String>();
        let json = serde_json::to_string(TOKEN).expect("a string");
        let spellings = [
            TOKEN.to_owned(),
            percent.to_lowercase(),
            percent,
            json.trim_matches('"').replace('/', r"\/").replace('=', r"\u003d"),
            STANDARD_NO_PAD.encode(TOKEN),
            URL_SAFE_NO_PAD.encode(TOKEN),
            STANDARD_NO_PAD.encode(TOKEN).replace('+', "%2B"),
        ];
        for header in [TOKEN.to_owned(), format!("Bearer {TOKEN}"), format!("Discogs token={TOKEN}\n")] {
            for spelling in &spellings {
                assert_eq!(redact(&header, &format!("é bad {spelling}, {spelling}!")), "é bad (secret), (secret)!");
            }
        }
    }

    #[test]
    fn the_beginning_of_a_secret_is_redacted_only_where_a_body_is_cut() {
        assert_eq!(redact("0123456789abcdef", "bad 0123456789"), "bad (secret)");
        assert_eq!(redact("0123456789abcdef", "bad 0123456789 token"), "bad 0123456789 token");
    }

    #[test]
    fn other_texts_stay_as_they_are() {
        assert_eq!(redact("4", "it = 4"), "it = 4");
        assert_eq!(redact(TOKEN, r"100 % of \u12 and \"), r"100 % of \u12 and \");
        let picture = Bytes::from_static(b"\xff\xd8\xff");
        assert_eq!(Redactor::new([SecretString::from(TOKEN)].iter()).redact_body(picture.clone()), picture);
    }
}
