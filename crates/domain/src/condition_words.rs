//! The words for conditions in lists: eBay conditions in several languages, unopened, used, and not graded.

use super::condition::Condition;

/// Returns true if a text states that there is no grade, in the words of Discogs and others.
pub(super) fn is_ungraded(text: &str) -> bool {
    let lower = text.to_lowercase();
    matches!(lower.as_str(), "generic" | "no cover" | "not graded" | "ungraded" | "n/a" | "none" | "-")
}

/// Returns true if a grade means that the item was never opened, which is better than mint, in the languages of the eBay
/// sites and in those of other sellers.
#[rustfmt::skip]
pub(super) fn is_sealed(lower: &str) -> bool {
    matches!(
        lower.trim(),
        "ss" | "still sealed" | "sealed" | "factory sealed" | "new sealed" | "new & sealed"
            | "versiegelt" | "noch versiegelt" | "original versiegelt" | "originalversiegelt" | "neu versiegelt"
            | "neu & versiegelt" | "eingeschweißt" | "noch eingeschweißt" | "verschweißt" | "originalverschweißt"
            | "scellé" | "scelle" | "scellée" | "encore scellé" | "neuf scellé" | "sous blister" | "neuf sous blister"
            | "precintado" | "precintada" | "nuevo precintado" | "sellado" | "sellada" | "nuevo sellado"
            | "sigillato" | "sigillata" | "ancora sigillato" | "nuovo sigillato"
            | "geseald" | "nog geseald" | "nieuw geseald" | "verzegeld"
            | "zafoliowany" | "zafoliowana" | "zafoliowane" | "w folii" | "nowy w folii" | "nowa w folii"
            | "lacrado" | "lacrada" | "novo lacrado" | "selado" | "selada"
            | "未開封" | "未開封品" | "新品未開封"
            | "oöppnad" | "oöppnat" | "inplastad" | "inplastat" | "förseglad" | "uåbnet" | "uåpnet" | "forseglet"
            | "avaamaton" | "muoveissa" | "nerozbalený" | "nerozbalená" | "nerozbalené" | "zapečetěný" | "zapečetěné"
    )
}

/// Returns true if a condition only says "used". eBay's condition 3000 is used for records; the conditions of CDs and
/// tapes state how good a used copy is.
pub(super) fn is_used_only(text: &str) -> bool {
    matches!(
        spell_condition(text).as_str(),
        "3000"
            | "used"
            | "pre owned"
            | "preowned"
            | "second hand"
            | "secondhand"
            | "gebraucht"
            | "occasion"
            | "d'occasion"
            | "usado"
            | "de segunda mano"
            | "usato"
            | "gebruikt"
            | "tweedehands"
            | "używany"
            | "używane"
            | "中古"
            | "usada"
            | "begagnad"
            | "begagnat"
            | "använd"
            | "brugt"
            | "brukt"
            | "käytetty"
            | "použitý"
            | "použitá"
            | "použité"
    )
}

/// Parses an eBay condition: its name in several languages, or its number.
pub(super) fn parse_condition(text: &str) -> Option<Condition> {
    let plain = spell_condition(text);
    let used = [
        "used ",
        "gebraucht ",
        "occasion ",
        "usado ",
        "usato ",
        "begagnad ",
        "begagnat ",
        "brugt ",
        "brukt ",
        "collectible ",
    ];
    let of_used = used.iter().find_map(|word| plain.strip_prefix(word));
    if of_used == Some("new") {
        return None;
    }
    Some(match of_used.unwrap_or(&plain) {
        "1000" | "new" | "brand new" | "new item" | "neu" | "neu ovp" | "ovp" | "neu & ovp" | "neuf" | "nuevo"
        | "nuovo" | "nieuw" | "nowy" | "nowe" | "novo" | "nova" | "ny" | "nytt" | "helt ny" | "uusi" | "nový"
        | "nová" | "nové" | "新品" => Condition::New,
        "2750" | "like new" | "wie neu" | "neuwertig" | "comme neuf" | "como nuevo" | "come nuovo" | "als nieuw"
        | "jak nowy" | "como novo" | "como nova" | "som ny" | "som nytt" | "nyskick" | "kuin uusi"
        | "uudenveroinen" | "jako nový" | "jako nová" | "jako nové" | "ako nový" | "ako nová" | "ako nové"
        | "ほぼ新品" => Condition::LikeNew,
        "4000" | "very good" if of_used.is_some() || plain == "4000" => Condition::VeryGood,
        "sehr gut" | "très bon état" | "très bon" | "muy bueno" | "ottimo" | "ottime condizioni" | "molto buono"
        | "zeer goed" | "bardzo dobry" | "muito bom" | "muito boa" | "muito bom estado" | "mycket bra"
        | "mycket bra skick" | "mycket gott skick" | "meget god" | "meget god stand" | "svært god"
        | "svært god stand" | "erinomainen" | "velmi dobrý" | "velmi dobrá" | "velmi dobré" | "veľmi dobrý"
        | "veľmi dobrá" | "veľmi dobré" | "非常に良い" => Condition::VeryGood,
        "5000" | "good" if of_used.is_some() || plain == "5000" => Condition::Good,
        "gut" | "bon état" | "bon" | "bueno" | "buono" | "buone condizioni" | "goed" | "dobry" | "bom" | "boa"
        | "bom estado" | "bra" | "bra skick" | "gott skick" | "god" | "god stand" | "hyvä" | "dobrý" | "dobrá"
        | "dobré" | "良い" => Condition::Good,
        "6000" | "acceptable" | "akzeptabel" | "état acceptable" | "état correct" | "correct" | "aceptable"
        | "accettabile" | "acceptabel" | "redelijk" | "akceptowalny" | "zadowalający" | "aceitável" | "razoável"
        | "acceptabelt" | "acceptabelt skick" | "godtagbart" | "rimelig" | "akseptabel" | "akseptabelt"
        | "tyydyttävä" | "přijatelný" | "přijatelná" | "přijatelné" | "ucházející" | "可" => {
            Condition::Acceptable
        }
        sealed if is_sealed(sealed) => Condition::New,
        _ => return (!is_grade_word(&plain)).then(|| text.parse().ok()).flatten(),
    })
}

/// Normalizes a condition to lower-case words with single spaces: `UsedVeryGood`, `used_very-good` and
/// `Used: Very Good` become `used very good`.
fn spell_condition(text: &str) -> String {
    let mut words = String::with_capacity(text.len() + 4);
    let mut previous = ' ';
    for character in text.chars() {
        if previous.is_ascii_lowercase() && character.is_ascii_uppercase() {
            words.push(' ');
        }
        words.extend(character.to_lowercase());
        previous = character;
    }
    let words = words.replace("verygood", "very good").replace("likenew", "like new");
    let is_separator = |c: char| c.is_whitespace() || matches!(c, '_' | '-' | '–' | ';' | ':' | '/' | ',' | '.');
    words.split(is_separator).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Returns true for an abbreviated grade, which is not an eBay condition. `Very Good` and `Good` can mean either; in a
/// condition column, they are eBay conditions.
fn is_grade_word(text: &str) -> bool {
    matches!(text, "m" | "nm" | "ex" | "vg" | "g")
}
