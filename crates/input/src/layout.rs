//! Detects the layout of a list from its first lines: a table with columns, or lines of text.
//!
//! Column names decide. Without names, columns that contain barcodes throughout are the barcode columns, and no column
//! contains quantities.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use domain::barcode::parse_barcode;
use domain::list_options::ListOptions;
use domain::listed_price::{ListedPrice, PriceFormat};
use domain::seller_data::{ItemField, SellerData};
use domain::upc::Upc;
use html_escape::decode_html_entities;

use super::amazon::spell_amazon_condition;
use super::check_digit::find_check_digits;
use super::code_field::CodeField;
use super::error::ListError;
use super::header::{
    ColumnRole, currency_of_name, is_ambiguous_quantity_name, is_any_name, is_meant_by, is_other_number_name,
    is_outlet_stock_name, is_same_name, isbn_role,
};
use super::quantity::{is_count, parse_quantity};
use super::quantity_notices::quantity_notices;
use super::sample::{DELIMITERS, SampleRow, SampleTable};
use super::settings::ReadOptions;
use super::text::{excerpt, is_empty};
use super::text_line::{NearbyNumbers, are_lines_numbered, parse_text_line};

/// How the lines of a list are read.
#[derive(Clone, Debug)]
pub(super) enum Layout {
    /// Each line is searched for a code. `header` is a first line that only names the codes.
    Text {
        header: Option<String>,
        numbers: NearbyNumbers,
    },
    Table(Box<TableLayout>),
}

/// The columns of a table.
#[derive(Clone, Debug, Default)]
pub(super) struct TableLayout {
    pub(super) delimiter: u8,
    /// Number and exact text of the header line. Concatenated files repeat it.
    pub(super) header: Option<(u32, String)>,
    /// Column names as written; empty without a header.
    pub(super) header_names: Vec<String>,
    /// Maximum number of fields in a row if none of its fields contains the delimiter.
    pub(super) usual_width: usize,
    pub(super) price_format: PriceFormat,
    pub(super) cost_format: PriceFormat,
    /// Names of all columns for messages: a quoted name, or `column 2`.
    pub(super) names: Vec<String>,
    /// Names for choosing a column: its name, or its number if it has none.
    pub(super) choices: Vec<String>,
    /// Columns with barcodes. A row uses the one that contains a valid code.
    pub(super) code_columns: Vec<usize>,
    /// Columns with barcodes that are used only if no column of `code_columns` contains a code.
    pub(super) fallback_columns: Vec<usize>,
    /// True if the rows are the tracks of releases, so that rows with the same barcode are no copies.
    pub(super) lists_tracks: bool,
    /// Columns that may contain ISBN-10, each with a flag for other barcodes.
    pub(super) isbn_columns: Vec<(usize, bool)>,
    /// Column with the check digits of the barcodes.
    pub(super) check_digit_column: Option<usize>,
    pub(super) quantity_columns: Vec<usize>,
    pub(super) item_columns: Vec<(ItemField, usize)>,
    pub(super) ignored_columns: Vec<usize>,
    pub(super) notices: Vec<String>,
}

/// Names of columns with the code of a recording.
const ISRC_NAMES: &[&str] = &["isrc", "isrc code", "track isrc", "isrcs"];

/// Number of different valid codes that prove that a column with the name of other numbers has barcodes.
const MIN_PROVING_CODES: usize = 3;

/// Detects the layout of a list from its first lines, and from the delimiter that the list declares, if any.
///
/// # Errors
/// Returns a [`ListError`] if a chosen column does not exist, or if two columns contain different quantities.
pub(super) fn detect_layout(
    sample: &[(u32, String)],
    announced: Option<u8>,
    options: &ReadOptions,
) -> Result<Layout, ListError> {
    let ReadOptions { list: options, is_one_of_several, .. } = options;
    if let Some(delimiter) = announced {
        return Ok(Layout::Table(Box::new(build_table(&SampleTable::from_lines(sample, delimiter), options)?)));
    }
    let chosen = options.chosen_columns();
    // Of several lists, those without columns are read as text.
    let must_have_columns = !chosen.is_empty() && !is_one_of_several;
    let text_codes: usize =
        sample.iter().map(|(_, line)| parse_text_line(line, NearbyNumbers::LineNumbers).code_count()).sum();
    let used = DELIMITERS.iter().filter(|d| sample.iter().any(|(_, line)| holds_delimiter(line, **d)));
    let tables = used.map(|delimiter| SampleTable::from_lines(sample, *delimiter)).filter(SampleTable::is_wide);
    let rated = tables.map(|table| (rate_table(&table, options), table));
    let best = rated.max_by_key(|(rating, table)| (rating.codes, rating.has_names, table.columns.len()));
    match best {
        Some((rating, table))
            if must_have_columns
                || (!chosen.is_empty() && chosen.iter().all(|name| names_column(&table, name)))
                || rating.has_code_names
                || (rating.codes == 0 && table.names().iter().any(|name| is_other_number_name(name)))
                || (options.search_rows && rating.has_names)
                || (rating.codes > 0 && rating.code_fields * 10 >= text_codes * 9) =>
        {
            Ok(Layout::Table(Box::new(build_table(&table, options)?)))
        }
        _ if must_have_columns => Err(ListError::NoColumns),
        _ => {
            let mut lines = sample.iter().map(|(_, line)| line.as_str());
            let numbers = match options.quantity_column.as_deref() {
                Some(ListOptions::NO_QUANTITIES) => NearbyNumbers::Ignored,
                _ if are_lines_numbered(&mut lines) => NearbyNumbers::LineNumbers,
                _ => NearbyNumbers::Quantities,
            };
            Ok(Layout::Text { header: text_header(sample), numbers })
        }
    }
}

/// Returns whether a line contains a delimiter. The semicolon of an HTML reference (`&times;`) is none.
fn holds_delimiter(line: &str, delimiter: u8) -> bool {
    let is_reference = delimiter == b';' && line.contains('&');
    let decoded = if is_reference { decode_html_entities(line) } else { Cow::Borrowed(line) };
    decoded.as_bytes().contains(&delimiter)
}

/// Returns whether a column of the table has this name.
fn names_column(table: &SampleTable, chosen: &str) -> bool {
    table.names().iter().any(|name| is_meant_by(name, chosen))
}

/// Rating of a delimiter.
struct TableRating {
    /// Number of rows with exactly one code.
    codes: usize,
    /// Number of fields with a code in those rows, because a column may repeat another one.
    code_fields: usize,
    has_names: bool,
    has_code_names: bool,
}

fn rate_table(table: &SampleTable, options: &ListOptions) -> TableRating {
    let has_code_names = table.names().iter().any(|name| ColumnRole::from_name(name).is_code());
    let columns = code_columns(table, options).unwrap_or_default();
    let all: Vec<usize> = columns.main.iter().chain(&columns.fallback).copied().collect();
    let count_codes = |fields: &Vec<String>| {
        let mut codes: Vec<_> = all.iter().filter_map(|at| read_code(fields.get(*at)?)).collect();
        let count = codes.len();
        codes.dedup();
        if codes.len() == 1 { count } else { 0 }
    };
    let counts: Vec<usize> = table.body().iter().map(|row| count_codes(&row.fields)).collect();
    let (codes, code_fields) = (counts.iter().filter(|count| **count > 0).count(), counts.iter().sum());
    TableRating { codes, code_fields, has_names: table.header.is_some(), has_code_names }
}

fn read_code(field: &str) -> Option<Upc> {
    match CodeField::from_text(field) {
        CodeField::Code(parsed) => Some(parsed.upc),
        CodeField::Absent | CodeField::Several(..) | CodeField::Invalid(_) => None,
    }
}

/// Returns the first line if it only names the codes: `UPC`, `EAN-13`.
fn text_header(sample: &[(u32, String)]) -> Option<String> {
    let first = sample.iter().map(|(_, line)| line).find(|line| !super::text::is_blank(line))?;
    let names =
        ColumnRole::from_name(first).is_code() && parse_text_line(first, NearbyNumbers::Quantities).code_count() == 0;
    (names && parse_barcode(first).is_err()).then(|| first.clone())
}

fn build_table(table: &SampleTable, options: &ListOptions) -> Result<TableLayout, ListError> {
    let codes = code_columns(table, options)?;
    let quantity_columns = quantity_columns(table, options)?;
    let width = table.columns.len().max(table.names().len());
    let names: Vec<String> = (0..width).map(|at| display_name(table, at)).collect();
    let check_digit_column = find_check_digits(table, &[&codes.main[..], &codes.fallback].concat());
    let is_code =
        |at: &usize| codes.main.contains(at) || codes.fallback.contains(at) || check_digit_column == Some(*at);
    let used = |at: &usize| is_code(at) || quantity_columns.contains(at);
    let mut item_columns: Vec<(ItemField, usize)> = Vec::new();
    // `Artikelnummer` is a SKU, unless the list has another one: in eBay's reports it is eBay's number of the item.
    let (numbers, others): (Vec<_>, Vec<_>) =
        table.names().iter().enumerate().filter(|(at, _)| !used(at)).partition(|(_, name)| is_other_number_name(name));
    for (at, name) in others.into_iter().chain(numbers) {
        if let ColumnRole::Item(field) = ColumnRole::without_quantities(name)
            && !item_columns.iter().any(|(known, _)| *known == field)
            && is_understood(table, at, field)
        {
            item_columns.push((field, at));
        }
    }
    let is_free = |at: &usize| !used(at) && !item_columns.iter().any(|(_, column)| column == at);
    let ignored_columns = (0..width).filter(is_free).filter(|at| is_worth_naming(table, *at)).collect();
    let notices = quantity_notices(table, options, &quantity_columns, &item_columns, &is_free);
    let amounts = |wanted: ItemField| {
        let column = item_columns.iter().find(|(field, _)| *field == wanted);
        column.map(|(_, at)| price_format(table, *at)).unwrap_or_default()
    };
    Ok(TableLayout {
        header_names: table.names().to_vec(),
        usual_width: usual_width(table),
        price_format: amounts(ItemField::Price),
        cost_format: amounts(ItemField::Cost),
        delimiter: table.delimiter,
        header: table.header.map(|at| (table.rows[at].line, table.rows[at].record.clone())),
        choices: (0..width).map(|at| column_choice(table, at)).collect(),
        names,
        isbn_columns: table.names().iter().enumerate().filter_map(|(at, name)| Some((at, isbn_role(name)?))).collect(),
        code_columns: codes.main,
        fallback_columns: codes.fallback,
        check_digit_column,
        lists_tracks: quantity_columns.is_empty() && table.names().iter().any(|name| is_any_name(name, ISRC_NAMES)),
        quantity_columns,
        item_columns,
        ignored_columns,
        notices,
    })
}

/// Returns the number format of a column of amounts.
fn price_format(table: &SampleTable, at: usize) -> PriceFormat {
    let texts = table.body().iter().filter_map(|row| row.fields.get(at)).map(String::as_str);
    PriceFormat::from_prices(texts, table.names().get(at).and_then(|name| currency_of_name(name)))
}

/// Returns the number of fields in most rows if it exceeds that of the header and the surplus fields are empty, because
/// some programs end each row with a delimiter. Otherwise returns the number of column names.
fn usual_width(table: &SampleTable) -> usize {
    let named = table.names().len();
    let surplus =
        |row: &&SampleRow| row.fields.len() > named && row.fields[named..].iter().all(|field| is_empty(field));
    let padded: Vec<usize> = table.body().iter().filter(surplus).map(|row| row.fields.len()).collect();
    let usual = padded.iter().max().copied().filter(|_| padded.len() * 2 >= table.body().len());
    usual.unwrap_or(named)
}

/// Returns whether at least one field of a column can be parsed as its name says, or all fields are empty. A price that
/// may be read in two ways counts: the seller decides.
fn is_understood(table: &SampleTable, at: usize, field: ItemField) -> bool {
    let mut filled = table.body().iter().filter_map(|row| row.fields.get(at)).filter(|text| !text.trim().is_empty());
    let name = table.names().get(at);
    let is_understood = |text: &String| {
        let mut data = SellerData::default();
        data.set_field(field, spell_amazon_condition(name, text)).is_ok()
            || data.is_used
            || (field == ItemField::Price && ListedPrice::is_amount(text))
    };
    filled.clone().next().is_none() || filled.any(is_understood)
}

/// Returns whether a column has a name or contains values.
fn is_worth_naming(table: &SampleTable, at: usize) -> bool {
    let is_named = table.names().get(at).is_some_and(|name| !name.trim().is_empty());
    is_named || (table.header.is_none() && table.columns.get(at).is_some_and(|column| column.filled > 0))
}

/// Returns the text with which [`find_column`] finds a column.
fn column_choice(table: &SampleTable, at: usize) -> String {
    let name = table.names().get(at).map(|name| name.trim()).filter(|name| !name.is_empty());
    name.map_or_else(|| (at + 1).to_string(), str::to_owned)
}

fn display_name(table: &SampleTable, at: usize) -> String {
    match table.names().get(at).map(|name| excerpt(name)) {
        Some(name) if !name.is_empty() => format!("{name:?}"),
        _ => format!("column {}", at + 1),
    }
}

#[derive(Default)]
struct CodeColumns {
    main: Vec<usize>,
    fallback: Vec<usize>,
}

fn code_columns(table: &SampleTable, options: &ListOptions) -> Result<CodeColumns, ListError> {
    if let Some(chosen) = &options.barcode_column {
        return Ok(CodeColumns { main: vec![find_column(table, chosen)?], fallback: Vec::new() });
    }
    let with_role = |role| {
        let named = table.names().iter().enumerate().filter(move |(_, name)| ColumnRole::from_name(name) == role);
        named.map(|(at, _)| at).collect::<Vec<usize>>()
    };
    let (exact, among_words) = (with_role(ColumnRole::Code), with_role(ColumnRole::CodeAmongWords));
    let is_filled = |at: &usize| table.columns.get(*at).is_some_and(|column| column.filled > 0);
    let holds_code = |at: &usize| table.columns.get(*at).is_some_and(|column| column.codes + column.short_codes > 0);
    // Some programs fill the named column with "Does not apply" and store the barcodes in a column of another name.
    let named = || exact.iter().chain(&among_words);
    if named().any(is_filled) && !named().any(holds_code) {
        let fallback = columns_by_content(table);
        return Ok(CodeColumns { main: named().copied().collect(), fallback });
    }
    Ok(if exact.iter().any(is_filled) {
        CodeColumns { main: exact, fallback: among_words }
    } else if among_words.iter().any(is_filled) || (table.body().is_empty() && named().next().is_some()) {
        CodeColumns { main: among_words, fallback: exact }
    } else {
        CodeColumns { main: columns_by_content(table), fallback: exact }
    })
}

/// Returns the columns that contain barcodes throughout.
fn columns_by_content(table: &SampleTable) -> Vec<usize> {
    let most = table.columns.iter().map(|column| column.codes).max().unwrap_or(0);
    let is_other = |at: &usize| {
        table.names().get(*at).is_some_and(|name| is_other_number_name(name)) && !proves_barcodes(table, *at)
    };
    let columns = table.columns.iter().enumerate().filter(|(at, _)| !is_other(at));
    let holds = columns.clone().filter(|(_, column)| column.holds_codes() && column.codes * 4 >= most);
    let strong: Vec<usize> = holds.map(|(at, _)| at).collect();
    if !strong.is_empty() {
        return strong;
    }
    columns.filter(|(_, column)| column.holds_short_codes()).map(|(at, _)| at).collect()
}

/// Returns whether the numbers of a column are certainly barcodes: several different ones, nearly all valid. By chance, one
/// in ten has a valid check digit.
fn proves_barcodes(table: &SampleTable, at: usize) -> bool {
    let codes: HashSet<Upc> = table.body().iter().filter_map(|row| read_code(row.fields.get(at)?)).collect();
    codes.len() >= MIN_PROVING_CODES && table.columns[at].invalid_codes * 10 <= codes.len()
}

fn quantity_columns(table: &SampleTable, options: &ListOptions) -> Result<Vec<usize>, ListError> {
    match options.quantity_column.as_deref() {
        Some(ListOptions::NO_QUANTITIES) => return Ok(Vec::new()),
        Some(chosen) => return Ok(vec![find_column(table, chosen)?]),
        None => {}
    }
    let with_quantity_name =
        table.names().iter().enumerate().filter(|(_, name)| ColumnRole::from_name(name) == ColumnRole::Quantity);
    let is_meant = |(at, name): &(usize, &String)| {
        !is_ambiguous_quantity_name(name) || (holds_quantities(table, *at) && !numbers_copies(table, *at, name))
    };
    let columns: Vec<usize> = with_quantity_name.filter(is_meant).map(|(at, _)| at).collect();
    let columns = choose_outlet(table, columns)?;
    let has_several = |fields: &[String]| {
        let nonblank = columns.iter().filter_map(|at| fields.get(*at)).filter(|field| !field.trim().is_empty());
        let mut different: Vec<_> = nonblank.map(|field| parse_quantity(field)).collect();
        different.dedup();
        different.len() > 1
    };
    if table.body().iter().any(|row| has_several(&row.fields)) {
        return Err(ambiguous_quantities(table, &columns));
    }
    Ok(columns)
}

/// Returns the columns without those of shops that have nothing in stock.
///
/// # Errors
/// Returns [`ListError::AmbiguousQuantities`] if several shops have stock, because their copies are not the same ones.
fn choose_outlet(table: &SampleTable, columns: Vec<usize>) -> Result<Vec<usize>, ListError> {
    let is_outlet = |at: &usize| table.names().get(*at).is_some_and(|name| is_outlet_stock_name(name));
    let is_stocked = |at: &usize| {
        let mut fields = table.body().iter().filter_map(|row| row.fields.get(*at));
        fields.any(|text| !text.trim().is_empty() && parse_quantity(text).is_ok())
    };
    let (outlets, others): (Vec<usize>, Vec<usize>) = columns.into_iter().partition(is_outlet);
    let stocked: Vec<usize> = outlets.iter().copied().filter(is_stocked).collect();
    match stocked.as_slice() {
        [] => Ok([others, outlets].concat()),
        [_] => Ok([others, stocked].concat()),
        several => Err(ambiguous_quantities(table, several)),
    }
}

fn ambiguous_quantities(table: &SampleTable, columns: &[usize]) -> ListError {
    let mut names: Vec<String> = columns.iter().map(|at| display_name(table, *at)).collect();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        names = columns.iter().map(|at| (at + 1).to_string()).collect();
    }
    ListError::AmbiguousQuantities { names: names.join(" and ") }
}

/// Returns whether at least three of four fields in a column are quantities.
fn holds_quantities(table: &SampleTable, at: usize) -> bool {
    let fields = table.body().iter().filter_map(|row| row.fields.get(at)).filter(|text| !text.trim().is_empty());
    let (quantities, others): (Vec<_>, Vec<_>) = fields.partition(|text| is_count(text));
    quantities.len() >= 3 * others.len()
}

/// Returns whether a column numbers the copies of each barcode (1, 2, 3 and so on). Two rows with 1 and 2 may also be
/// quantities, so they count only in a column whose name means a single copy.
fn numbers_copies(table: &SampleTable, at: usize, name: &str) -> bool {
    let mut numbers: HashMap<Upc, Vec<u32>> = HashMap::new();
    for row in table.body() {
        let code = row.fields.iter().find_map(|field| read_code(field));
        let number = row.fields.get(at).and_then(|text| text.trim().parse().ok());
        if let (Some(code), Some(number)) = (code, number) {
            numbers.entry(code).or_default().push(number);
        }
    }
    let is_run = |numbers: &Vec<u32>| numbers.iter().copied().eq(1..=u32::try_from(numbers.len()).unwrap_or(u32::MAX));
    let longest = numbers.values().map(Vec::len).max().unwrap_or(0);
    longest >= if is_same_name(name, "copy") { 2 } else { 3 } && numbers.values().all(is_run)
}

/// Returns the column with this name or number.
fn find_column(table: &SampleTable, chosen: &str) -> Result<usize, ListError> {
    let width = table.columns.len().max(table.names().len());
    let positions = |is_it: &dyn Fn(&str) -> bool| {
        let names = table.names().iter().enumerate();
        names.filter(|(_, name)| is_it(name)).map(|(at, _)| at).collect::<Vec<_>>()
    };
    let by_number = chosen.trim().parse::<usize>().ok().filter(|number| (1..=width).contains(number)).map(|n| n - 1);
    let by_name = positions(&|name| name.trim() == chosen.trim());
    let found = match (by_name.is_empty(), by_number) {
        (true, Some(at)) => vec![at],
        (true, None) => positions(&|name| is_meant_by(name, chosen)),
        (false, _) => by_name,
    };
    match found[..] {
        [at] => Ok(at),
        [] => Err(ListError::NoSuchColumn {
            name: chosen.to_owned(),
            columns: (0..width).map(|at| display_name(table, at)).collect::<Vec<_>>().join(", "),
        }),
        _ => Err(ListError::RepeatedColumn {
            name: chosen.to_owned(),
            numbers: found.iter().map(|at| (at + 1).to_string()).collect::<Vec<_>>().join(" or "),
        }),
    }
}
