//! ISBN-10, the book number before 2007.

use super::super::upc::Upc;

/// Converts an ISBN-10 to an EAN-13: 978, the first nine digits, and a new check digit (ISBN Users' Manual, section 4).
/// Returns `None` if the text is not an ISBN-10, which has ten digits (the last may be X) whose sum, weighted 10 to 1,
/// is divisible by 11.
pub fn parse_isbn10(text: &str) -> Option<Upc> {
    let text = text.trim().trim_start_matches('=').trim_matches(['"', '\'', ' ']);
    let digits: String = text.chars().filter(|c| !matches!(c, '-' | ' ')).collect();
    let (body, check) = digits.split_at_checked(9)?;
    let value = |(at, digit): (usize, char)| match digit {
        'X' | 'x' if at == 9 => Some(10),
        digit => digit.to_digit(10),
    };
    let values: Vec<u32> = digits.chars().enumerate().map(value).collect::<Option<_>>()?;
    let sum: u32 = values.iter().zip((1..=10).rev()).map(|(value, weight)| value * weight).sum();
    let is_isbn = check.len() == 1 && sum.is_multiple_of(11);
    is_isbn.then(|| (0..10).find_map(|check| format!("978{body}{check}").parse().ok()))?
}
