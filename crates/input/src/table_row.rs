//! Parses one row of a table: its code, its quantity, and the data about the copy.
//!
//! `RowReader` uses the columns of a `TableLayout`. It rejects a row rather than guess: if the row has two different
//! codes, shifted fields or an unclear quantity.

use std::collections::BTreeMap;

use domain::barcode::{BarcodeError, parse_isbn10};
use domain::listed_price::{ListedPrice, PriceFormat, parse_currency};
use domain::seller_data::{ItemField, SellerData};
use domain::upc::ParsedUpc;

use super::amazon::{is_asin, spell_amazon_condition};
use super::check_digit::complete_code;
use super::code_field::CodeField;
use super::csv_record::{FIELD_SEPARATOR, Fields};
use super::error::BARCODE_COLUMN_OPTION;
use super::layout::TableLayout;
use super::quantity::parse_quantity;
use super::row::{AcceptedRow, ParsedRow};
use super::sample::{delimiter_of_names, names_other_columns};
use super::settings::ReadOptions;
use super::text::{NO_STORED_VALUE, STORE_VALUES_ADVICE, excerpt, is_empty};
use super::text_line::{NearbyNumbers, parse_text_line};

/// Unparsed texts by column: their number, and the first different ones.
pub(super) type UnreadTexts = BTreeMap<String, (u64, Vec<String>)>;

/// Reads the rows of a table.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "three are choices of the operator, independent of each other")]
pub(super) struct RowReader {
    pub(super) layout: TableLayout,
    /// If a row has two different codes, true uses the first one.
    take_first_code: bool,
    /// If true, a row without a code becomes an item if it names its release.
    searches_rows: bool,
    /// True if the operator chose the quantity column, or chose none.
    has_chosen_quantities: bool,
    has_items: bool,
    unread: UnreadTexts,
}

/// Maximum number of different texts of a column in a notice.
const MAX_NAMED_TEXTS: usize = 3;

/// Result of reading the code columns of a row.
enum RowCode {
    Code(ParsedUpc),
    Different(String),
    Invalid(BarcodeError),
    Absent,
}

impl RowReader {
    pub(super) fn new(layout: TableLayout, options: &ReadOptions) -> Self {
        Self {
            layout,
            take_first_code: options.take_first_code,
            searches_rows: options.list.search_rows,
            has_chosen_quantities: options.list.quantity_column.is_some(),
            has_items: false,
            unread: BTreeMap::new(),
        }
    }

    /// Parses the row that begins on `line`.
    pub(super) fn read_row(&mut self, line: u32, record: &str, fields: &Fields<'_>) -> ParsedRow {
        match self.read_code(fields) {
            RowCode::Code(_) | RowCode::Different(_) if self.is_shifted(fields) => self.reject_surplus(fields),
            RowCode::Code(code) => {
                self.note_invalid_codes(fields);
                self.read_item(code, fields)
            }
            RowCode::Different(reason) => ParsedRow::Rejected(reason),
            _ if self.is_not_a_row(line, record, fields) => ParsedRow::Blank,
            _ if self.is_other_header(line, record, fields) => ParsedRow::OtherHeader,
            _ if self.has_surplus_fields(fields) && self.is_below_header(line) => self.reject_surplus(fields),
            _ if self.layout.header.as_ref().is_some_and(|(header, _)| line < *header) => {
                ParsedRow::Rejected("it is above the header".to_owned())
            }
            RowCode::Invalid(why) => ParsedRow::from_barcode_error(&why),
            RowCode::Absent => self.read_unbarcoded(fields),
        }
    }

    /// Records invalid codes in a row whose valid code is in another column.
    fn note_invalid_codes(&mut self, fields: &Fields<'_>) {
        if self.layout.code_columns.len() < 2 {
            return;
        }
        let invalid = |at: &usize| {
            let text = fields.get(*at);
            !is_asin(text) && matches!(self.read_completed_code(*at, fields), CodeField::Invalid(_))
        };
        for at in self.layout.code_columns.iter().copied().filter(invalid).collect::<Vec<_>>() {
            self.note_unread(at, fields.get(at).trim());
        }
    }

    fn note_unread(&mut self, at: usize, text: &str) {
        let name = self.layout.names[at].clone();
        self.add_unread(UnreadTexts::from([(name, (1, vec![excerpt(text)]))]));
    }

    /// Returns whether at least one row was an item.
    pub(super) fn has_items(&self) -> bool {
        self.has_items
    }

    /// Returns the texts that could not be parsed, and clears them.
    pub(super) fn take_unread(&mut self) -> UnreadTexts {
        std::mem::take(&mut self.unread)
    }

    /// Adds texts that could not be parsed.
    pub(super) fn add_unread(&mut self, unread: UnreadTexts) {
        for (name, (more, texts)) in unread {
            let (count, known) = self.unread.entry(name).or_default();
            *count += more;
            for text in texts {
                if known.len() < MAX_NAMED_TEXTS && !known.contains(&text) {
                    known.push(text);
                }
            }
        }
    }

    /// Returns whether the row has more fields than the table has columns.
    fn has_surplus_fields(&self, fields: &Fields<'_>) -> bool {
        let named = self.layout.header_names.len();
        let is_surplus =
            || fields.len() > self.layout.usual_width || (named..fields.len()).any(|at| !is_empty(fields.get(at)));
        named > 0 && fields.len() > named && is_surplus()
    }

    /// Returns whether a delimiter inside a field has shifted the following fields, so that they no longer match the
    /// column names. A shift that only truncates a title is harmless.
    fn is_shifted(&self, fields: &Fields<'_>) -> bool {
        use ItemField::{Artist, CatalogNumber, Title};
        let is_word = |(field, _): &(ItemField, usize)| matches!(field, Title | Artist | CatalogNumber);
        let says_more = !self.layout.quantity_columns.is_empty() || !self.layout.item_columns.iter().all(is_word);
        says_more && self.has_surplus_fields(fields)
    }

    fn reject_surplus(&self, fields: &Fields<'_>) -> ParsedRow {
        ParsedRow::Rejected(format!(
            "{} fields, but the header names {}: put a field that holds the delimiter in quotes",
            fields.len(),
            self.layout.header_names.len()
        ))
    }

    fn is_below_header(&self, line: u32) -> bool {
        self.layout.header.as_ref().is_some_and(|(header, _)| line > *header)
    }

    /// Returns whether the row is a header with other columns or another delimiter than the current header.
    fn is_other_header(&self, line: u32, record: &str, fields: &Fields<'_>) -> bool {
        let is_possible = self.is_below_header(line) && !self.layout.header_names.is_empty();
        let has_other_names =
            || names_other_columns(&fields.iter().map(str::to_owned).collect::<Vec<_>>(), &self.layout.header_names);
        let has_other_delimiter =
            || delimiter_of_names(record).is_some_and(|delimiter| delimiter != self.layout.delimiter);
        is_possible && (has_other_names() || has_other_delimiter())
    }

    /// Parses a row without a code. If the operator wants to search such rows and the row names its release, it is an
    /// item.
    fn read_unbarcoded(&mut self, fields: &Fields<'_>) -> ParsedRow {
        let seller = if self.searches_rows { self.read_seller_data(fields) } else { None };
        match seller.and_then(|seller| seller.substitute_code()) {
            Some(upc) => self.read_item(ParsedUpc { upc, zeros_restored: 0 }, fields),
            None => ParsedRow::Rejected(self.no_code_reason(fields)),
        }
    }

    /// Returns notices about texts that could not be parsed.
    pub(super) fn notices(&self) -> Vec<String> {
        let notice = |(field, (count, texts)): (&String, &(u64, Vec<String>))| {
            let texts = texts.iter().map(|text| format!("{text:?}")).collect::<Vec<_>>().join(", ");
            match count {
                1 => format!("1 text of the column {field} is not understood: {texts}"),
                _ => format!("{count} texts of the column {field} are not understood, such as {texts}"),
            }
        };
        self.unread.iter().map(notice).collect()
    }

    /// Returns price and quantity fields that were shifted by one, so that a word is in the price column and the price
    /// in the quantity column: `Hello, Goodbye,5.00,1`.
    fn find_moved_price<'a>(&self, fields: &Fields<'a>) -> Option<(&'a str, &'a str)> {
        let quantity = fields.get(*self.layout.quantity_columns.first()?);
        if !quantity.bytes().any(|byte| matches!(byte, b'.' | b',')) {
            return None;
        }
        let (_, price) = self.layout.item_columns.iter().find(|(field, _)| *field == ItemField::Price)?;
        let price = fields.get(*price).trim();
        let is_word = price.contains(char::is_alphabetic) && !price.contains(|c: char| c.is_ascii_digit());
        is_word.then_some((price, quantity.trim()))
    }

    fn read_item(&mut self, code: ParsedUpc, fields: &Fields<'_>) -> ParsedRow {
        if let Some((price, quantity)) = self.find_moved_price(fields) {
            let (price, quantity) = (excerpt(price), excerpt(quantity));
            return ParsedRow::Rejected(format!(
                "the price {price:?} is a word and the quantity {quantity:?} may be the price: put a field that holds the delimiter \
                 in quotes"
            ));
        }
        match self.read_quantity(fields) {
            Ok(copies) => {
                self.has_items = true;
                ParsedRow::Accepted(AcceptedRow { code, copies, seller: self.read_seller_data(fields) })
            }
            Err(reason) => ParsedRow::Rejected(reason),
        }
    }

    fn read_code(&self, fields: &Fields<'_>) -> RowCode {
        match self.read_code_of(&self.layout.code_columns, fields) {
            RowCode::Absent => self.read_code_of(&self.layout.fallback_columns, fields),
            RowCode::Invalid(why) => match self.read_code_of(&self.layout.fallback_columns, fields) {
                RowCode::Code(code) => RowCode::Code(code),
                _ => RowCode::Invalid(why),
            },
            code => code,
        }
    }

    fn read_code_of(&self, columns: &[usize], fields: &Fields<'_>) -> RowCode {
        let (mut first, mut problem) = (None::<(usize, ParsedUpc)>, None);
        for at in columns {
            match (self.read_completed_code(*at, fields), first) {
                (CodeField::Code(code), None) => first = Some((*at, code)),
                (CodeField::Code(code), Some((index, known))) if code.upc != known.upc && !self.take_first_code => {
                    let (one, other) = (&self.layout.names[index], &self.layout.names[*at]);
                    return RowCode::Different(format!(
                        "two different barcodes, {} in {one} and {} in {other}: remove one, or choose with \
                         {BARCODE_COLUMN_OPTION}",
                        known.upc, code.upc
                    ));
                }
                (CodeField::Several(one, _), None) if self.take_first_code => first = Some((*at, one)),
                (CodeField::Several(..), _) if self.take_first_code => {}
                (CodeField::Several(one, other), _) => {
                    let name = &self.layout.names[*at];
                    return RowCode::Different(format!(
                        "two different barcodes in {name}, {} and {}: put each on a row of its own",
                        one.upc, other.upc
                    ));
                }
                (CodeField::Invalid(why), _) => problem = problem.or(Some(why)),
                (CodeField::Code(_) | CodeField::Absent, _) => {}
            }
        }
        match (first, problem) {
            (Some((_, code)), _) => RowCode::Code(code),
            (None, Some(why)) => RowCode::Invalid(why),
            (None, None) => RowCode::Absent,
        }
    }

    /// Reads a field with a code, completed with its check digit if the table has a column of check digits.
    fn read_completed_code(&self, at: usize, fields: &Fields<'_>) -> CodeField {
        let field = self.read_code_field(at, fields.get(at));
        match self.layout.check_digit_column {
            None => field,
            Some(digits) => complete_code(field, fields.get(at), fields.get(digits)),
        }
    }

    fn read_code_field(&self, at: usize, text: &str) -> CodeField {
        let field = CodeField::from_text(text);
        let Some((_, may_be_upc)) = self.layout.isbn_columns.iter().find(|(column, _)| *column == at) else {
            return field;
        };
        match (parse_isbn10(text), field) {
            (Some(isbn), CodeField::Code(code)) if *may_be_upc => {
                CodeField::Invalid(BarcodeError::AmbiguousIsbn { isbn, upc: code.upc })
            }
            (Some(upc), _) => CodeField::Code(ParsedUpc { upc, zeros_restored: 0 }),
            (None, field) => field,
        }
    }

    fn read_quantity(&self, fields: &Fields<'_>) -> Result<u32, String> {
        let mut quantity = None;
        for at in &self.layout.quantity_columns {
            let text = fields.get(*at);
            if text.trim().is_empty() {
                continue;
            }
            let copies = parse_quantity(text)?;
            match quantity {
                Some(known) if known != copies => {
                    return Err(format!("two different quantities, {known} and {copies}"));
                }
                _ => quantity = Some(copies),
            }
        }
        match quantity {
            Some(copies) => Ok(copies),
            None if self.has_chosen_quantities => Ok(1),
            None => self.read_quantity_next_to_code(fields),
        }
    }

    /// Returns the quantity next to the code in its field: `720642442524 x2`.
    ///
    /// # Errors
    /// Returns the reason if a number next to the code may or may not be a quantity.
    fn read_quantity_next_to_code(&self, fields: &Fields<'_>) -> Result<u32, String> {
        let texts = self.layout.code_columns.iter().map(|at| fields.get(*at));
        let worded = texts.filter(|text| !text.bytes().all(|byte| byte.is_ascii_digit()));
        let read = worded.filter(|text| matches!(CodeField::from_text(text), CodeField::Code(_))).map(|text| {
            match parse_text_line(text, NearbyNumbers::Quantities) {
                ParsedRow::Accepted(row) => Ok(row.copies),
                ParsedRow::Rejected(reason) => Err(reason),
                _ => Ok(1),
            }
        });
        read.collect::<Result<Vec<u32>, String>>().map(|copies| copies.into_iter().max().unwrap_or(1))
    }

    fn read_seller_data(&mut self, fields: &Fields<'_>) -> Option<Box<SellerData>> {
        if self.layout.item_columns.is_empty() {
            return None;
        }
        let (mut data, mut is_filled, mut unread) = (Box::<SellerData>::default(), false, Vec::new());
        for (field, at) in &self.layout.item_columns {
            let text = fields.visible(*at);
            let read = match field {
                _ if text == NO_STORED_VALUE => Err(*field),
                ItemField::Price => self.set_price(&mut data, &text, fields),
                ItemField::Cost => data.set_cost(&text, self.layout.cost_format),
                ItemField::Condition => {
                    data.set_field(*field, spell_amazon_condition(self.layout.header_names.get(*at), &text))
                }
                field => data.set_field(*field, &text),
            };
            if read.is_ok() {
                is_filled |= !text.is_empty();
            } else {
                is_filled |= data.price.is_some() || data.is_used;
                unread.push((*at, text.into_owned()));
            }
        }
        for (at, text) in unread {
            self.note_unread(at, &text);
        }
        is_filled.then_some(data)
    }

    /// Sets the price of a row, in the currency of its currency column or of the name of the price column. If the
    /// currency cannot be parsed, the price is unclear.
    fn set_price(&self, data: &mut SellerData, text: &str, fields: &Fields<'_>) -> Result<(), ItemField> {
        let format = self.layout.price_format;
        let column = self.layout.item_columns.iter().find(|(field, _)| *field == ItemField::Currency);
        let stated = column.map(|(_, at)| fields.get(*at)).filter(|stated| !is_empty(stated));
        let Some(stated) = stated else { return data.set_price(text, format) };
        if let Some(currency) = parse_currency(stated) {
            return data.set_price(text, PriceFormat { currency: Some(currency), ..format });
        }
        data.price = ListedPrice::unclear(text);
        if data.price.is_some() { Err(ItemField::Price) } else { Ok(()) }
    }

    /// Returns whether a record without a code is not a row: blank, the header, a template line, or a comment above the
    /// table.
    fn is_not_a_row(&self, line: u32, record: &str, fields: &Fields<'_>) -> bool {
        let is_filled = |field: &&str| !is_empty(field);
        let filled = fields.iter().filter(is_filled).count();
        let first = fields.get(0).trim();
        let is_above = match &self.layout.header {
            Some((header, _)) => line < *header,
            None => !self.has_items,
        };
        filled == 0
            || self.layout.header.as_ref().is_some_and(|(_, names)| names == record)
            || is_template_line(first)
            || (is_above && first.starts_with('#') && filled == 1)
            || (matches!(self.layout.delimiter, b'|' | FIELD_SEPARATOR) && is_table_rule(fields))
    }

    fn no_code_reason(&self, fields: &Fields<'_>) -> String {
        let columns = || self.layout.code_columns.iter().chain(&self.layout.fallback_columns);
        if let Some(at) = columns().find(|at| fields.get(**at) == NO_STORED_VALUE) {
            return format!("column {} is a {NO_STORED_VALUE}: {STORE_VALUES_ADVICE}", at + 1);
        }
        let name = |at: &usize| self.layout.names.get(*at).cloned().unwrap_or_else(|| format!("column {}", at + 1));
        if let Some(at) = columns().find(|at| !is_empty(fields.get(**at))) {
            return format!("{} is {:?}", name(at), excerpt(fields.get(*at).trim()));
        }
        let names: Vec<String> = columns().map(name).collect();
        match names.as_slice() {
            [] => "no barcode".to_owned(),
            [one] => format!("{one} is empty"),
            several => format!("{} are empty", several.join(" and ")),
        }
    }
}

/// Returns whether a line belongs to the preamble of eBay's templates: `#INFO,Version=…`, `Info,Version=…`.
fn is_template_line(first: &str) -> bool {
    first.starts_with("#INFO") || first == "Info"
}

/// Returns whether a line is the rule below a header: `---|:--:` (Markdown), `----+----` (PostgreSQL, MySQL),
/// `====  ===`.
fn is_table_rule(fields: &Fields<'_>) -> bool {
    fields.iter().all(|field| field.trim().bytes().all(|byte| matches!(byte, b'-' | b':' | b'+' | b'=' | b'_' | b' ')))
}
