//! Environment variables of the settings, also in `.env`.

/// A variable and its setting.
#[derive(Clone, Copy, Debug)]
pub struct EnvVariable {
    pub name: &'static str,
    /// The setting: `providers.discogs.key`.
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

/// All variables with their own name. If two give one setting, the later one in this table wins.
pub static ENV_VARIABLES: &[EnvVariable] = &[
    public_variable("MUSICBRAINZ_BASE_URL", "providers.musicbrainz.base_url", "a mirror, or the sandbox"),
    public_variable("COVERARTARCHIVE_BASE_URL", "providers.coverartarchive.base_url", "a mirror, or the sandbox"),
    public_variable("DISCOGS_BASE_URL", "providers.discogs.base_url", "the sandbox"),
    public_variable("DEEZER_BASE_URL", "providers.deezer.base_url", "the sandbox"),
    public_variable("ITUNES_BASE_URL", "providers.itunes.base_url", "the sandbox"),
    public_variable("MUSICBRAINZ_USER_AGENT", "http.user_agent", "name/version and a contact; sent to all services"),
    secret_variable(
        "DISCOGS_PERSONAL_ACCESS_TOKEN",
        "providers.discogs.key",
        "search by barcode and price suggestions",
    ),
    public_variable("EBAY_ENVIRONMENT", "ebay.environment", "production or sandbox"),
    public_variable("EBAY_MARKETPLACE", "ebay.marketplace", "the site: EBAY_US"),
    public_variable("EBAY_APP_ID", "ebay.app_id", "the keyset's App ID"),
    secret_variable("EBAY_CERT_ID", "ebay.cert_id", "the keyset's Cert ID"),
    public_variable("EBAY_RU_NAME", "ebay.ru_name", "the keyset's RuName, for signing in"),
    secret_variable("EBAY_REFRESH_TOKEN", "ebay.refresh_token", "a seller's consent, where none is kept"),
    public_variable("EBAY_API_BASE_URL", "ebay.api_base_url", "an imitation of eBay"),
    public_variable("EBAY_AUTH_BASE_URL", "ebay.auth_base_url", "where the consent is given"),
    public_variable("EBAY_MEDIA_BASE_URL", "ebay.media_base_url", "where pictures are taken in"),
    public_variable(
        "STORAGE_EMULATOR_HOST",
        "intake.gcs.emulator_host",
        "http://host:port or host:port; no credentials are sent",
    ),
    public_variable(
        "STORAGE_EMULATOR_HOST_GRPC",
        "intake.gcs.emulator_host_grpc",
        "where the emulator speaks gRPC elsewhere",
    ),
    public_variable(
        "GOOGLE_APPLICATION_CREDENTIALS",
        "intake.gcs.credentials_file",
        "a key for Google Cloud Storage; else /app/service-account-key.json, where that is there",
    ),
    public_variable("GOOGLE_CLOUD_PROJECT", "intake.gcs.project", "pays for requester-pays buckets"),
    public_variable("INPUT_SOURCE", "batch.source", "the list that MODE=batch runs"),
    public_variable("MODE", "batch.mode", "api: serve; batch: run INPUT_SOURCE and exit"),
    public_variable("TEST_MODE", "batch.test_mode", "true: rehearse"),
    public_variable("CREATE_DRAFTS", "batch.create_drafts", "false: no drafts"),
    public_variable("OUTPUT_DIR", "batch.output", "the folder for result files"),
    public_variable("DRAFT_MAKER_DATA_DIR", "batch.data_dir", "the folder that keeps the journal and the answers"),
    public_variable("TERM", "console.term", "what the terminal is"),
    public_variable("NO_COLOR", "console.no_color", "anything: no colours"),
    public_variable("LANG", "console.locale", "signs beyond ASCII, where it names UTF-8 or nothing"),
    public_variable("LC_CTYPE", "console.locale", "the same, stronger"),
    public_variable("LC_ALL", "console.locale", "the same, strongest"),
    public_variable("TMUX", "console.tmux", "anything: the terminal is tmux"),
    public_variable("SSH_CONNECTION", "console.ssh", "anything: whoever types sits at another machine"),
    public_variable("BROWSER", "console.browser", "what opens an address"),
    public_variable("DISPLAY", "console.display", "anything: there is a desktop for a browser"),
    public_variable("WAYLAND_DISPLAY", "console.display", "the same"),
    secret_variable("DRAFT_MAKER_TOKEN", "server.token", "what clients of the service have to show"),
    public_variable("RUST_LOG", "log.level", "as every Rust program reads it"),
];

/// Prefix of the general name of every setting: `DRAFT_MAKER__PRICING__FLOOR` is `pricing.floor`.
pub(super) const VARIABLE_PREFIX: &str = "DRAFT_MAKER__";

/// Returns the setting of a variable, whether it exists or not. `None` for a variable of another program.
pub(super) fn setting_for_variable(name: &str) -> Option<String> {
    let named = ENV_VARIABLES.iter().find(|variable| variable.name == name).map(|variable| variable.key.to_owned());
    named.or_else(|| name.strip_prefix(VARIABLE_PREFIX).map(|rest| rest.to_lowercase().replace("__", ".")))
}

/// Returns the precedence of a variable among those of one setting: the later in the table wins, the general name over all.
pub(super) fn variable_precedence(name: &str) -> usize {
    ENV_VARIABLES.iter().position(|variable| variable.name == name).unwrap_or(ENV_VARIABLES.len())
}

/// Returns whether the value of this setting is a secret.
pub(super) fn is_secret(key: &str) -> bool {
    let listed = ENV_VARIABLES.iter().any(|variable| variable.is_secret && variable.key == key);
    let leaf = key.rsplit('.').next().unwrap_or(key);
    listed || ["key", "token", "secret", "password"].iter().any(|word| leaf.split('_').any(|part| part == *word))
}
