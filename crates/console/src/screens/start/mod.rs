//! Dialog that starts a job. It shows what the list contains, what the job will do, how long it takes, when it starts,
//! and the options. If a job over the same list is in progress, the dialog offers to watch that job instead.

mod options;
mod preview;

use domain::text::count::format_count;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};

use super::widgets;
use crate::backend::{StartError, StartOptions, UserMessage};
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::job_effect::JobEffect;
use crate::key_hints::{self, FooterKey};
use crate::keymap::KeyContext;
use crate::location_effect::LocationEffect;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Route, Screen, Transition};
use domain::batch_estimate::{BatchEstimate, ConflictingJob};
use domain::list_options::ListOptions;
use domain::list_preview::{ListPreview, ReadProgress};
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// Maximum width of the dialog in cells. Longer lines are hard to read.
const MAX_DIALOG_WIDTH: u16 = 110;

/// Minimum width of the dialog in cells, if the terminal is that wide.
const MIN_DIALOG_WIDTH: u16 = 78;

/// Number of lines that a page key scrolls, as in the review.
const SCROLL_LINES: usize = 5;

/// Keys at the foot of the screen while there is nothing to start.
const UNREADABLE_LIST_HINTS: &[FooterKey] = &[(KeyCommand::Back, "back"), (KeyCommand::Refresh, "read again")];

/// Keys at the foot of the screen after the operator has chosen a wrong column.
const WRONG_COLUMN_HINTS: &[FooterKey] = &[(KeyCommand::ToggleSelected, "change"), (KeyCommand::Back, "back")];

/// The state of reading the list.
enum PreviewState {
    /// The list is being read; `None` until the first progress message.
    InProgress(Option<ReadProgress>),
    /// The operator stopped reading.
    Stopped,
    Done(Result<Box<ListPreview>, UserMessage>),
}

/// Dialog that starts a job over one list.
pub struct StartScreen {
    options: StartOptions,
    /// Columns of the list; empty until they are known.
    columns: Vec<String>,
    preview: PreviewState,
    /// The newest estimate.
    estimate: Option<Result<Box<BatchEstimate>, UserMessage>>,
    /// True after a change of an option: the estimate is for the previous options until the reply arrives.
    is_estimate_outdated: bool,
    /// Index of the option under the cursor.
    selected: usize,
    /// Number of preview lines that are scrolled out at the top.
    scroll_offset: usize,
    is_starting: bool,
    /// True if the operator tried to start the job although something prevents it, which the preview then says.
    was_refused: bool,
    /// Job over the same list, and whether the cursor is on "join". While it is set, the dialog asks what to do.
    duplicate_job: Option<(ConflictingJob, bool)>,
}

impl StartScreen {
    /// Returns the dialog for a list, and the effect that reads the list.
    pub fn for_source(source: String) -> (Self, Effect) {
        let effect =
            Effect::Location(LocationEffect::PreviewList { source: source.clone(), list: ListOptions::default() });
        let screen = Self {
            options: StartOptions::for_source(source),
            columns: Vec::new(),
            preview: PreviewState::InProgress(None),
            estimate: None,
            is_estimate_outdated: false,
            selected: 0,
            scroll_offset: 0,
            is_starting: false,
            was_refused: false,
            duplicate_job: None,
        };
        (screen, effect)
    }

    /// Returns true if the list cannot be read, so that there is nothing to start and there are no options. After the
    /// choice of a wrong column, the operator can choose another one.
    fn is_unreadable(&self) -> bool {
        self.has_failed() && self.columns.is_empty()
    }

    const fn has_failed(&self) -> bool {
        matches!(self.preview, PreviewState::Done(Err(_)))
    }

    fn loaded_preview(&self) -> Option<&ListPreview> {
        if let PreviewState::Done(Ok(preview)) = &self.preview { Some(preview) } else { None }
    }

    fn loaded_estimate(&self) -> Option<&BatchEstimate> {
        self.estimate.as_ref()?.as_deref().ok()
    }

    /// Returns the effect that estimates a job with the current options; `None` until the list is read.
    fn estimate_effect(&self) -> Option<Effect> {
        let amount = self.loaded_preview()?.workload();
        Some(Effect::Job(JobEffect::EstimateBatch { options: self.options.clone(), amount }))
    }

    fn cycle_selected(&mut self) -> Transition {
        self.was_refused = false;
        if options::cycle_column(&mut self.options.list, self.selected, &self.columns) {
            self.options.list.accept_quantities = false;
            return self.reload_preview();
        }
        let estimate = self.estimate.as_ref().and_then(|estimate| estimate.as_deref().ok());
        options::cycle_option(&mut self.options, self.selected, estimate);
        self.is_estimate_outdated = true;
        self.estimate_effect().map_or(Transition::Stay, Transition::Do)
    }

    fn confirm_start(&mut self) -> Transition {
        let Some(preview) = self.loaded_preview().filter(|_| !self.is_starting) else { return Transition::Stay };
        // The operator has not yet seen what the job will do.
        if self.estimate.is_none() || self.is_estimate_outdated {
            return Transition::Stay;
        }
        if preview.has_excess_copies && self.options.create_drafts && !self.options.list.accept_quantities {
            self.options.list.accept_quantities = true;
            self.scroll_offset = 0;
            return Transition::Stay;
        }
        match &self.estimate {
            // The operator may have fixed the cause in another terminal, so check again.
            Some(Ok(estimate)) if !estimate.blockers.is_empty() => {
                self.was_refused = true;
                self.scroll_offset = 0;
                self.estimate_effect().map_or(Transition::Stay, Transition::Do)
            }
            Some(Ok(estimate)) if estimate.conflicting_job.is_some() => {
                self.duplicate_job = estimate.conflicting_job.clone().map(|conflicting| (conflicting, true));
                Transition::Stay
            }
            _ => self.start_job(false),
        }
    }

    fn start_job(&mut self, force: bool) -> Transition {
        self.is_starting = true;
        Transition::Do(Effect::Job(JobEffect::StartJob(StartOptions { force, ..self.options.clone() })))
    }

    fn reload_preview(&mut self) -> Transition {
        let (screen, _) = Self::for_source(self.options.source.clone());
        let columns = std::mem::take(&mut self.columns);
        *self = Self { options: self.options.clone(), columns, selected: self.selected, ..screen };
        Transition::Do(Effect::Location(LocationEffect::PreviewList {
            source: self.options.source.clone(),
            list: self.options.list.clone(),
        }))
    }

    /// Handles a command while the dialog asks whether to join the job that is in progress.
    fn handle_duplicate_command(&mut self, command: KeyCommand) -> Transition {
        let Some((conflicting, watch_it)) = &mut self.duplicate_job else { return Transition::Ignored };
        match command {
            KeyCommand::Up | KeyCommand::Down => *watch_it = !*watch_it,
            KeyCommand::Back | KeyCommand::Quit => self.duplicate_job = None,
            KeyCommand::Start | KeyCommand::Confirm | KeyCommand::Open if *watch_it => {
                return Transition::Replace(Route::Job(conflicting.job_id.clone()));
            }
            KeyCommand::Start | KeyCommand::Confirm | KeyCommand::Open => {
                self.duplicate_job = None;
                return self.start_job(true);
            }
            _ => {}
        }
        Transition::Stay
    }

    fn handle_preview_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::PreviewProgress { progress, .. } if matches!(self.preview, PreviewState::InProgress(_)) => {
                self.preview = PreviewState::InProgress(Some(*progress));
            }
            Message::PreviewReady { result, .. } if !matches!(self.preview, PreviewState::Stopped) => {
                self.preview = PreviewState::Done(result.clone());
                if let Ok(preview) = result {
                    self.columns.clone_from(&preview.reading.columns);
                }
                return self.estimate_effect().into_iter().collect();
            }
            _ => {}
        }
        Vec::new()
    }
}

impl Screen for StartScreen {
    fn key_context(&self) -> KeyContext {
        KeyContext::Start
    }

    fn key_hints(&self) -> &'static [FooterKey] {
        match (self.is_unreadable(), self.has_failed()) {
            (true, _) => UNREADABLE_LIST_HINTS,
            (false, true) => WRONG_COLUMN_HINTS,
            (false, false) => key_hints::hints_for(self.key_context()),
        }
    }

    fn title(&self) -> String {
        "start".to_owned()
    }

    fn is_overlay(&self) -> bool {
        true
    }

    fn handle_command(&mut self, command: KeyCommand) -> Transition {
        if self.duplicate_job.is_some() {
            return self.handle_duplicate_command(command);
        }
        match command {
            KeyCommand::ToggleSelected if self.is_unreadable() => {}
            KeyCommand::Up => self.selected = self.selected.saturating_sub(1),
            KeyCommand::Down => self.selected = (self.selected + 1).min(options::OPTION_COUNT - 1),
            KeyCommand::PageDown | KeyCommand::HalfDown => {
                self.scroll_offset = self.scroll_offset.saturating_add(SCROLL_LINES);
            }
            KeyCommand::PageUp | KeyCommand::HalfUp => {
                self.scroll_offset = self.scroll_offset.saturating_sub(SCROLL_LINES);
            }
            KeyCommand::ToggleSelected => return self.cycle_selected(),
            KeyCommand::Start | KeyCommand::Confirm => return self.confirm_start(),
            KeyCommand::Refresh => return self.reload_preview(),
            KeyCommand::Copy => return Transition::Do(Effect::CopyText(self.options.source.clone())),
            KeyCommand::Back | KeyCommand::Quit if matches!(self.preview, PreviewState::InProgress(_)) => {
                self.preview = PreviewState::Stopped;
                return Transition::PopThen(vec![Effect::CancelPreview(self.options.source.clone())]);
            }
            KeyCommand::Quit => return Transition::Pop,
            _ => return Transition::Ignored,
        }
        Transition::Stay
    }

    fn handle_message(&mut self, message: &Message) -> Vec<Effect> {
        match message {
            Message::PreviewProgress { source, .. } | Message::PreviewReady { source, .. }
                if *source == self.options.source =>
            {
                return self.handle_preview_message(message);
            }
            // An estimate for earlier options is ignored.
            Message::EstimateReady { options, result } if *options == self.options => {
                self.estimate = Some(result.clone());
                self.is_estimate_outdated = false;
            }
            Message::JobStarted(Err(error)) if self.is_starting => {
                self.is_starting = false;
                if let StartError::AlreadyInProgress(conflicting) = error {
                    self.duplicate_job = Some((conflicting.clone(), true));
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn replacement_for(&self, message: &Message) -> Option<Route> {
        match message {
            Message::JobStarted(Ok(job)) if self.is_starting => Some(Route::Job(job.clone())),
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let usual_width = (area.width / 5 * 3).clamp(MIN_DIALOG_WIDTH, MAX_DIALOG_WIDTH);
        let width = widgets::dialog_width(area, usual_width);
        let text_width = usize::from(width.saturating_sub(2));
        let preview = self.render_preview(text_width, draw_context);
        let options = self.render_options(draw_context);
        let height = u16::try_from(preview.len() + 1 + options.len() + 2).unwrap_or(u16::MAX);
        let title = format!("start {}", strip_terminal_controls(&self.options.source));
        let title = fit_to_width(&title, text_width.saturating_sub(2));
        let inside = widgets::draw_dialog(frame, area, title.trim_end(), (width, height), draw_context);
        // If not all lines fit, the options get at most half of them.
        let (available, needed) = (usize::from(inside.height), preview.len() + options.len());
        let option_lines = u16::try_from(options.len()).unwrap_or(u16::MAX);
        let option_lines =
            if needed <= available { option_lines } else { option_lines.min((inside.height / 2).max(3)) };
        let gap = u16::from(available > preview.len() + usize::from(option_lines));
        let heights = [Constraint::Min(0), Constraint::Length(gap), Constraint::Length(option_lines)];
        let [preview_area, _, option_area] = Layout::vertical(heights).areas(inside);
        self.draw_preview(frame, preview_area, preview, draw_context);
        let mut cursor = Cursor::default();
        cursor.select(self.selected.min(options.len().saturating_sub(1)));
        let range = cursor.visible_range(options.len(), usize::from(option_area.height));
        frame.render_widget(Text::from(options[range].to_vec()), option_area);
    }
}

impl StartScreen {
    /// Returns the options, or the two answers while the dialog asks about a job over the same list.
    fn render_options(&self, draw: DrawContext<'_>) -> Vec<Line<'static>> {
        if self.is_unreadable() {
            return Vec::new();
        }
        let (rows, selected) = if let Some((conflicting, watch_it)) = &self.duplicate_job {
            let marker = |is_selected: bool| if is_selected { draw.theme.glyph("▸", ">") } else { " " };
            let watch = format!("{} join {}", marker(*watch_it), conflicting.job_id);
            let start = format!("{} start another batch anyway", marker(!*watch_it));
            (vec![watch, start], usize::from(!*watch_it))
        } else {
            let plan = self.loaded_estimate().map(|estimate| &estimate.plan);
            (
                options::option_rows(&self.options, plan, self.loaded_preview().map(|preview| &preview.reading)),
                self.selected,
            )
        };
        let styled = |(index, row): (usize, String)| {
            if index == selected { Line::styled(row, draw.theme.cursor_style()) } else { Line::raw(row) }
        };
        rows.into_iter().enumerate().map(styled).collect()
    }

    /// Draws the lines of the preview that fit, followed by the number of hidden lines.
    fn draw_preview(&mut self, frame: &mut Frame<'_>, area: Rect, lines: Vec<Line<'static>>, draw: DrawContext<'_>) {
        let (count, available) = (lines.len(), usize::from(area.height));
        if count <= available {
            self.scroll_offset = 0;
            return frame.render_widget(Text::from(lines), area);
        }
        self.scroll_offset = self.scroll_offset.min(count - available + 1);
        let shown = available.saturating_sub(1);
        let mut visible = lines.into_iter().skip(self.scroll_offset).take(shown).collect::<Vec<_>>();
        let below = count.saturating_sub(self.scroll_offset + shown);
        let hint = if below == 0 {
            "PgUp: back to the first".to_owned()
        } else {
            format!("PgDn: {}", format_count(below, "more line", "more lines"))
        };
        visible.push(Line::styled(hint, draw.theme.muted_style()));
        frame.render_widget(Text::from(visible), area);
    }
}
