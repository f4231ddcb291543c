//! All batches, the newest first.

use ratatui::Frame;
use ratatui::layout::{Constraint, Rect};
use ratatui::style::Style;
use ratatui::widgets::{Row, Table};

use super::{Confirm, Watch, parts};
use crate::console::command::Command;
use crate::console::cursor::Cursor;
use crate::console::keymap::Place;
use crate::console::news::News;
use crate::console::operations::{Change, JobLine};
use crate::console::pane::{Action, Look, Pane, Reaction};
use crate::domain::screen::clean;

/// The list.
#[derive(Default)]
pub struct Jobs {
    /// `None` until it is there.
    lines: Option<Vec<JobLine>>,
    cursor: Cursor,
    trouble: Option<String>,
}

impl Jobs {
    fn here(&self) -> Option<&JobLine> {
        self.lines.as_ref()?.get(self.cursor.at())
    }

    fn change(&self, change: Change) -> Reaction {
        match self.here() {
            Some(line) => Reaction::Do(Action::Change { job: line.job.clone(), change }),
            None => Reaction::Nothing,
        }
    }
}

impl Pane for Jobs {
    fn place(&self) -> Place {
        Place::Jobs
    }

    fn title(&self) -> String {
        "batches".to_owned()
    }

    fn obey(&mut self, command: Command) -> Reaction {
        let rows = self.lines.as_ref().map_or(0, Vec::len);
        match command {
            Command::Open => match self.here() {
                Some(line) => {
                    Reaction::Enter(Box::new(Watch::of(line.job.clone())), Some(Action::Watch(line.job.clone())))
                }
                None => Reaction::Nothing,
            },
            Command::Pause => self.change(Change::Pause),
            Command::Resume => self.change(Change::Resume),
            Command::Retry => self.change(Change::Retry),
            Command::Cancel => match self.here() {
                Some(line) => {
                    Reaction::Enter(Box::new(Confirm::cancelling(line.job.clone(), line.total - line.done)), None)
                }
                None => Reaction::Nothing,
            },
            Command::Copy => {
                self.here().map_or(Reaction::Nothing, |line| Reaction::Do(Action::Copy(line.job.to_string())))
            }
            Command::Reload | Command::Jobs => Reaction::Do(Action::Jobs),
            _ if self.cursor.obey(command, rows) => Reaction::Nothing,
            _ => Reaction::Unknown,
        }
    }

    fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Jobs(Ok(jobs)) => (self.lines, self.trouble) = (Some(jobs.clone()), None),
            News::Jobs(Err(why)) => self.trouble = Some(why.clone()),
            News::Started(Ok(_)) | News::Changed { answer: Ok(_), .. } => return vec![Action::Jobs],
            _ => {}
        }
        Vec::new()
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, look: Look<'_>) {
        let jobs = match (&self.lines, &self.trouble) {
            (_, Some(why)) => return frame.render_widget(clean(why).into_owned(), area),
            (None, None) => return frame.render_widget("looking …", area),
            (Some(jobs), None) if jobs.is_empty() => return frame.render_widget("no batches yet", area),
            (Some(jobs), None) => jobs,
        };
        let window = self.cursor.window(jobs.len(), usize::from(area.height.saturating_sub(1)));
        let rows = window.clone().map(|at| {
            let line = &jobs[at];
            let style = if at == self.cursor.at() { look.theme.cursor() } else { Style::new() };
            Row::new([
                line.job.to_string(),
                line.state.to_string(),
                format!("{:>7}", line.total),
                format!("{:>7}", line.done),
                format!("{:>7}", line.successful),
                format!("{:>6}", parts::age(line.started_at, look.now)),
                clean(&line.source).into_owned(),
            ])
            .style(style)
        });
        let widths = [27, 9, 7, 7, 7, 6].map(Constraint::Length).into_iter().chain([Constraint::Min(8)]);
        let head =
            Row::new(["batch", "state", "  items", "   done", "success", "   ago", "list"]).style(look.theme.faint());
        frame.render_widget(Table::new(rows, widths).header(head), area);
    }
}
