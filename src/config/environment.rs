//! Environment variables that set settings, in the environment or in `.env`.

use std::fmt;

/// A variable and its setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnvVariable {
    pub name: &'static str,
    /// Key of the setting: `providers.discogs.key`.
    pub key: &'static str,
    /// Whether the value is a secret that is never shown.
    pub is_secret: bool,
    /// A note for the operator.
    pub note: &'static str,
}

const fn public_variable(name: &'static str, key: &'static str, note: &'static str) -> EnvVariable {
    EnvVariable { name, key, is_secret: false, note }
}

const fn secret_variable(name: &'static str, key: &'static str, note: &'static str) -> EnvVariable {
    EnvVariable { name, key, is_secret: true, note }
}

/// All variables with a name of their own. If two variables set the same setting, the later one in this table wins.
pub static ENV_VARIABLES: &[EnvVariable] = &[
    public_variable("MUSICBRAINZ_BASE_URL", "providers.musicbrainz.base_url", "a mirror, or the sandbox"),
    public_variable("COVERARTARCHIVE_BASE_URL", "providers.coverartarchive.base_url", "a mirror, or the sandbox"),
    public_variable("DISCOGS_BASE_URL", "providers.discogs.base_url", "the sandbox"),
    public_variable("DEEZER_BASE_URL", "providers.deezer.base_url", "the sandbox"),
    public_variable("ITUNES_BASE_URL", "providers.itunes.base_url", "the sandbox"),
    public_variable("MUSICBRAINZ_USER_AGENT", "http.user_agent", "your shop and a contact; sent to all services"),
    secret_variable(
        "DISCOGS_PERSONAL_ACCESS_TOKEN",
        "providers.discogs.key",
        "search by barcode and price suggestions",
    ),
    public_variable("EBAY_ENVIRONMENT", "ebay.environment", "production or sandbox"),
    public_variable("EBAY_MARKETPLACE", "ebay.marketplace", "the eBay site: EBAY_US, EBAY_GB, EBAY_DE, ..."),
    public_variable("EBAY_APP_ID", "ebay.app_id", "the keyset's App ID"),
    secret_variable("EBAY_CERT_ID", "ebay.cert_id", "the keyset's Cert ID"),
    public_variable("EBAY_RU_NAME", "ebay.ru_name", "the keyset's RuName, for signing in"),
    secret_variable(
        "EBAY_REFRESH_TOKEN",
        "ebay.refresh_token",
        "the authorization of a container; overrides saved sign-ins",
    ),
    public_variable("EBAY_API_BASE_URL", "ebay.api_base_url", "a simulated eBay"),
    public_variable("EBAY_AUTH_BASE_URL", "ebay.auth_base_url", "the sign-in page of a simulated eBay"),
    public_variable("EBAY_MEDIA_BASE_URL", "ebay.media_base_url", "the picture service of a simulated eBay"),
    public_variable(
        "STORAGE_EMULATOR_HOST",
        "intake.gcs.emulator_host",
        "http://host:port or host:port; no credentials are sent",
    ),
    public_variable(
        "STORAGE_EMULATOR_HOST_GRPC",
        "intake.gcs.emulator_host_grpc",
        "not used: all requests go to STORAGE_EMULATOR_HOST",
    ),
    public_variable(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "intake.gcs.credentials_file",
        "a key for Google Cloud Storage; default /app/service-account-key.json, if it exists",
    ),
    public_variable("GOOGLE_CLOUD_PROJECT", "intake.gcs.project", "pays for requester-pays buckets"),
    public_variable("INPUT_SOURCE", "batch.source", "the list that MODE=batch runs"),
    public_variable("MODE", "batch.mode", "api: serve; batch: run INPUT_SOURCE and exit"),
    public_variable("TEST_MODE", "batch.test_mode", "true: dry run"),
    public_variable("CREATE_DRAFTS", "batch.create_drafts", "false: create no drafts"),
    public_variable("ITEM_CONDITION", "listing.condition", "new, like_new, very_good, good or acceptable"),
    public_variable("OUTPUT_DIR", "batch.output", "the folder for result files, or gs://bucket/folder"),
    public_variable("DRAFT_MAKER_DATA_DIR", "batch.data_dir", "the folder for batches, cached answers and logs"),
    secret_variable(
        "DATABASE_URL",
        "store.url",
        "postgres://USER:PASSWORD@HOST/DATABASE: batches and ledger are kept there",
    ),
    secret_variable(
        "DRAFT_MAKER_ENCRYPTION_KEY",
        "store.encryption_key",
        "32 bytes in base64: the eBay sign-in is kept in the database, encrypted with it",
    ),
    public_variable("TERM", "console.term", "type of the terminal"),
    public_variable("NO_COLOR", "console.no_color", "any value: no colors"),
    public_variable("LANG", "console.locale", "UTF-8 allows symbols beyond ASCII"),
    public_variable("LC_CTYPE", "console.locale", "as LANG, higher priority"),
    public_variable("LC_ALL", "console.locale", "as LANG, highest priority"),
    public_variable("TMUX", "console.tmux", "any value: the terminal is tmux"),
    public_variable("SSH_CONNECTION", "console.ssh", "any value: you work over ssh"),
    public_variable("BROWSER", "console.browser", "the program that opens web pages"),
    public_variable("DISPLAY", "console.display", "any value: a desktop can open a browser"),
    public_variable("WAYLAND_DISPLAY", "console.display", "as DISPLAY"),
    public_variable("TERM_PROGRAM", "console.emulator", "name of the terminal emulator"),
    public_variable("LC_TERMINAL", "console.emulator", "as TERM_PROGRAM, higher priority"),
    public_variable("WT_SESSION", "console.windows_terminal", "any value: the terminal is Windows Terminal"),
    public_variable("GHOSTTY_RESOURCES_DIR", "console.ghostty", "any value: the terminal is Ghostty"),
    public_variable("WEZTERM_PANE", "console.wezterm", "any value: the terminal is WezTerm"),
    public_variable("KITTY_WINDOW_ID", "console.kitty", "any value: the terminal is kitty"),
    public_variable("VTE_VERSION", "console.vte", "version of the terminal's VTE library"),
    secret_variable("DRAFT_MAKER_TOKEN", "server.token", "the token that clients of the service must send"),
    public_variable("RUST_LOG", "log.level", "log level or filter"),
];

/// Prefix of the generic variable of a setting: `DRAFT_MAKER__PRICING__FLOOR` sets `pricing.floor`.
pub(super) const VARIABLE_PREFIX: &str = "DRAFT_MAKER__";

/// Returns the key that a variable sets, even if no such setting exists. `None` for a variable of another program.
pub(super) fn setting_for_variable(name: &str) -> Option<String> {
    let named = ENV_VARIABLES.iter().find(|variable| variable.name == name).map(|variable| variable.key.to_owned());
    named.or_else(|| name.strip_prefix(VARIABLE_PREFIX).map(|rest| rest.to_lowercase().replace("__", ".")))
}

/// Minimum similarity (Jaro-Winkler, 0 to 1) at which a name counts as a misspelled variable.
const MIN_NAME_SIMILARITY: f64 = 0.92;

/// Returns false if the letters that two names share rule out [`MIN_NAME_SIMILARITY`], which takes much longer to compute.
/// It needs a Jaro similarity of 0.866, which is at most the average of 1 and the share of each name that is in the other.
fn can_be_similar(one: &str, other: &str) -> bool {
    let mut counts = [0_usize; 256];
    one.bytes().for_each(|byte| counts[usize::from(byte)] += 1);
    let mut common = 0;
    for byte in other.bytes() {
        let left = &mut counts[usize::from(byte)];
        common += usize::from(*left > 0);
        *left = left.saturating_sub(1);
    }
    let (one, other) = (one.chars().count(), other.chars().count());
    5 * common * (one + other) >= 8 * one * other
}

/// Prefixes that only variables of Draft Maker have.
const OWN_PREFIXES: [&str; 6] =
    ["DISCOGS_", "DRAFT_MAKER_", "EBAY_", "MUSICBRAINZ_", "COVERARTARCHIVE_", "STORAGE_EMULATOR_"];

/// Variables of the compose file, the build and the terminal; they are not settings of the program.
const OTHER_VARIABLES: [&str; 5] =
    ["DRAFT_MAKER_UID", "DRAFT_MAKER_GID", "DRAFT_MAKER_COMMIT", "DRAFT_MAKER_COMMIT_DATE", "TERM_PROGRAM_VERSION"];

/// Names that other programs and eBay's own pages use for credentials: a prefix, a part of the name, and the variable
/// that is meant.
const CREDENTIAL_NAMES: [(&str, &str, &str); 12] = [
    ("DISCOGS_", "TOKEN", "DISCOGS_PERSONAL_ACCESS_TOKEN"),
    ("DISCOGS_", "KEY", "DISCOGS_PERSONAL_ACCESS_TOKEN"),
    ("DISCOGS_", "SECRET", "DISCOGS_PERSONAL_ACCESS_TOKEN"),
    ("EBAY_", "CLIENT_ID", "EBAY_APP_ID"),
    ("EBAY_", "CLIENT_SECRET", "EBAY_CERT_ID"),
    ("EBAY_", "SECRET", "EBAY_CERT_ID"),
    ("EBAY_", "CERT", "EBAY_CERT_ID"),
    ("EBAY_", "REDIRECT", "EBAY_RU_NAME"),
    ("EBAY_", "RUNAME", "EBAY_RU_NAME"),
    ("EBAY_", "TOKEN", "EBAY_REFRESH_TOKEN"),
    ("EBAY_", "APP", "EBAY_APP_ID"),
    ("EBAY_", "SITE", "EBAY_MARKETPLACE"),
];

/// Returns the credential that a variable with this name probably means.
fn meant_credential(upper: &str) -> Option<&'static EnvVariable> {
    let is_meant = |(prefix, part, _): &&(&str, &str, &str)| upper.starts_with(prefix) && upper.contains(part);
    let (.., name) = CREDENTIAL_NAMES.iter().find(is_meant)?;
    ENV_VARIABLES.iter().find(|variable| variable.name == *name)
}

/// Minimum length of a name that is recognized as a key without its section. Shorter ones, such as `PORT`, may belong to
/// other programs.
const MIN_BARE_KEY_LEN: usize = 8;

/// Returns the variable of the setting whose key has the letters of `upper`: `PRICING_FLOOR` means `pricing.floor`.
fn variable_for_key<'k>(upper: &str, keys: impl Iterator<Item = &'k str>) -> Option<String> {
    let letters = |text: &str| text.replace(['_', '.', '-'], "").to_ascii_uppercase();
    let wanted = letters(upper.strip_prefix("DRAFT_MAKER_").unwrap_or(upper));
    let is_bare_key = |key: &str| letters(key.rsplit('.').next().unwrap_or(key)) == wanted;
    let (mut whole, mut bare) = (None, Vec::new());
    for key in keys {
        whole = whole.or_else(|| (letters(key) == wanted).then_some(key));
        bare.extend((wanted.len() >= MIN_BARE_KEY_LEN && is_bare_key(key)).then_some(key));
    }
    let key = whole.or_else(|| if let [only] = bare[..] { Some(only) } else { None })?;
    let named = ENV_VARIABLES.iter().find(|variable| variable.key == key).map(|variable| variable.name.to_owned());
    Some(named.unwrap_or_else(|| format!("{VARIABLE_PREFIX}{}", key.replace('.', "__").to_uppercase())))
}

/// Returns the variable in a command of a shell that sets it: `set NAME`, `$env:NAME`. `None` for a bare name.
fn variable_of_a_shell(name: &str) -> Option<&'static EnvVariable> {
    let (_, bare) = name.rsplit_once([' ', '\t', ':'])?;
    ENV_VARIABLES.iter().find(|variable| variable.name == bare)
}

/// A variable that sets nothing but looks like a variable of Draft Maker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct MisspelledVariable {
    name: String,
    /// The variable that is meant.
    suggestion: String,
    /// Set if the variable that is meant is a credential, and certainly so.
    credential: Option<&'static EnvVariable>,
}

impl MisspelledVariable {
    /// Returns the variable that `name` in a `.env` file probably means. In such a file, other names than in the
    /// environment can only mean a setting; `keys` has the keys of all settings.
    pub(super) fn from_name_or_key<'k>(name: &str, keys: impl Iterator<Item = &'k str>) -> Option<Self> {
        if setting_for_variable(name).is_some() || OTHER_VARIABLES.contains(&name) {
            return None;
        }
        if let Some(known) = variable_of_a_shell(name) {
            return Some(Self::for_known(name, known, true));
        }
        let google = (name == "GOOGLE_CREDENTIALS").then(|| "GOOGLE_APPLICATION_CREDENTIALS".to_owned());
        let setting = google.or_else(|| variable_for_key(&name.to_ascii_uppercase(), keys));
        let setting = setting.map(|suggestion| Self { name: name.to_owned(), suggestion, credential: None });
        setting.or_else(|| Self::from_name(name))
    }

    /// Returns the variable that `name` probably means. `None` for a known variable and for a variable of another
    /// program.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        if setting_for_variable(name).is_some() || OTHER_VARIABLES.contains(&name) {
            return None;
        }
        let upper = name.to_ascii_uppercase();
        let is_own = OWN_PREFIXES.iter().any(|prefix| upper.starts_with(prefix));
        // Only a name that contains URL can mean an address.
        let candidates = ENV_VARIABLES.iter().filter(|known| known.name.contains("URL") == upper.contains("URL"));
        let candidates = candidates.filter(|known| is_own || can_be_similar(known.name, &upper));
        let scored = candidates.map(|known| (strsim::jaro_winkler(known.name, &upper), known));
        let (score, nearest) = scored.max_by(|a, b| a.0.total_cmp(&b.0))?;
        let named = meant_credential(&upper).filter(|_| score < MIN_NAME_SIMILARITY);
        let is_similar = score >= MIN_NAME_SIMILARITY && name.len() >= 5;
        let is_certain = is_similar || named.is_some();
        let meant = named.unwrap_or(nearest);
        (is_similar || is_own).then(|| Self::for_known(name, meant, is_certain))
    }

    fn for_known(name: &str, meant: &'static EnvVariable, is_certain: bool) -> Self {
        let is_credential = meant.is_secret || matches!(meant.name, "EBAY_APP_ID" | "EBAY_RU_NAME");
        let credential = (is_credential && is_certain).then_some(meant);
        Self { name: name.to_owned(), suggestion: meant.name.to_owned(), credential }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    /// Returns the credential that is meant; `None` if another setting is meant.
    pub(super) fn meant_credential(&self) -> Option<&'static EnvVariable> {
        self.credential
    }
}

impl fmt::Display for MisspelledVariable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is not a setting, so it is ignored; did you mean {}?", self.name, self.suggestion)
    }
}

/// Returns the precedence of a variable among those that set the same setting: later ones in the table win, and the
/// generic name wins over all.
pub(super) fn variable_precedence(name: &str) -> usize {
    ENV_VARIABLES.iter().position(|variable| variable.name == name).unwrap_or(ENV_VARIABLES.len())
}

/// Returns whether the value of this setting is a secret.
pub(super) fn is_secret(key: &str) -> bool {
    let listed = ENV_VARIABLES.iter().any(|variable| variable.is_secret && variable.key == key);
    let leaf = key.rsplit('.').next().unwrap_or(key);
    listed || ["key", "token", "secret", "password"].iter().any(|word| leaf.split('_').any(|part| part == *word))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Names of others, and known names with a missing letter or two swapped ones.
    fn names() -> Vec<String> {
        let mut names = vec!["PATH".to_owned(), "HOME".to_owned(), "EDITOR".to_owned(), "MÖDE".to_owned()];
        for known in ENV_VARIABLES.iter().map(|variable| variable.name) {
            for at in 1..known.len() {
                names.push(format!("{}{}", &known[..at - 1], &known[at..]));
                names.push(format!(
                    "{}{}{}{}",
                    &known[..at - 1],
                    &known[at..=at],
                    &known[at - 1..at],
                    &known[at + 1..]
                ));
            }
        }
        names
    }

    #[test]
    fn no_similar_name_is_ruled_out_by_its_letters() {
        let (mut similar, mut ruled_out) = (0, 0);
        for name in names() {
            for known in ENV_VARIABLES {
                let can_be = can_be_similar(known.name, &name);
                let is = strsim::jaro_winkler(known.name, &name) >= MIN_NAME_SIMILARITY;
                assert!(can_be || !is, "{name} and {}", known.name);
                similar += usize::from(is);
                ruled_out += usize::from(!can_be);
            }
        }
        assert!(similar > 1_000 && ruled_out > similar, "{similar} similar, {ruled_out} ruled out");
    }
}
