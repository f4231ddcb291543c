//! Converts the description of a listing to text. It is HTML from Draft Maker's template: headings, lists and emphasis,
//! with every value escaped. Other tags are removed.

use html_escape::decode_html_entities;

/// Tags that start a new line.
const BLOCK_TAGS: [&str; 10] = ["p", "div", "ul", "ol", "li", "br", "h1", "h2", "h3", "tr"];

/// Returns the non-empty lines of the text. List items start with `- `.
pub(super) fn html_to_lines(html: &str) -> Vec<String> {
    let (mut lines, mut rest) = (vec![String::new()], html);
    while let Some(start) = rest.find('<') {
        append_text(&mut lines, &rest[..start]);
        let after = &rest[start + 1..];
        let Some(end) = after.find('>') else {
            rest = "";
            break;
        };
        let tag = &after[..end];
        let name = tag.trim_start_matches('/').split(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
        let name = name.to_ascii_lowercase();
        if BLOCK_TAGS.contains(&name.as_str()) {
            lines.push(if name == "li" && !tag.starts_with('/') { "- ".to_owned() } else { String::new() });
        }
        rest = &after[end + 1..];
    }
    append_text(&mut lines, rest);
    let lines = lines.into_iter().map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
    lines.filter(|line| !line.is_empty() && line != "-").collect()
}

fn append_text(lines: &mut [String], text: &str) {
    if let Some(last) = lines.last_mut() {
        last.push_str(&decode_html_entities(text));
    }
}

#[cfg(test)]
mod tests {
    use super::html_to_lines;

    #[test]
    fn tags_are_removed_and_entities_decoded() {
        let html =
            "<h2>Guns N&#x27; Roses – Use &amp; Lose</h2><ul><li><b>Format:</b> CD</li><li>a &lt;b&gt;</li></ul>";
        assert_eq!(html_to_lines(html), ["Guns N' Roses – Use & Lose", "- Format: CD", "- a <b>"]);
        let own_template = "<p>Versand &uuml;berall, ab 5&nbsp;&euro; &ndash; &copy; 2024</p>";
        assert_eq!(html_to_lines(own_template), ["Versand überall, ab 5 € – © 2024"]);
        assert_eq!(html_to_lines("a & b &unknown; <p>c<broken"), ["a & b &unknown;", "c"]);
        assert!(html_to_lines("").is_empty());
    }
}
