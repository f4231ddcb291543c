//! Addresses of objects as browsers show them, and the generation after a name.

use url::Url;

/// Minimum number of digits of a generation, which Google counts in microseconds since 1970.
const MIN_GENERATION_DIGITS: usize = 10;

/// Returns the bucket and object of a web address of Google Cloud Storage or its console:
/// `https://storage.googleapis.com/B/O`, `https://B.storage.googleapis.com/O`, `https://storage.cloud.google.com/B/O`,
/// addresses of the JSON API, and `https://console.cloud.google.com/storage/browser/B/O`. Returns `None` for other
/// addresses.
pub(crate) fn parse_web_address(text: &str) -> Option<(String, String)> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let host = url.host_str()?.to_owned();
    let path = url.path().trim_start_matches('/').to_owned();
    let path = match host.as_str() {
        "storage.googleapis.com" | "storage.cloud.google.com" | "www.googleapis.com" => api_path(&path),
        "console.cloud.google.com" => console_path(&path)?,
        _ => {
            let bucket = host.strip_suffix(".storage.googleapis.com")?;
            format!("{bucket}/{path}")
        }
    };
    let (bucket, object) = path.split_once('/').unwrap_or((&path, ""));
    Some((decode_percent(bucket)?, decode_percent(object)?))
}

/// Returns `BUCKET/OBJECT` from a path of the JSON API (`storage/v1/b/BUCKET/o/OBJECT`) or from a plain path.
fn api_path(path: &str) -> String {
    let path = path.strip_prefix("download/").unwrap_or(path);
    match path.strip_prefix("storage/v1/b/").and_then(|rest| rest.split_once("/o/")) {
        Some((bucket, object)) => format!("{bucket}/{object}"),
        None => path.to_owned(),
    }
}

/// Extensions of files in an address without `_details/`; any other name is a folder.
const LIST_EXTENSIONS: &[&str] =
    &["txt", "csv", "tsv", "xlsx", "xlsb", "xls", "ods", "json", "jsonl", "ndjson", "md", "gz"];

/// Returns `BUCKET/OBJECT` from the path of a console page. The text after `;` is the state of the page. The address of
/// a folder's page has no trailing slash.
fn console_path(path: &str) -> Option<String> {
    let path = path.split(';').next()?.strip_prefix("storage/browser/")?;
    if let Some(object) = path.strip_prefix("_details/") {
        return Some(object.to_owned());
    }
    let is_known = |extension: &str| LIST_EXTENSIONS.iter().any(|known| known.eq_ignore_ascii_case(extension));
    let is_list = path.rsplit_once('.').is_some_and(|(_, extension)| is_known(extension));
    Some(if is_list || path.ends_with('/') { path.to_owned() } else { format!("{path}/") })
}

fn decode_percent(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|code| std::str::from_utf8(code).ok());
        if let Some(byte) = code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            bytes.push(byte);
            rest = &after[2..];
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}

/// Splits `NAME#GENERATION`. A number sign followed by fewer digits is part of the name.
pub(crate) fn split_generation(object: &str) -> (&str, Option<i64>) {
    let numbered = object.rsplit_once('#').filter(|(name, digits)| {
        !name.is_empty() && digits.len() >= MIN_GENERATION_DIGITS && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    match numbered.and_then(|(name, digits)| Some((name, digits.parse().ok()?))) {
        Some((name, generation)) => (name, Some(generation)),
        None => (object, None),
    }
}
