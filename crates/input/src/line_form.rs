//! Detects and unwraps lines of a table that are not plain CSV: between bars (Markdown, MySQL), quoted as a whole (a
//! CSV file exported as a single column), or with columns aligned by blanks.

use std::borrow::Cow;

use super::code_field::CodeField;
use super::csv_record::FIELD_SEPARATOR;
use super::header::ColumnRole;
use super::text::is_empty;

/// How the fields of a line are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) enum LineForm {
    /// Separated by the delimiter.
    #[default]
    Plain,
    /// Separated by bars, with a bar at both ends of the line.
    Bars,
    /// The whole line is quoted, with its own quotes doubled.
    Quoted,
    /// In columns that begin at these characters, separated by at least two blanks.
    Aligned(Vec<usize>),
    /// In this number of columns separated by one blank. Surplus words belong to the last column if `last_is_text`,
    /// otherwise to the first one.
    Blanks { columns: usize, last_is_text: bool },
}

/// [`FIELD_SEPARATOR`] as a text.
const SEPARATOR: &str = "\u{1f}";
/// Maximum number of lines that are searched for the names of aligned columns.
const HEADER_SEARCH_LINES: usize = 90;

impl LineForm {
    /// Detects the line form from the first lines.
    pub(super) fn detect(sample: &[(u32, String)]) -> Self {
        if is_barred(sample) {
            Self::Bars
        } else if is_quoted(sample) {
            Self::Quoted
        } else {
            detect_alignment(sample).unwrap_or_default()
        }
    }

    /// Returns the delimiter of lines from [`Self::unwrap_line`], if the form determines it.
    pub(super) fn delimiter(&self) -> Option<u8> {
        match self {
            Self::Plain | Self::Quoted => None,
            Self::Bars | Self::Aligned(_) | Self::Blanks { .. } => Some(FIELD_SEPARATOR),
        }
    }

    /// Returns the name of the format, if the form determines it.
    pub(super) fn name(&self) -> Option<&'static str> {
        match self {
            Self::Plain | Self::Quoted => None,
            Self::Bars => Some("a Markdown table"),
            Self::Aligned(_) | Self::Blanks { .. } => Some("text with columns"),
        }
    }

    /// Returns the line with delimited fields.
    pub(super) fn unwrap_line<'a>(&self, line: &'a str) -> Cow<'a, str> {
        match self {
            Self::Plain => Cow::Borrowed(line),
            Self::Bars => {
                let line = line.trim();
                // A header of Confluence: `||UPC||Qty||`.
                let header = is_double_barred(line).then(|| line.replace("||", "|"));
                let line = header.as_deref().unwrap_or(line);
                let line = line.strip_prefix('|').unwrap_or(line);
                let line = if line.ends_with("\\|") { line } else { line.strip_suffix('|').unwrap_or(line) };
                // A bar after a backslash belongs to its field (GitHub Flavored Markdown, 4.10). No line has a NUL.
                Cow::Owned(line.replace("\\|", "\0").replace('|', SEPARATOR).replace('\0', "|"))
            }
            Self::Quoted => {
                let inner = line.trim().strip_prefix('"').and_then(|line| line.strip_suffix('"'));
                inner.map_or(Cow::Borrowed(line), |inner| Cow::Owned(inner.replace("\"\"", "\"")))
            }
            Self::Aligned(starts) => Cow::Owned(split_aligned(line, starts).join(SEPARATOR)),
            Self::Blanks { columns, last_is_text } => {
                Cow::Owned(split_blanks(line, *columns, *last_is_text).join(SEPARATOR))
            }
        }
    }
}

/// Returns whether most lines are enclosed in bars and one of them is the rule below the header, or a header with double
/// bars.
fn is_barred(sample: &[(u32, String)]) -> bool {
    let is_rule =
        |line: &str| line.len() > 4 && line.bytes().all(|byte| matches!(byte, b'|' | b'-' | b':' | b' ' | b'+'));
    let (rules, rows): (Vec<&str>, Vec<&str>) =
        sample.iter().map(|(_, line)| line.trim()).filter(|line| !line.is_empty()).partition(|line| is_rule(line));
    let with_bars = rows.iter().filter(|line| line.starts_with('|')).count();
    let has_header = || rows.iter().any(|line| is_double_barred(line));
    with_bars * 2 > rows.len() && (!rules.is_empty() || has_header())
}

/// Returns whether double bars enclose and separate the cells of a line.
fn is_double_barred(line: &str) -> bool {
    let inner = line.strip_prefix("||").and_then(|line| line.strip_suffix("||"));
    inner.is_some_and(|inner| inner.split("||").all(|cell| !cell.trim().is_empty() && !cell.contains('|')))
}

/// Returns whether every line is quoted as a whole and contains the same delimiter.
fn is_quoted(sample: &[(u32, String)]) -> bool {
    let lines = || sample.iter().map(|(_, line)| line.trim()).filter(|line| !line.is_empty());
    let inner = |line: &str| {
        let inner = line.strip_prefix('"').and_then(|line| line.strip_suffix('"'))?.replace("\"\"", "");
        (!inner.contains('"')).then_some(inner)
    };
    let is_delimited = |delimiter| lines().all(|line| inner(line).is_some_and(|inner| inner.contains(delimiter)));
    lines().nth(1).is_some() && [',', ';', '\t', '|'].into_iter().any(is_delimited)
}

/// Detects columns aligned by blanks, by a line with their names.
fn detect_alignment(sample: &[(u32, String)]) -> Option<LineForm> {
    let has_code =
        |line: &str| line.split_whitespace().any(|word| matches!(CodeField::from_text(word), CodeField::Code(_)));
    let above =
        sample.iter().map(|(_, line)| line.as_str()).take(HEADER_SEARCH_LINES).take_while(|line| !has_code(line));
    let form = above.filter(|line| !line.contains(['\t', ',', ';', '|'])).find_map(alignment_of_names)?;
    // The codes in the rows must be surrounded by blanks, like the names.
    let is_code_word = |word: &str| word.len() >= 8 && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    let rows = sample.iter().filter(|(_, line)| has_code(line));
    let (spaced, other): (Vec<_>, Vec<_>) = rows.partition(|(_, line)| line.split_whitespace().any(is_code_word));
    (spaced.len() > other.len()).then_some(form)
}

fn alignment_of_names(line: &str) -> Option<LineForm> {
    let cells = split_at_gaps(line);
    let names_code = |names: &[&str]| names.iter().any(|name| ColumnRole::from_name(name).is_code());
    let names: Vec<&str> = cells.iter().map(|(_, name)| *name).collect();
    if names.len() > 1 {
        let has_quantity = names.iter().any(|name| ColumnRole::from_name(name) == ColumnRole::Quantity);
        let is_exact = names.iter().any(|name| ColumnRole::from_name(name) == ColumnRole::Code);
        let is_header = is_exact || (has_quantity && names_code(&names));
        return is_header.then(|| LineForm::Aligned(cells.iter().map(|(start, _)| *start).collect()));
    }
    let words: Vec<&str> = line.split_whitespace().collect();
    let are_known = words.iter().all(|word| ColumnRole::from_name(word) != ColumnRole::Unknown);
    let has_quantity = words.iter().any(|word| ColumnRole::from_name(word) == ColumnRole::Quantity);
    let last_is_text = matches!(ColumnRole::from_name(words.last()?), ColumnRole::Item(_));
    let is_header = words.len() > 1 && are_known && has_quantity && names_code(&words);
    is_header.then_some(LineForm::Blanks { columns: words.len(), last_is_text })
}

/// Splits a line at gaps of two or more blanks. Returns each cell with the number of its first character.
fn split_at_gaps(line: &str) -> Vec<(usize, &str)> {
    let mut cells = Vec::new();
    let mut column = 0;
    for cell in line.split("  ") {
        let blanks = cell.chars().take_while(|c| *c == ' ').count();
        if !cell.trim().is_empty() {
            cells.push((column + blanks, cell.trim()));
        }
        column += cell.chars().count() + 2;
    }
    cells
}

/// Assigns the cells of a line to columns: in order if their number matches, otherwise by position.
fn split_aligned(line: &str, starts: &[usize]) -> Vec<String> {
    let cells = split_at_gaps(line);
    if cells.len() == starts.len() || is_empty(line) {
        return cells.into_iter().map(|(_, cell)| cell.to_owned()).collect();
    }
    let mut fields = vec![String::new(); starts.len()];
    for (start, cell) in cells {
        let middle = start + cell.chars().count() / 2;
        let at = starts.iter().rposition(|first| *first <= middle).unwrap_or(0);
        if !fields[at].is_empty() {
            fields[at].push(' ');
        }
        fields[at].push_str(cell);
    }
    fields
}

/// Splits a line at its blanks into at most `columns` fields; the last or the first field contains the surplus words.
fn split_blanks(line: &str, columns: usize, last_is_text: bool) -> Vec<String> {
    let mut words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
    let surplus = words.len().saturating_sub(columns);
    if surplus > 0 {
        let start = if last_is_text { columns - 1 } else { 0 };
        let text = words.drain(start..=start + surplus).collect::<Vec<_>>().join(" ");
        words.insert(start, text);
    }
    words
}
