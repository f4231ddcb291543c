//! The query for the terminal's background color, and its reply. The query is sent after the first frame. Without a
//! reply in time, the theme stays dark.

use std::time::Duration;

/// Query for the background color (xterm control sequences, OSC 11).
pub(super) const BACKGROUND_QUERY: &str = "\x1b]11;?\x1b\\";

/// Maximum time between the query and a reply that changes the theme. A later change would disturb the operator.
pub(super) const REPLY_DEADLINE: Duration = Duration::from_secs(1);

/// Returns whether a reply such as `11;rgb:ffff/ffff/dddd` reports a light color; `None` if it is not a reply.
pub(super) fn is_light_background(reply: &str) -> Option<bool> {
    let color = reply.strip_prefix("11;")?;
    let channels = color.strip_prefix("rgb:").or_else(|| color.strip_prefix("rgba:"))?;
    let mut channels = channels.split('/').map(parse_channel);
    let (red, green, blue) = (channels.next()??, channels.next()??, channels.next()??);
    // Luma of ITU-R BT.601.
    Some(0.299 * red + 0.587 * green + 0.114 * blue > 0.5)
}

/// Parses a channel of one to four hexadecimal digits. Returns its share of the maximum value, from 0 to 1.
fn parse_channel(digits: &str) -> Option<f64> {
    if !(1..=4).contains(&digits.len()) || !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
        return None;
    }
    let value = u16::from_str_radix(digits, 16).ok()?;
    let greatest = (1_u32 << (4 * digits.len())) - 1;
    Some(f64::from(value) / f64::from(greatest))
}

#[cfg(test)]
mod tests {
    use super::is_light_background;

    #[test]
    fn light_and_dark_colors_are_distinguished() {
        for (reply, is_light) in [
            ("11;rgb:ffff/ffff/ffff", Some(true)),
            ("11;rgb:fd/f6/e3", Some(true)),
            ("11;rgba:ffff/ffff/ffff/ffff", Some(true)),
            ("11;rgb:0000/0000/0000", Some(false)),
            ("11;rgb:2828/2a2a/3636", Some(false)),
            ("11;rgb:f/f/f", Some(true)),
            ("10;rgb:ffff/ffff/ffff", None),
            ("11;rgb:ffff/ffff", None),
            ("11;rgb:fffff/0/0", None),
            ("11;rgb:+f/0/0", None),
            ("11;white", None),
        ] {
            assert_eq!(is_light_background(reply), is_light, "{reply}");
        }
    }
}
