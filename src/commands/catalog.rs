//! `draft-maker catalog`: imports, shows, updates and removes the offline catalogs.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use catalog::{Database, remove_catalog};

use crate::cli::{CatalogArgs, CatalogCommand, OutputFormat};
use crate::commands::catalog_import::import_files;
use crate::commands::catalog_output::{
    CATALOGS_OFF, describe_found_catalog, found_catalog_json, print_message, read_catalogs,
};
use crate::commands::catalog_update::{UpdatedCatalogs, remove_downloads};
use crate::commands::output::{print_stderr, print_stdout};
use crate::config::{BatchSettings, CatalogSettings, Config};
use crate::headless::{EXIT_DONE, EXIT_FAILED, EXIT_INCOMPLETE};

pub(super) fn run_catalog_command(
    config: &Config,
    args: &CatalogArgs,
    format_of: impl Fn(OutputFormat) -> OutputFormat,
    quiet: bool,
) -> anyhow::Result<ExitCode> {
    let folder = catalog_folder(config)?;
    match &args.command {
        CatalogCommand::Import(args) => import_files(config, &folder, args, format_of(OutputFormat::Text), quiet),
        CatalogCommand::Status { format } => show_status(config, &folder, format_of(*format)),
        CatalogCommand::Update { database, download } => {
            let databases = UpdatedCatalogs { folder, only: database.map(Database::from) };
            databases.update(config, *download, format_of(OutputFormat::Text), quiet)
        }
        CatalogCommand::Remove { database } => {
            print_message(&remove_catalogs(&folder, database.map(Database::from))?, format_of(OutputFormat::Text))
        }
    }
}

pub(super) fn catalog_folder(config: &Config) -> anyhow::Result<PathBuf> {
    let data_dir = config.section::<BatchSettings>("batch")?.data_dir;
    Ok(config.section::<CatalogSettings>("catalog")?.folder(&data_dir))
}

fn remove_catalogs(folder: &Path, database: Option<Database>) -> anyhow::Result<String> {
    let mut text = String::new();
    for database in Database::ALL.into_iter().filter(|one| database.is_none_or(|database| database == *one)) {
        let has_downloads = remove_downloads(folder, database)?;
        if remove_catalog(folder, database)? {
            let _ = writeln!(text, "The offline catalog of {database} is removed.");
        }
        if has_downloads {
            let _ = writeln!(text, "The downloads for the offline catalog of {database} are removed.");
        }
    }
    Ok(if text.is_empty() { "There is no offline catalog.\n".to_owned() } else { text })
}

fn show_status(config: &Config, folder: &Path, format: OutputFormat) -> anyhow::Result<ExitCode> {
    if !config.section::<CatalogSettings>("catalog")?.on {
        print_stderr(&format!("note: the offline catalogs are {CATALOGS_OFF}, so batches do not use them"));
    }
    let catalogs = read_catalogs(folder);
    match format {
        OutputFormat::Json => {
            let json = catalogs.iter().map(found_catalog_json).collect::<Result<Vec<_>, _>>()?;
            print_stdout(&format!("{}\n", serde_json::to_string_pretty(&json)?))?;
        }
        OutputFormat::Text if catalogs.is_empty() => {
            print_stdout("There is no offline catalog. `draft-maker catalog update` says where to get one.\n")?;
        }
        OutputFormat::Text => {
            print_stdout(&catalogs.iter().map(describe_found_catalog).collect::<Vec<_>>().join("\n"))?;
        }
    }
    Ok(ExitCode::from(match &catalogs[..] {
        [] => EXIT_INCOMPLETE,
        all if all.iter().all(|catalog| catalog.content.is_ok()) => EXIT_DONE,
        _ => EXIT_FAILED,
    }))
}
