//! Formats that the user enters in review.

use domain::release::Format;

#[test]
fn every_format_that_can_be_listed_can_be_entered() {
    for (typed, shown) in [
        ("CD", "CD"),
        ("2xLP", "2×Vinyl"),
        ("3 × cd + DVD", "3×CD + DVD"),
        ("Box set: 4xCD", "Box set: 4×CD"),
        ("12\"", "Vinyl"),
        ("8-track", "8-Track"),
        ("2x8-Track", "2×8-Track"),
        ("reel-to-reel", "Reel-to-Reel"),
        ("Shellac", "Shellac 78"),
        ("laserdisc", "LaserDisc"),
        ("VHS", "VHS"),
        ("2xdcc", "2×DCC"),
        ("DAT", "DAT"),
    ] {
        assert_eq!(typed.parse::<Format>().map(|format| format.to_string()).as_deref(), Ok(shown), "{typed}");
    }
    let lp = "LP".parse::<Format>().unwrap();
    assert_eq!((lp.media[0].wording.as_str(), lp.media[0].inches), ("Vinyl, LP", Some(12)));
    for wrong in ["", "0xCD", "100xCD", "8", "CD +", "a record"] {
        assert!(wrong.parse::<Format>().unwrap_err().to_string().contains("Shellac"), "{wrong}");
    }
}
