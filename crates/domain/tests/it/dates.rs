//! Partial dates.

use domain::release::PartialDate;
use proptest::prelude::*;

fn read(text: &str) -> String {
    text.parse::<PartialDate>().map_or_else(|error| error.to_string(), |date| date.to_string())
}

#[test]
fn a_partial_date_stays_partial() {
    for text in ["1991", "1991-09", "1991-09-24"] {
        assert_eq!(read(text), text);
    }
}

#[test]
fn a_year_after_the_next_one_is_not_that_of_a_release() {
    let now = "2026-11-29T00:00:00Z".parse().unwrap();
    let is_implausible = |date: &str| date.parse::<PartialDate>().unwrap().is_implausible(now);
    assert_eq!(["1996", "2026-12", "2027", "2028", "2199"].map(is_implausible), [false, false, false, true, true]);
}

#[test]
fn unknown_parts_are_read_as_services_write_them() {
    assert_eq!(read("1987-07-00"), "1987-07");
    assert_eq!(read("1987-00-00"), "1987");
    assert_eq!(read("1987-00-12"), "1987", "a day without a month is dropped");
    assert_eq!(read("2011-09-27T07:00:00Z"), "2011-09-27");
    assert_eq!(read(" 1991 "), "1991");
    assert_eq!(read("1991-"), "1991");
}

#[test]
fn invalid_dates_are_rejected() {
    let out_of_range = ["0", "0000", "91", "19911", "1991-13", "1991-09-32", "1991-09-24-1"];
    for text in out_of_range.into_iter().chain(["", "????", "1991-x", "-1991", "+199", "1991-+9", "1991-09-+2"]) {
        assert_eq!(read(text), format!("not a date: {text:?}"));
    }
}

#[test]
fn a_partial_date_agrees_with_a_full_one() {
    let agree = |a: &str, b: &str| a.parse::<PartialDate>().unwrap().agrees_with(b.parse().unwrap());
    assert!(agree("1991", "1991-09-24") && agree("1991-09-24", "1991-09"));
    assert!(!agree("1991-09", "1991-10") && !agree("1991", "1992"));
}

proptest! {
    #[test]
    fn displayed_dates_parse_back(text in "(19|20)[0-9]{2}(-(0[0-9]|1[0-2])(-[0-2][0-9])?)?") {
        let date = text.parse::<PartialDate>().unwrap();
        prop_assert_eq!(date.to_string().parse::<PartialDate>().unwrap(), date);
        prop_assert!(text.starts_with(&date.to_string()));
        prop_assert!(date.agrees_with(date));
    }

    #[test]
    fn no_text_causes_a_panic(text in "\\PC{0,20}") {
        let _ = text.parse::<PartialDate>();
    }
}
