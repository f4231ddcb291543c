//! Runs the lines that are submitted in the command line.

use super::Console;
use crate::command::KeyCommand;
use crate::command_line::CommandLine;
use crate::command_parser::{self, CompletionContext, ParsedCommand};
use crate::keymap::KeyContext;
use crate::screen::{Effect, Route, Transition};
use domain::terminal_text::strip_terminal_controls;

impl Console {
    /// Returns the command line and the names for its completion.
    pub(super) fn command_line_context(&mut self) -> (&mut CommandLine, CompletionContext<'_>) {
        let top = self.screens.last();
        let key_context = top.map_or(KeyContext::Global, |top| top.key_context());
        let sort_columns = top.map_or_else(Vec::new, |top| top.sort_columns());
        let (keymap, theme, jobs) = (&self.keymap, self.theme, self.known_jobs.as_slice());
        let views = self.saved.views.keys().map(String::as_str).collect();
        let context = CompletionContext { keymap, theme, key_context, sort_columns, jobs, views };
        (&mut self.command_line, context)
    }

    /// Runs a line of the command line without its `:`. A line that cannot be run stays in the command line, with the
    /// reason above it.
    pub fn run_line(&mut self, line: &str) -> Vec<Effect> {
        self.try_run_line(line).unwrap_or_else(|reason| {
            self.command_line.reopen_rejected(line, reason);
            Vec::new()
        })
    }

    /// Runs a line, or returns the reason why it cannot be run.
    fn try_run_line(&mut self, line: &str) -> Result<Vec<Effect>, String> {
        Ok(match command_parser::parse_line(line)? {
            ParsedCommand::Command(command) => return self.run_command_if_bound(command),
            ParsedCommand::Columns(columns) => self.handle_effect(Effect::SetColumns { columns, persist: true }),
            ParsedCommand::Theme(name) => {
                self.light_theme = None;
                self.theme = self.theme.with_built_in(name);
                Vec::new()
            }
            ParsedCommand::View(name) => return self.open_view(&name),
            ParsedCommand::SaveView(name) => return self.save_view(&name),
            ParsedCommand::RemoveView(name) => return self.remove_view(&name),
            ParsedCommand::Watch(job) => self.apply_transition(Transition::Open(Route::Job(job))),
            ParsedCommand::Sort { column, .. } if !self.top_screen().sort_columns().contains(&column.as_str()) => {
                let all = self.top_screen().sort_columns().join(", ");
                return Err(if all.is_empty() {
                    ":sort is not available on this screen".to_owned()
                } else {
                    format!("cannot sort by {column:?} here; use {all}")
                });
            }
            command => match self.top_screen().handle_line(&command) {
                Transition::Ignored => {
                    return Err(format!(":{} is not available on this screen", strip_terminal_controls(line)));
                }
                transition => self.apply_transition(transition),
            },
        })
    }

    /// Runs a command if the screen has a key for it, which means that the command applies there.
    fn run_command_if_bound(&mut self, command: KeyCommand) -> Result<Vec<Effect>, String> {
        let key_context = self.top_screen().key_context();
        if self.keymap.keys_for(key_context, command).is_none() {
            return Err(format!(":{} is not available on this screen", command.spec().name));
        }
        Ok(self.run_command(command))
    }
}
