//! The five layers of settings, read without starting a process.

use std::fs;
use std::path::PathBuf;

use crate::cli::{err, program};
use domain::condition::Condition;
use draft_maker::config::{
    BatchSettings, Config, ConfigError, ConfigSources, DEFAULT_SETTINGS, ENV_VARIABLES, SettingOverride,
    format_as_json, format_as_table,
};
use proptest::prelude::*;
use serde::Deserialize;
use tempfile::TempDir;

/// A folder with settings files, and the sources that read them.
struct TestSettings {
    folder: TempDir,
    sources: ConfigSources,
}

impl TestSettings {
    fn new() -> Self {
        Self { folder: TempDir::new().unwrap(), sources: ConfigSources::default() }
    }

    fn put(&self, name: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(name);
        fs::write(&path, text).unwrap();
        path
    }

    fn file(mut self, text: &str) -> Self {
        self.sources.named_file = Some(self.put("config.toml", text));
        self
    }

    fn dot_env(mut self, text: &str) -> Self {
        self.sources.dot_env.push(self.put(".env", text));
        self
    }

    fn env(mut self, name: &str, value: &str) -> Self {
        self.sources.environment.push((name.into(), value.into()));
        self
    }

    fn flag(mut self, key: &str, flag: &str, value: &str) -> Self {
        self.sources.flags.push(SettingOverride::new(key, flag, value));
        self
    }

    fn load(&self) -> Config {
        Config::load(&self.sources).unwrap()
    }

    /// Returns the error message, without the name of the folder.
    fn error_message(&self) -> String {
        self.without_folder(&Config::load(&self.sources).unwrap_err())
    }

    fn without_folder(&self, error: &ConfigError) -> String {
        error.to_string().replace(&format!("{}/", self.folder.path().display()), "")
    }

    /// Returns value and origin of a setting, as shown to the user.
    fn shown(&self, key: &str) -> (String, String) {
        let row = self.load().setting_rows().into_iter().find(|row| row.key == key).unwrap();
        (row.value.to_string(), row.origin.to_string().replace(&format!("{}/", self.folder.path().display()), ""))
    }
}

#[test]
fn a_mounted_key_file_is_used_unless_another_is_set() {
    let key = "intake.gcs.credentials_file";
    let mut place = TestSettings::new();
    place.sources.mounted_key = Some(place.folder.path().join("service-account-key.json"));
    assert_eq!(place.shown(key), pair("null", "default"), "the file does not exist");
    // Docker creates a folder in place of a mounted file that does not exist on the host.
    fs::create_dir(place.folder.path().join("service-account-key.json")).unwrap();
    assert_eq!(place.shown(key), pair("null", "default"), "a folder is not a key file");
    fs::remove_dir(place.folder.path().join("service-account-key.json")).unwrap();
    let file = place.put("service-account-key.json", "{}");
    let found = format!("{:?}", file.display().to_string());
    assert_eq!(place.shown(key), pair(&found, "default, because the file exists"));
    let place = place.env("GOOGLE_APPLICATION_CREDENTIALS", "/elsewhere.json");
    assert_eq!(place.shown(key), pair("\"/elsewhere.json\"", "GOOGLE_APPLICATION_CREDENTIALS in the environment"));
}

fn pair(value: &str, origin: &str) -> (String, String) {
    (value.to_owned(), origin.to_owned())
}

#[test]
fn each_layer_overrides_those_before() {
    let key = "batch.output";
    let place = TestSettings::new();
    assert_eq!(place.shown(key), pair("\"output\"", "default"));
    let place = place.file("\n[batch]\noutput = \"a\"\n");
    assert_eq!(place.shown(key), pair("\"a\"", "config.toml, line 3"));
    let place = place.dot_env("OUTPUT_DIR=b\n");
    assert_eq!(place.shown(key), pair("\"b\"", "OUTPUT_DIR in .env"));
    let place = place.env("OUTPUT_DIR", "c");
    assert_eq!(place.shown(key), pair("\"c\"", "OUTPUT_DIR in the environment"));
    let place = place.flag(key, "--output", "d");
    assert_eq!(place.shown(key), pair("\"d\"", "flag --output"));
}

#[test]
fn an_empty_variable_is_not_set() {
    let place =
        TestSettings::new().dot_env("OUTPUT_DIR=\nTEST_MODE=\n").env("OUTPUT_DIR", " ").env("CREATE_DRAFTS", "");
    assert_eq!(place.shown("batch.output"), pair("\"output\"", "default"));
    assert_eq!(place.shown("batch.test_mode"), pair("false", "default"));
    assert_eq!(place.shown("batch.create_drafts"), pair("true", "default"));
}

#[test]
fn the_general_name_of_a_setting_overrides_other_names() {
    let place = TestSettings::new()
        .env("DRAFT_MAKER__BATCH__OUTPUT", "general")
        .env("OUTPUT_DIR", "named")
        .env("DRAFT_MAKER__PROVIDERS__DEEZER__ON", "yes")
        .env("DRAFT_MAKER__MATCHING__COUNTRIES", "US, XE")
        .env("PATH", "/bin");
    assert_eq!(place.shown("batch.output"), pair("\"general\"", "DRAFT_MAKER__BATCH__OUTPUT in the environment"));
    assert_eq!(place.shown("providers.deezer.on").0, "true");
    assert_eq!(place.shown("matching.countries").0, "[\"US\",\"XE\"]");
}

#[test]
fn unknown_keys_are_errors_with_their_location() {
    let error_message = |place: TestSettings| place.error_message();
    insta::assert_snapshot!(error_message(TestSettings::new().file("[pricing]\nfloor = 3\nmarkup_percnt = 1\n")), @"config.toml, line 3: unknown setting pricing.markup_percnt; did you mean pricing.markup_percent?");
    insta::assert_snapshot!(error_message(TestSettings::new().file("[spotify]\nid = 1\n")), @"config.toml, line 2: unknown setting spotify.id; `draft-maker config` lists all settings");
    insta::assert_snapshot!(error_message(TestSettings::new().file("[providers.discogz]\n")), @"config.toml, line 1: unknown setting providers.discogz; did you mean providers.discogs?");
    insta::assert_snapshot!(error_message(TestSettings::new().file("floor = \"4.99\"\n")), @"config.toml, line 1: unknown setting floor; did you mean pricing.floor?");
    insta::assert_snapshot!(error_message(TestSettings::new().file("[listing]\nfloor = \"4.99\"\n")), @"config.toml, line 2: unknown setting listing.floor; did you mean pricing.floor?");
    insta::assert_snapshot!(error_message(TestSettings::new().file("[providers.discogs]\ntoken = \"x\"\n")), @"config.toml, line 2: unknown setting providers.discogs.token; did you mean providers.discogs.key?");
    insta::assert_snapshot!(error_message(TestSettings::new().env("DRAFT_MAKER__HTTP__RETRYS", "1")), @"DRAFT_MAKER__HTTP__RETRYS in the environment: unknown setting http.retrys; did you mean http.retries?");
}

#[test]
fn type_errors_name_the_found_and_the_expected_type() {
    let error_message = |place: TestSettings| place.error_message();
    insta::assert_snapshot!(error_message(TestSettings::new().env("TEST_MODE", "maybe")), @r#"TEST_MODE in the environment: batch.test_mode is the text "maybe"; it must be true or false"#);
    insta::assert_snapshot!(error_message(TestSettings::new().file("[batch]\ntest_mode = \"true\"\n")), @r#"config.toml, line 2: batch.test_mode is the text "true"; it must be true or false"#);
    insta::assert_snapshot!(error_message(TestSettings::new().file("[http]\nretries = 1.5\n")), @"config.toml, line 2: http.retries is the number 1.5; it must be a whole number");
    insta::assert_snapshot!(error_message(TestSettings::new().file("http = 3\n")), @"config.toml, line 1: http is the number 3; it must be a table of settings");
    insta::assert_snapshot!(error_message(TestSettings::new().file("[matching]\ncountries = [1]\n")), @r#"config.toml, line 2: matching.countries is a list of something other than texts; it must be a list of texts, such as ["one", "two"]"#);
    insta::assert_snapshot!(error_message(TestSettings::new().file("[http\n")), @"config.toml, line 1: unclosed table, expected `]`");
}

#[test]
fn a_named_file_must_exist_but_the_default_file_is_optional() {
    let mut place = TestSettings::new();
    place.sources.default_file = Some(place.folder.path().join("none.toml"));
    place.load();
    place.sources.named_file = Some(place.folder.path().join("none.toml"));
    insta::assert_snapshot!(place.error_message(), @"cannot read the settings file none.toml: no such file or folder");
}

#[test]
fn a_section_is_read_by_its_module_without_empty_texts() {
    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct DiscogsSection {
        on: bool,
        base_url: url::Url,
        key: Option<secrecy::SecretString>,
    }
    let read = |place: &TestSettings| place.load().section::<DiscogsSection>("providers.discogs");
    let without = read(&TestSettings::new()).unwrap();
    assert!(without.on && without.key.is_none());
    assert_eq!(without.base_url.as_str(), "https://api.discogs.com/");
    let with = read(&TestSettings::new().env("DISCOGS_PERSONAL_ACCESS_TOKEN", "geheim")).unwrap();
    assert!(with.key.is_some() && !format!("{with:?}").contains("geheim"));
}

#[test]
fn a_module_reports_an_invalid_table_with_its_location() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is tested")]
    struct ListingSection {
        condition: Option<Condition>,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its reading is tested")]
    struct Slots {
        slots: u8,
    }
    let place = TestSettings::new().env("DRAFT_MAKER__LISTING__CONDITION", "shiny");
    let error = place.load().section::<ListingSection>("listing").unwrap_err();
    insta::assert_snapshot!(place.without_folder(&error), @r#"DRAFT_MAKER__LISTING__CONDITION in the environment: listing.condition: "shiny" is not allowed; use new, like_new, very_good, good or acceptable"#);
    let place = TestSettings::new().file("[batch]\nslots = -4\n");
    let error = place.load().section::<Slots>("batch").unwrap_err();
    insta::assert_snapshot!(place.without_folder(&error), @"config.toml, line 2: batch.slots: -4 is not allowed; write a whole number from 0 to 255");
    let place = TestSettings::new().file("[batch]\nslots = 400\n");
    let error = place.load().section::<Slots>("batch").unwrap_err();
    insta::assert_snapshot!(place.without_folder(&error), @"config.toml, line 2: batch.slots: 400 is not allowed; write a whole number from 0 to 255");
}

#[test]
fn data_and_logs_are_in_the_default_folders_of_the_system() {
    let mut place = TestSettings::new();
    place.sources.data_home = Some("/home/me/data".into());
    assert_eq!(place.shown("batch.data_dir"), pair("\"/home/me/data\"", "default"));
    assert_eq!(place.shown("log.directory"), pair("\"/home/me/data/logs\"", "default"));
    let place = place.env("DRAFT_MAKER_DATA_DIR", "/data");
    assert_eq!(place.shown("log.directory"), pair("\"/data/logs\"", "default"));
    let batch: BatchSettings = place.load().section("batch").unwrap();
    assert_eq!((batch.data_dir, batch.cache_dir), (PathBuf::from("/data"), PathBuf::from("/data")));
    let place = place.env("DRAFT_MAKER__LOG__DIRECTORY", "/app/logs");
    assert_eq!(place.shown("log.directory").0, "\"/app/logs\"");
}

#[test]
fn cache_and_logs_are_in_the_folders_of_the_system_unless_an_earlier_version_left_files() {
    let mut place = TestSettings::new();
    let home = tempfile::TempDir::new().unwrap();
    let (data, cache, state) = (home.path().join("data"), home.path().join("cache"), home.path().join("state"));
    place.sources.data_home = Some(data.clone());
    place.sources.cache_home = Some(cache.clone());
    place.sources.state_home = Some(state.clone());
    let shown = |path: &std::path::Path| format!("{:?}", path.to_string_lossy());
    assert_eq!(place.shown("batch.cache_dir").0, shown(&cache));
    assert_eq!(place.shown("log.directory").0, shown(&state.join("logs")));
    assert_eq!(place.load().old_folders().count(), 0);

    std::fs::create_dir_all(data.join("logs")).unwrap();
    std::fs::write(data.join("answers.db"), "").unwrap();
    assert_eq!(place.shown("batch.cache_dir").0, shown(&data));
    assert_eq!(place.shown("log.directory").0, shown(&data.join("logs")));
    let config = place.load();
    let old = config.old_folders().map(|old| (old.setting, old.standard.clone())).collect::<Vec<_>>();
    assert_eq!(old, [("batch.cache_dir", cache.clone()), ("log.directory", state.join("logs"))]);
    let place = place.env("DRAFT_MAKER__BATCH__CACHE_DIR", "/elsewhere");
    assert_eq!(place.load().old_folders().map(|old| old.setting).collect::<Vec<_>>(), ["log.directory"]);
}

#[test]
fn settings_have_their_other_usual_names() {
    let place = TestSettings::new().file("[batch]\nconcurrency = 3\n[providers.discogs]\nenabled = false\n");
    assert_eq!(place.shown("batch.slots"), pair("3", "config.toml, line 2"));
    assert_eq!(place.shown("providers.discogs.on"), pair("false", "config.toml, line 4"));
    assert_eq!(place.env("DRAFT_MAKER__BATCH__CONCURRENCY", "4").shown("batch.slots").0, "4");
    let unknown = TestSettings::new().file("[http]\nenabled = false\n").error_message();
    assert!(unknown.contains("http.enabled"), "{unknown}");
}

#[test]
fn secrets_are_masked_and_absent_from_errors() {
    const SECRET: &str = "s3cr3t-t0k3n";
    let place = TestSettings::new()
        .dot_env(&format!("DISCOGS_PERSONAL_ACCESS_TOKEN={SECRET}\n"))
        .env("DISCOGS_BASE_URL", &format!("https://me:{SECRET}@mirror.example/api"));
    let rows = place.load().setting_rows();
    let (table, json) = (format_as_table(&rows), format_as_json(&rows));
    assert!(!table.contains(SECRET) && !json.contains(SECRET) && !format!("{rows:?}").contains(SECRET));
    assert_eq!(place.shown("providers.discogs.key"), pair("\"***\"", "DISCOGS_PERSONAL_ACCESS_TOKEN in .env"));
    assert_eq!(place.shown("providers.discogs.base_url").0, "\"https://***@mirror.example/api\"");
    for broken in [
        format!("[providers.discogs]\nkey = [\"{SECRET}\"]\n"),
        format!("[providers.discogs]\nkey = \"{SECRET}\n"),
        format!("[providers.discogs]\nkey = {SECRET}\n"),
    ] {
        let message = TestSettings::new().file(&broken).error_message();
        assert!(!message.contains(SECRET) && message.contains("line 2"), "{message}");
    }
}

#[test]
fn a_file_may_have_numbers_for_texts_and_a_byte_order_mark() {
    let place = TestSettings::new().file("\u{feff}[pricing]\nfloor = 4.90\nceiling = 200\n");
    assert_eq!(place.shown("pricing.floor").0, "\"4.90\"");
    assert_eq!(place.shown("pricing.ceiling").0, "\"200\"");
}

#[test]
fn a_condition_has_its_own_table_below_pricing() {
    use domain::pricing::PriceRules;
    let place =
        TestSettings::new().file("[pricing]\nfloor = 4\n[pricing.very_good]\nfloor = 9.5\nmarkup_percent = 20\n");
    let place = place.env("DRAFT_MAKER__PRICING__GOOD__CEILING", "30");
    let rules = place.load().section::<PriceRules>("pricing").unwrap();
    let bounds = |condition| rules.bounds_for(Some(condition));
    assert_eq!(bounds(Condition::VeryGood).floor.map(|floor| floor.minor), Some(950));
    assert_eq!(bounds(Condition::VeryGood).percent, 120);
    assert_eq!(bounds(Condition::Good).ceiling.map(|ceiling| ceiling.minor), Some(3000));
    assert_eq!((bounds(Condition::New), rules.bounds_for(None)), (rules.default_bounds, rules.default_bounds));

    let wrong = TestSettings::new().file("[pricing.new]\nmarkup_percent = \"ten\"\n").load();
    let message = wrong.section::<PriceRules>("pricing").unwrap_err().to_string();
    assert!(message.contains("pricing.new.markup_percent is \"ten\""), "{message}");
}

/// Values that have the right type but cannot be used.
#[test]
fn an_unusable_value_names_its_file_and_line() {
    let home = TempDir::new().unwrap();
    for (table, line, expected) in [
        ("providers.discogs", "requests_per_minute = -1", "providers.discogs.requests_per_minute is -1"),
        ("providers.discogs", "base_url = \"foo\"", "the base address of Discogs, \"foo\", is not an address"),
        ("ebay", "api_base_url = \"http://shop.example\"", "is plain http"),
        ("intake", "watch = \"nonsense\"", "use for example gs://bucket/incoming/"),
        ("intake", "largest_bytes = 0", "a whole number, 1 or more"),
        ("server", "host = \"bad host\"", "write for example 127.0.0.1"),
        ("batch", "mode = \"x\"", "use api, batch or console"),
        ("pricing", "floor = \"abc\"", "pricing.floor: not an amount"),
        ("pricing.new", "floor = -3", "pricing.new.floor: not an amount"),
        ("pricing", "ending = 1.99", "write all decimals"),
        ("http", "user_agent = \"\"", ""),
        ("store", "url = \"mysql://x\"", "write postgres://"),
        ("log", "level = \"loud\"", "use error, warn, info, debug or trace"),
    ] {
        fs::write(home.path().join("my.toml"), format!("[{table}]\n{line}\n")).unwrap();
        let output = program(&home).args(["config", "--config", "my.toml"]).output().unwrap();
        let (code, message) = if expected.is_empty() { (0, "") } else { (2, "my.toml, line 2: ") };
        assert_eq!(output.status.code(), Some(code), "{table} {line}: {}", err(&output));
        assert!(err(&output).contains(message) && err(&output).contains(expected), "{table} {line}: {}", err(&output));
    }
}

/// The keys of settings are no variables, but their meaning is clear.
#[test]
fn a_key_in_an_env_file_is_reported_with_the_name_of_its_variable() {
    let warnings = |settings: TestSettings| Config::load(&settings.sources).unwrap().warnings().join("\n");
    for (name, meant) in [
        ("PRICING_FLOOR", "DRAFT_MAKER__PRICING__FLOOR"),
        ("pricing.floor", "DRAFT_MAKER__PRICING__FLOOR"),
        ("DRAFT_MAKER_PRICING_FLOOR", "DRAFT_MAKER__PRICING__FLOOR"),
        ("MARKET_SINK", "DRAFT_MAKER__MARKET__SINK"),
        ("LISTING_CONDITION", "ITEM_CONDITION"),
        ("CONDITION", "ITEM_CONDITION"),
        ("LOG_LEVEL", "RUST_LOG"),
        ("GOOGLE_CREDENTIALS", "GOOGLE_APPLICATION_CREDENTIALS"),
    ] {
        let text = warnings(TestSettings::new().dot_env(&format!("{name}=3\n")));
        assert!(text.contains(&format!("{name} is not a setting, so it is ignored; did you mean {meant}?")), "{text}");
    }
    assert_eq!(warnings(TestSettings::new().dot_env("PORT=80\nPOSTGRES_USER=x\n").env("LOG_LEVEL", "x")), "");
    let text = warnings(TestSettings::new().env("DRAFT_MAKER_PRICING_FLOOR", "3"));
    assert!(text.contains("did you mean DRAFT_MAKER__PRICING__FLOOR?"), "{text}");
}

#[test]
fn env_files_are_read_in_docker_and_shell_syntax() {
    let place = TestSettings::new().dot_env(
        "# a comment\nexport MODE=batch\nMUSICBRAINZ_USER_AGENT=Shop/1.0 (me@shop.example)\nINPUT_SOURCE=\"my list.txt\"\n\
         UNKNOWN_TO_US=1\nTEST_MODE='1'\nnot a variable\n",
    );
    assert_eq!(place.shown("http.user_agent").0, "\"Shop/1.0 (me@shop.example)\"");
    assert_eq!(place.shown("batch.source").0, "\"my list.txt\"");
    assert_eq!(place.shown("batch.mode").0, "\"batch\"");
    assert_eq!(place.shown("batch.test_mode").0, "true");
}

#[test]
fn every_default_has_a_comment_and_every_variable_sets_something() {
    let lines: Vec<_> = DEFAULT_SETTINGS.lines().collect();
    for pair in lines.windows(2).filter(|pair| pair[1].contains(" = ") && !pair[1].starts_with('#')) {
        assert!(pair[0].starts_with("# "), "no comment above {:?}", pair[1]);
    }
    let config = TestSettings::new().load();
    for variable in ENV_VARIABLES {
        assert!(config.setting_keys().any(|key| key == variable.key), "{} gives {}", variable.name, variable.key);
    }
}

/// The defaults of the modules match those in the file of default settings.
#[test]
fn the_file_of_defaults_matches_the_modules() {
    use domain::{artwork::ArtworkRules, listing, matching::MatchPreferences, pricing::PriceRules};
    let config = TestSettings::new().load();
    let http = upstream::Settings { rate_dir: None, ..config.section("http").unwrap() };
    assert_eq!(http, upstream::Settings::default());
    assert_eq!(config.section::<MatchPreferences>("matching").unwrap(), MatchPreferences::default());
    assert_eq!(config.section::<PriceRules>("pricing").unwrap(), PriceRules::default());
    assert_eq!(config.section::<ArtworkRules>("artwork").unwrap(), ArtworkRules::default());
    assert_eq!(config.section::<listing::Settings>("listing").unwrap(), listing::Settings::default());
    let intake = config.section::<input::Settings>("intake").unwrap();
    assert_eq!(intake.largest_bytes, input::Settings::default().largest_bytes);
    assert_eq!(intake.gcs, input::Settings::default().gcs);
}

proptest! {
    #[test]
    fn no_settings_file_causes_a_panic(text in "\\PC*(\n\\PC*){0,4}") {
        let _ = Config::load(&TestSettings::new().file(&text).sources);
    }

    #[test]
    fn no_variable_causes_a_panic(name in "DRAFT_MAKER__[A-Z_\\.\\[\\]]{0,20}", value in "\\PC{0,20}") {
        let _ = Config::load(&TestSettings::new().env(&name, &value).sources);
    }
}
