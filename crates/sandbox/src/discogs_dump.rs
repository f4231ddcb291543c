//! Writes the data dump of the simulated Discogs: `releases.xml` in the format of the monthly dumps, including its
//! quirks.

use std::fmt::Write as _;

use super::catalog::{SandboxCatalog, SandboxDiscogsData, SandboxRelease};
use super::discogs::{format_duration, pad_unknown_day, positioned_tracks};

impl SandboxCatalog {
    /// Returns the dump of all releases that Discogs has, one `<release>` per line.
    pub fn discogs_dump(&self) -> String {
        let entries = self.releases().iter().filter_map(|release| Some((release, release.discogs.as_ref()?)));
        let releases = entries.map(|(release, discogs)| release_xml(release, discogs)).collect::<String>();
        format!("<releases>\n{releases}</releases>\n")
    }
}

fn release_xml(release: &SandboxRelease, discogs: &SandboxDiscogsData) -> String {
    let mut xml = format!("<release id=\"{}\" status=\"Accepted\"><artists>", discogs.id);
    let last = release.artist.len().saturating_sub(1);
    for (index, (name, join)) in release.artist.iter().enumerate() {
        let name = if name == "Various Artists" { "Various" } else { name };
        let join = if index == last { "" } else { join.trim() };
        let _ = write!(
            xml,
            "<artist><id>{}</id><name>{}</name><anv></anv><join>{}</join><role></role></artist>",
            index + 1,
            escape(name),
            escape(join)
        );
    }
    let _ = write!(xml, "</artists><title>{}</title><labels>", escape(&release.title));
    for (name, number) in &release.labels {
        let number = if number.is_empty() { "none" } else { number };
        let _ = write!(xml, "<label name=\"{}\" catno=\"{}\" id=\"1\"/>", escape(name), escape(number));
    }
    xml.push_str("</labels><extraartists></extraartists><formats>");
    for (name, quantity, descriptions) in &discogs.formats {
        let _ = write!(xml, "<format name=\"{}\" qty=\"{quantity}\" text=\"\"><descriptions>", escape(name));
        xml.extend(descriptions.iter().map(|text| format!("<description>{}</description>", escape(text))));
        xml.push_str("</descriptions></format>");
    }
    xml.push_str("</formats>");
    push_list(&mut xml, "genres", "genre", &discogs.genres);
    push_list(&mut xml, "styles", "style", &discogs.styles);
    let released = pad_unknown_day(&release.date);
    let _ = write!(xml, "<country>{}</country><released>{released}</released>", escape(&discogs.country));
    // Notes were entered in a web form, so they have its line ends.
    xml.push_str("<notes>Written for the sandbox.&#13;\nNo such release need exist.</notes><data_quality>Needs Vote</data_quality>");
    push_tracks(&mut xml, release, discogs);
    xml.push_str("<identifiers>");
    for code in release.discogs_codes() {
        let _ = write!(xml, "<identifier type=\"Barcode\" value=\"{}\" description=\"Scanned\"/>", escape(&code));
    }
    xml.push_str("<identifier type=\"Rights Society\" value=\"BIEM/SDRM\"/></identifiers><videos></videos><companies></companies></release>\n");
    xml
}

fn push_list(xml: &mut String, list: &str, item: &str, texts: &[String]) {
    if !texts.is_empty() {
        let _ = write!(xml, "<{list}>");
        for text in texts {
            let _ = write!(xml, "<{item}>{}</{item}>", escape(text));
        }
        let _ = write!(xml, "</{list}>");
    }
}

fn push_tracks(xml: &mut String, release: &SandboxRelease, discogs: &SandboxDiscogsData) {
    xml.push_str("<tracklist>");
    for (position, title, milliseconds) in positioned_tracks(release, discogs) {
        let duration = format_duration(milliseconds);
        let _ = write!(
            xml,
            "<track><position>{}</position><title>{}</title><duration>{duration}</duration></track>",
            escape(&position),
            escape(&title)
        );
    }
    xml.push_str("</tracklist>");
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
