//! The names under which settings stand in the environment and in `.env`.

/// A variable and the setting it gives.
#[derive(Clone, Copy, Debug)]
pub struct Variable {
    pub name: &'static str,
    /// The setting: `providers.discogs.key`.
    pub key: &'static str,
    /// True where the value is never shown.
    pub secret: bool,
    /// What an operator may want to know.
    pub note: &'static str,
}

const fn open(name: &'static str, key: &'static str, note: &'static str) -> Variable {
    Variable { name, key, secret: false, note }
}

const fn secret(name: &'static str, key: &'static str, note: &'static str) -> Variable {
    Variable { name, key, secret: true, note }
}

/// All variables with a name of their own. Where two give one setting, the later one counts.
pub static ENVIRONMENT: &[Variable] = &[
    open("MUSICBRAINZ_BASE_URL", "providers.musicbrainz.base_url", "a mirror, or the sandbox"),
    open("COVERARTARCHIVE_BASE_URL", "providers.coverartarchive.base_url", "a mirror, or the sandbox"),
    open("DISCOGS_BASE_URL", "providers.discogs.base_url", "the sandbox"),
    open("DEEZER_BASE_URL", "providers.deezer.base_url", "the sandbox"),
    open("ITUNES_BASE_URL", "providers.itunes.base_url", "the sandbox"),
    open("MUSICBRAINZ_USER_AGENT", "http.user_agent", "name/version and a contact; sent to all services"),
    secret("DISCOGS_PERSONAL_ACCESS_TOKEN", "providers.discogs.key", "search by barcode and price suggestions"),
    open("EBAY_ENVIRONMENT", "ebay.environment", "production or sandbox"),
    open("EBAY_MARKETPLACE", "ebay.marketplace", "the site: EBAY_US"),
    open("EBAY_APP_ID", "ebay.app_id", "the keyset's App ID"),
    secret("EBAY_CERT_ID", "ebay.cert_id", "the keyset's Cert ID"),
    open("EBAY_RU_NAME", "ebay.ru_name", "the keyset's RuName, for signing in"),
    secret("EBAY_REFRESH_TOKEN", "ebay.refresh_token", "a seller's consent, where none is kept"),
    open("EBAY_API_BASE_URL", "ebay.api_base_url", "an imitation of eBay"),
    open("EBAY_AUTH_BASE_URL", "ebay.auth_base_url", "where the consent is given"),
    open("EBAY_MEDIA_BASE_URL", "ebay.media_base_url", "where pictures are taken in"),
    open("STORAGE_EMULATOR_HOST", "intake.gcs.emulator_host", "http://host:port or host:port; no credentials are sent"),
    open("STORAGE_EMULATOR_HOST_GRPC", "intake.gcs.emulator_host_grpc", "where the emulator speaks gRPC elsewhere"),
    open(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "intake.gcs.credentials_file",
        "a key for Google Cloud Storage; else /app/service-account-key.json, where that is there",
    ),
    open("GOOGLE_CLOUD_PROJECT", "intake.gcs.project", "pays for requester-pays buckets"),
    open("INPUT_SOURCE", "batch.source", "the list that MODE=batch runs"),
    open("MODE", "batch.mode", "api: serve; batch: run INPUT_SOURCE and exit"),
    open("TEST_MODE", "batch.test_mode", "true: rehearse"),
    open("CREATE_DRAFTS", "batch.create_drafts", "false: no drafts"),
    open("OUTPUT_DIR", "batch.output", "the folder for result files"),
    open("DRAFT_MAKER_DATA_DIR", "batch.data_dir", "the folder that keeps the journal and the answers"),
    open("TERM", "console.term", "what the terminal is"),
    open("NO_COLOR", "console.no_color", "anything: no colours"),
    open("LANG", "console.locale", "signs beyond ASCII, where it names UTF-8 or nothing"),
    open("LC_CTYPE", "console.locale", "the same, stronger"),
    open("LC_ALL", "console.locale", "the same, strongest"),
    open("TMUX", "console.tmux", "anything: the terminal is tmux"),
    open("SSH_CONNECTION", "console.ssh", "anything: whoever types sits at another machine"),
    open("BROWSER", "console.browser", "what opens an address"),
    open("DISPLAY", "console.display", "anything: there is a desktop for a browser"),
    open("WAYLAND_DISPLAY", "console.display", "the same"),
    secret("DRAFT_MAKER_TOKEN", "server.token", "what clients of the service have to show"),
    open("RUST_LOG", "log.level", "as every Rust program reads it"),
];

/// Every setting also has this name: `DRAFT_MAKER__PRICING__FLOOR` is `pricing.floor`.
pub(super) const PREFIX: &str = "DRAFT_MAKER__";

/// The setting that a variable of this name gives, known or not; `None` for a variable that is not ours.
pub(super) fn key_of(name: &str) -> Option<String> {
    let named = ENVIRONMENT.iter().find(|variable| variable.name == name).map(|variable| variable.key.to_owned());
    named.or_else(|| name.strip_prefix(PREFIX).map(|rest| rest.to_lowercase().replace("__", ".")))
}

/// Which of two variables for one setting is the stronger: the later in the table, and the general name over all.
pub(super) fn rank(name: &str) -> usize {
    ENVIRONMENT.iter().position(|variable| variable.name == name).unwrap_or(ENVIRONMENT.len())
}

/// True where the value of this setting is never shown.
pub(super) fn is_secret(key: &str) -> bool {
    let listed = ENVIRONMENT.iter().any(|variable| variable.secret && variable.key == key);
    let leaf = key.rsplit('.').next().unwrap_or(key);
    listed || ["key", "token", "secret", "password"].iter().any(|word| leaf.split('_').any(|part| part == *word))
}
