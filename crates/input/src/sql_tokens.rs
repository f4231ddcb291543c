//! Splits an SQL script into tokens, one at a time.
//!
//! The tokenizer of the crate `sqlparser` (0.64) needs the dialect before it starts. It keeps all tokens of a script in
//! memory, which is many times the size of a dump, and comes with a parser of 75,000 lines.

/// A token of an SQL script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum SqlToken<'a> {
    /// A keyword, a name, a number, or a sign.
    Word(&'a str),
    /// A text or a name in quotes.
    Quoted(String),
    Open,
    Close,
    Comma,
    /// End of a statement.
    End,
}

/// The tokens of a script. Comments are skipped.
#[derive(Debug)]
pub(super) struct SqlTokens<'a> {
    text: &'a str,
    at: usize,
    line: u32,
    /// True if a backslash quotes the next character in a text, as in MySQL, whose scripts have names in backticks.
    has_backslashes: bool,
}

impl SqlToken<'_> {
    /// Returns whether the token is this keyword, in lower case.
    pub(super) fn is_word(&self, keyword: &str) -> bool {
        matches!(self, Self::Word(word) if word.eq_ignore_ascii_case(keyword))
    }

    /// Returns the text of a word, or the text in quotes.
    pub(super) fn text(&self) -> &str {
        match self {
            Self::Word(word) => word,
            Self::Quoted(text) => text,
            Self::Comma => ",",
            Self::Open | Self::Close | Self::End => "",
        }
    }
}

impl<'a> SqlTokens<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        Self { text, at: 0, line: 1, has_backslashes: text.contains('`') }
    }

    /// Returns the number of the line of the last token.
    pub(super) fn line(&self) -> u32 {
        self.line
    }

    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    /// Skips `length` bytes and returns them.
    fn take(&mut self, length: usize) -> &'a str {
        let taken = &self.rest()[..length];
        self.at += length;
        self.line += u32::try_from(memchr::memchr_iter(b'\n', taken.as_bytes()).count()).unwrap_or(u32::MAX);
        taken
    }

    /// Returns the rest of the current line with its number, and skips it; `None` at the end of the script.
    pub(super) fn take_line(&mut self) -> Option<(u32, &'a str)> {
        let (number, rest) = (self.line, self.rest());
        let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
        (length > 0).then(|| (number, self.take(length).trim_end_matches(['\n', '\r'])))
    }

    /// Skips blanks and comments.
    fn skip_blanks(&mut self) {
        loop {
            let rest = self.rest();
            let blanks = rest.len() - rest.trim_start().len();
            let length = match rest.get(blanks..blanks + 2) {
                Some("--") => rest[blanks..].find('\n').map_or(rest.len(), |end| blanks + end),
                Some("/*") => rest[blanks..].find("*/").map_or(rest.len(), |end| blanks + end + 2),
                _ if rest[blanks..].starts_with('#') => {
                    rest[blanks..].find('\n').map_or(rest.len(), |end| blanks + end)
                }
                _ => blanks,
            };
            self.take(length);
            if length == blanks {
                return;
            }
        }
    }

    /// Takes a text in quotes. Two quotes inside it mean one, and so does a backslash before one if `has_backslashes`.
    fn take_quoted(&mut self, close: char, has_backslashes: bool) -> SqlToken<'a> {
        self.take(1);
        let (mut quoted, mut is_escaped) = (String::new(), false);
        let mut signs = self.rest().char_indices().peekable();
        let mut length = self.rest().len();
        while let Some((at, sign)) = signs.next() {
            match sign {
                _ if is_escaped => {
                    quoted.push(escaped_sign(sign));
                    is_escaped = false;
                }
                '\\' if has_backslashes && close == '\'' => is_escaped = true,
                _ if sign == close => match signs.peek() {
                    Some((_, next)) if *next == close => {
                        quoted.push(sign);
                        signs.next();
                    }
                    _ => {
                        length = at + 1;
                        break;
                    }
                },
                _ => quoted.push(sign),
            }
        }
        self.take(length);
        SqlToken::Quoted(quoted)
    }
}

/// Returns the character that an escape sequence means. Line breaks and other control characters only separate words.
fn escaped_sign(sign: char) -> char {
    if matches!(sign, 'n' | 'r' | 't' | 'b' | 'f' | '0' | 'Z') { ' ' } else { sign }
}

impl<'a> Iterator for SqlTokens<'a> {
    type Item = SqlToken<'a>;

    fn next(&mut self) -> Option<SqlToken<'a>> {
        self.skip_blanks();
        let first = self.rest().chars().next()?;
        let sign = match first {
            '(' => SqlToken::Open,
            ')' => SqlToken::Close,
            ',' => SqlToken::Comma,
            ';' => SqlToken::End,
            '\'' | '"' | '`' => return Some(self.take_quoted(first, self.has_backslashes)),
            '[' => return Some(self.take_quoted(']', false)),
            // PostgreSQL: `E'It\'s'`.
            'E' | 'e' if self.rest()[1..].starts_with('\'') => {
                self.take(1);
                return Some(self.take_quoted('\'', true));
            }
            _ => {
                let ends = |c: char| c.is_whitespace() || "(),;'\"`[".contains(c);
                let length = self.rest().find(ends).unwrap_or(self.rest().len());
                return Some(SqlToken::Word(self.take(length)));
            }
        };
        self.take(1);
        Some(sign)
    }
}
