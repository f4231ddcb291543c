//! Groups the commands in `--help`; clap lists them without groups.

use std::fmt::Write as _;

use clap::Command;

/// Headings and their commands, in the order of the help.
const COMMAND_GROUPS: [(&str, &[&str]); 5] = [
    ("Process lists", &["run", "watch", "scan", "lookup", "find", "resume", "demo"]),
    ("Watch and review", &["console", "jobs", "status", "review", "edit", "undo", "report"]),
    ("eBay", &["auth", "drafts", "photos"]),
    ("Setup", &["doctor", "config", "store", "catalog", "completions", "man", "version", "help"]),
    ("Service", &["serve", "token", "health", "sandbox"]),
];

/// Indent of the further lines of a command's description.
const INDENT: &str = "               ";
/// Width of the help in columns if there is no terminal; clap's own default is 100.
const DEFAULT_COLUMNS: u16 = 80;

/// Sets the help template of the program, with every visible command in its group, wrapped to the terminal.
pub(super) fn with_command_groups(root: Command) -> Command {
    let columns = ratatui::crossterm::terminal::size().map_or(DEFAULT_COLUMNS, |(columns, _)| columns).max(40);
    let mut listed = String::new();
    for (heading, names) in COMMAND_GROUPS {
        let _ = writeln!(listed, "{heading}:");
        for name in names {
            let about = match root.find_subcommand(name).and_then(Command::get_about) {
                Some(about) => about.to_string(),
                // clap adds this command when it parses.
                None => "Explain a command".to_owned(),
            };
            let line = textwrap::Options::new(usize::from(columns)).subsequent_indent(INDENT);
            let _ = writeln!(listed, "{}", textwrap::fill(&format!("  {name:<13}{about}"), line));
        }
        listed.push('\n');
    }
    root.help_template(format!(
        "{{about-with-newline}}\n{{usage-heading}} {{usage}}\n\n{listed}Global options:\n{{options}}{{after-help}}"
    ))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;
    use crate::cli::Cli;

    #[test]
    fn every_command_is_in_one_group() {
        let listed: Vec<_> = COMMAND_GROUPS.iter().flat_map(|(_, names)| names.iter().copied()).collect();
        let root = Cli::command();
        for command in root.get_subcommands().filter(|command| !command.is_hide_set()) {
            let times = listed.iter().filter(|name| **name == command.get_name()).count();
            assert_eq!(times, 1, "{}", command.get_name());
        }
        assert_eq!(listed.len(), root.get_subcommands().filter(|command| !command.is_hide_set()).count() + 1);
    }
}
