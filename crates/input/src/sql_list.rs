//! Reads the rows that an SQL script inserts: `INSERT INTO stock (upc, qty) VALUES ('720642442524', 2);`, or
//! `COPY stock (upc, qty) FROM stdin;` with the rows below it.
//!
//! The rows of the table with the most barcodes become rows of a [`TableParser`], with a header made of the column names
//! in the `INSERT` or `CREATE TABLE` statement. The rows of other tables are rejected.

use std::collections::HashMap;

use super::code_field::CodeField;
use super::csv_record::FIELD_SEPARATOR;
use super::error::ListError;
use super::sql_tokens::{SqlToken, SqlTokens};
use super::table_parser::TableParser;

/// Values that are inserted into a table, with the names of their columns.
#[derive(Debug, Default)]
struct InsertedRows {
    table: String,
    columns: Vec<String>,
    /// Values of each row, with the number of the line on which the row begins.
    rows: Vec<(u32, Vec<String>)>,
}

/// First words of a definition in `CREATE TABLE` that is not a column.
const TABLE_CONSTRAINTS: &[&str] =
    &["primary", "key", "unique", "constraint", "index", "foreign", "check", "fulltext", "spatial", "exclude"];

/// Words before the name of a table: `INSERT OR REPLACE INTO stock`, `CREATE TABLE IF NOT EXISTS stock`.
const WORDS_BEFORE_NAME: &[&str] = &["into", "ignore", "or", "replace", "if", "not", "exists"];

/// How lines of a script begin that creates tables or inserts rows, and the first lines of programs that write long ones.
/// SQL Server omits `INTO` before brackets.
const SCRIPT_LINES: &[&[u8]] = &[
    b"insert into ",
    b"insert ignore into ",
    b"insert or ",
    b"insert [",
    b"replace into ",
    b"create table ",
    b"-- mysql dump",
    b"-- mariadb dump",
    b"-- phpmyadmin sql dump",
    b"-- postgresql database dump",
    b"pragma foreign_keys",
];

/// Value `NULL` in the rows of a `COPY` statement.
const COPIED_NULL: &str = "\\N";
/// Line below the rows of a `COPY` statement.
const END_OF_COPY: &str = "\\.";

/// Returns whether the first bytes of a source are an SQL script.
pub(super) fn is_sql(start: &[u8]) -> bool {
    let mut lines = start.split(|byte| matches!(byte, b'\n' | b'\r')).map(<[u8]>::trim_ascii_start);
    let begins =
        |line: &[u8], words: &[u8]| line.get(..words.len()).is_some_and(|start| start.eq_ignore_ascii_case(words));
    let is_copy = |line: &[u8]| begins(line, b"copy ") && line.to_ascii_lowercase().ends_with(b"from stdin;");
    lines.any(|line| SCRIPT_LINES.iter().any(|words| begins(line, words)) || is_copy(line.trim_ascii_end()))
}

/// Reads an SQL script and returns the number of its lines, or `None` if it inserts no rows.
///
/// # Errors
/// Returns the errors of the rows.
pub(super) fn read_sql(text: &str, parser: &mut TableParser) -> Result<Option<u64>, ListError> {
    let mut inserted = read_inserts(text);
    let count_codes =
        |rows: &InsertedRows| rows.rows.iter().filter(|(_, values)| values.iter().any(|value| is_code(value))).count();
    let Some(at) = (0..inserted.len()).max_by_key(|at| (count_codes(&inserted[*at]), inserted.len() - at)) else {
        return Ok(None);
    };
    let main = inserted.swap_remove(at);
    for other in inserted {
        let reason =
            format!("it is in the table {:?}, and the barcodes are in the table {:?}", other.table, main.table);
        for (number, values) in other.rows {
            parser.reject_line(number, &values.join(", "), reason.clone());
        }
    }
    parser.set_format("SQL".to_owned(), FIELD_SEPARATOR);
    if !main.columns.is_empty() {
        parser.push_line(0, &join_fields(&main.columns))?;
    }
    main.rows.iter().try_for_each(|(number, values)| parser.push_line(*number, &join_fields(values)))?;
    Ok(Some(text.lines().count() as u64))
}

fn is_code(value: &str) -> bool {
    matches!(CodeField::from_text(value), CodeField::Code(_))
}

fn join_fields(fields: &[String]) -> String {
    let clean = |field: &String| field.replace([char::from(FIELD_SEPARATOR), '\n', '\r'], " ");
    fields.iter().map(clean).collect::<Vec<_>>().join(&char::from(FIELD_SEPARATOR).to_string())
}

/// Returns the inserted rows, grouped by their table and columns, in the order of the script.
fn read_inserts(text: &str) -> Vec<InsertedRows> {
    let mut tokens = SqlTokens::new(text);
    let mut inserted: Vec<InsertedRows> = Vec::new();
    let mut created: HashMap<String, Vec<String>> = HashMap::new();
    while let Some(token) = tokens.next() {
        if token.is_word("create") && tokens.next().is_some_and(|token| token.is_word("table")) {
            let (table, _) = read_name(&mut tokens);
            created.insert(table, read_definitions(&mut tokens));
        } else if token.is_word("insert") || token.is_word("replace") {
            let (table, ends_with_parenthesis) = read_name(&mut tokens);
            let mut columns = Vec::new();
            if ends_with_parenthesis {
                columns = read_values(&mut tokens);
                if !tokens.next().is_some_and(|token| token.is_word("values")) {
                    continue;
                }
            } else if let Some(names) = created.get(&table) {
                columns.clone_from(names);
            }
            read_rows(&mut tokens, rows_of(&mut inserted, table, columns));
        } else if token.is_word("copy") {
            let (table, ends_with_parenthesis) = read_name(&mut tokens);
            let names = || created.get(&table).cloned().unwrap_or_default();
            let columns = if ends_with_parenthesis { read_values(&mut tokens) } else { names() };
            read_copied_rows(&mut tokens, rows_of(&mut inserted, table, columns));
        }
    }
    inserted.retain(|table| !table.rows.is_empty());
    inserted
}

/// Returns the rows of a table that are inserted with these columns.
fn rows_of(inserted: &mut Vec<InsertedRows>, table: String, columns: Vec<String>) -> &mut Vec<(u32, Vec<String>)> {
    let known = inserted.iter().position(|known| known.table == table && known.columns == columns);
    let at = known.unwrap_or(inserted.len());
    if known.is_none() {
        inserted.push(InsertedRows { table, columns, rows: Vec::new() });
    }
    &mut inserted[at].rows
}

/// Reads the rows below `COPY … FROM stdin;`, which `pg_dump` writes in PostgreSQL's text format: with tabs, and special
/// characters after a backslash.
fn read_copied_rows(tokens: &mut SqlTokens<'_>, rows: &mut Vec<(u32, Vec<String>)>) {
    let mut is_text = false;
    for token in tokens.by_ref().take_while(|token| *token != SqlToken::End) {
        is_text |= token.is_word("stdin");
        // Another format: `WITH (FORMAT csv)`.
        if token == SqlToken::Open {
            return;
        }
    }
    if !is_text {
        return;
    }
    tokens.take_line();
    while let Some((number, line)) = tokens.take_line().filter(|(_, line)| *line != END_OF_COPY) {
        let value = |field: &str| if field == COPIED_NULL { String::new() } else { unescape(field) };
        rows.push((number, line.split('\t').map(value).collect()));
    }
}

/// Replaces a backslash and the character after it: special characters become blanks.
fn unescape(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut characters = field.chars();
    while let Some(character) = characters.next() {
        match if character == '\\' { characters.next() } else { Some(character) } {
            Some('b' | 'f' | 'n' | 'r' | 't' | 'v') if character == '\\' => text.push(' '),
            Some(other) => text.push(other),
            None => {}
        }
    }
    text
}

/// Reads the name of a table, up to its parenthesis (then returns true) or the word `VALUES`.
fn read_name(tokens: &mut SqlTokens<'_>) -> (String, bool) {
    let mut name = String::new();
    for token in tokens.by_ref() {
        match token {
            SqlToken::Open => return (name, true),
            SqlToken::End => break,
            token if token.is_word("values") || token.is_word("from") => break,
            token if name.is_empty() && WORDS_BEFORE_NAME.iter().any(|word| token.is_word(word)) => {}
            token => name.push_str(token.text()),
        }
    }
    (name, false)
}

/// Reads the column names of a `CREATE TABLE` statement, after its parenthesis.
fn read_definitions(tokens: &mut SqlTokens<'_>) -> Vec<String> {
    let (mut columns, mut depth, mut is_first) = (Vec::new(), 1_u32, true);
    for token in tokens.by_ref() {
        match token {
            SqlToken::Open => depth += 1,
            SqlToken::Close if depth == 1 => break,
            SqlToken::Close => depth -= 1,
            SqlToken::Comma if depth == 1 => is_first = true,
            SqlToken::End => break,
            token if is_first => {
                is_first = false;
                if !TABLE_CONSTRAINTS.iter().any(|word| token.is_word(word)) {
                    columns.push(token.text().to_owned());
                }
            }
            _ => {}
        }
    }
    columns
}

/// Reads rows in parentheses: `(1, 'A'), (2, 'B')`.
fn read_rows(tokens: &mut SqlTokens<'_>, rows: &mut Vec<(u32, Vec<String>)>) {
    while let Some(token) = tokens.next() {
        match token {
            SqlToken::Open => {
                let line = tokens.line();
                rows.push((line, read_values(tokens)));
            }
            SqlToken::Comma => {}
            _ => return,
        }
    }
}

/// Reads the values up to the closing parenthesis. `NULL` is an empty value.
fn read_values(tokens: &mut SqlTokens<'_>) -> Vec<String> {
    let (mut values, mut depth) = (vec![String::new()], 1_u32);
    for token in tokens.by_ref() {
        match token {
            SqlToken::Close if depth == 1 => break,
            SqlToken::End => break,
            SqlToken::Comma if depth == 1 => values.push(String::new()),
            SqlToken::Open => depth += 1,
            SqlToken::Close => depth -= 1,
            // `N'Motörhead'` is a text in Unicode (SQL Server).
            token if token.is_word("null") || token.is_word("n") => {}
            token => values.last_mut().into_iter().for_each(|value| value.push_str(token.text())),
        }
    }
    values
}
