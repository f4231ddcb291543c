//! Before a batch: what its list holds, what the batch will do, how long it takes and when its turn comes, and the few
//! things to choose. Where a batch over the same list is under way, it is offered to join that one.

mod options;
mod preview;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Text};

use super::{JobScreen, widgets};
use crate::backend::{StartError, StartOptions, UserMessage};
use crate::command::KeyCommand;
use crate::cursor::Cursor;
use crate::keymap::KeyContext;
use crate::message::Message;
use crate::screen::{DrawContext, Effect, Screen, Transition};
use domain::batch_estimate::{BatchEstimate, ConflictingJob};
use domain::list_preview::{ListPreview, ReadProgress};
use domain::terminal_text::{fit_to_width, strip_terminal_controls};

/// A line is read no wider.
const MAX_DIALOG_WIDTH: u16 = 110;

/// And the dialog is no narrower, where there is room.
const MIN_DIALOG_WIDTH: u16 = 78;

/// How far the list has been read.
enum PreviewState {
    /// Nothing was heard yet, or so much is read.
    InProgress(Option<ReadProgress>),
    /// By the operator, before its end.
    Stopped,
    Done(Result<Box<ListPreview>, UserMessage>),
}

/// The dialog.
pub struct StartScreen {
    options: StartOptions,
    preview: PreviewState,
    /// Of the wish before, until the answer about the one of now is there.
    estimate: Option<Result<Box<BatchEstimate>, UserMessage>>,
    /// Over the choices.
    selected: usize,
    /// Lines of the facts that are passed over.
    scroll_offset: usize,
    is_starting: bool,
    /// Another batch over the same list, and whether the cursor is on joining it.
    duplicate_job: Option<(ConflictingJob, bool)>,
}

impl StartScreen {
    /// Over a list, and the question what is in it.
    pub fn for_source(source: String) -> (Self, Effect) {
        let ask = Effect::PreviewList { source: source.clone() };
        let reading = PreviewState::InProgress(None);
        let (options, estimate) = (StartOptions::for_source(source), None);
        (
            Self {
                options,
                preview: reading,
                estimate,
                selected: 0,
                scroll_offset: 0,
                is_starting: false,
                duplicate_job: None,
            },
            ask,
        )
    }

    fn loaded_preview(&self) -> Option<&ListPreview> {
        if let PreviewState::Done(Ok(preview)) = &self.preview { Some(preview) } else { None }
    }

    fn loaded_estimate(&self) -> Option<&BatchEstimate> {
        self.estimate.as_ref()?.as_deref().ok()
    }

    /// What the batch would do now.
    fn estimate_effect(&self) -> Option<Effect> {
        let amount = self.loaded_preview()?.workload();
        Some(Effect::EstimateBatch { options: self.options.clone(), amount })
    }

    fn cycle_selected(&mut self) -> Transition {
        options::cycle_option(
            &mut self.options,
            self.selected,
            self.estimate.as_ref().and_then(|known| known.as_deref().ok()),
        );
        self.estimate_effect().map_or(Transition::Stay, Transition::Do)
    }

    fn confirm_start(&mut self) -> Transition {
        if self.is_starting || self.loaded_preview().is_none() {
            return Transition::Stay;
        }
        match &self.estimate {
            // Not before the operator could read what will be done.
            None => Transition::Stay,
            // He may have done it meanwhile, in another terminal.
            Some(Ok(known)) if !known.blockers.is_empty() => {
                self.estimate_effect().map_or(Transition::Stay, Transition::Do)
            }
            Some(Ok(known)) if known.conflicting_job.is_some() => {
                self.duplicate_job = known.conflicting_job.clone().map(|under_way| (under_way, true));
                Transition::Stay
            }
            _ => self.start_job(false),
        }
    }

    fn start_job(&mut self, force: bool) -> Transition {
        self.is_starting = true;
        Transition::Do(Effect::StartJob(StartOptions { force, ..self.options.clone() }))
    }

    fn reload_preview(&mut self) -> Transition {
        let (anew, ask) = Self::for_source(self.options.source.clone());
        *self = Self { options: self.options.clone(), selected: self.selected, ..anew };
        Transition::Do(ask)
    }

    /// While it is asked whether to join the other batch.
    fn handle_duplicate_command(&mut self, command: KeyCommand) -> Transition {
        let Some((under_way, joins)) = &mut self.duplicate_job else { return Transition::Ignored };
        match command {
            KeyCommand::Up | KeyCommand::Down => *joins = !*joins,
            KeyCommand::Back | KeyCommand::Quit => self.duplicate_job = None,
            KeyCommand::Start | KeyCommand::Confirm | KeyCommand::Open if *joins => {
                let job = under_way.job_id.clone();
                return Transition::Replace(Box::new(JobScreen::new(job.clone())), Some(Effect::AttachJob(job)));
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
            Message::PreviewProgress { progress: so_far, .. }
                if matches!(self.preview, PreviewState::InProgress(_)) =>
            {
                self.preview = PreviewState::InProgress(Some(*so_far));
            }
            Message::PreviewReady { result: answer, .. } if !matches!(self.preview, PreviewState::Stopped) => {
                self.preview = PreviewState::Done(answer.clone());
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
            KeyCommand::Up => self.selected = self.selected.saturating_sub(1),
            KeyCommand::Down => self.selected = (self.selected + 1).min(options::OPTION_COUNT - 1),
            KeyCommand::PageDown | KeyCommand::HalfDown => self.scroll_offset = self.scroll_offset.saturating_add(1),
            KeyCommand::PageUp | KeyCommand::HalfUp => self.scroll_offset = self.scroll_offset.saturating_sub(1),
            KeyCommand::ToggleSelected => return self.cycle_selected(),
            KeyCommand::Start | KeyCommand::Confirm => return self.confirm_start(),
            KeyCommand::Refresh => return self.reload_preview(),
            KeyCommand::Copy => return Transition::Do(Effect::CopyText(self.options.source.clone())),
            KeyCommand::Back if matches!(self.preview, PreviewState::InProgress(_)) => {
                self.preview = PreviewState::Stopped;
                return Transition::PopThen(Effect::CancelPreview(self.options.source.clone()));
            }
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
            // An answer to a wish of before comes too late.
            Message::EstimateReady { options, result: answer } if *options == self.options => {
                self.estimate = Some(answer.clone())
            }
            Message::JobStarted(Err(why)) if self.is_starting => {
                self.is_starting = false;
                if let StartError::AlreadyInProgress(under_way) = why {
                    self.duplicate_job = Some((under_way.clone(), true));
                }
            }
            _ => {}
        }
        Vec::new()
    }

    fn replacement_for(&self, message: &Message) -> Option<(Box<dyn Screen>, Effect)> {
        match message {
            Message::JobStarted(Ok(job)) if self.is_starting => {
                Some((Box::new(JobScreen::new(job.clone())), Effect::AttachJob(job.clone())))
            }
            _ => None,
        }
    }

    fn draw(&mut self, frame: &mut Frame<'_>, area: Rect, draw_context: DrawContext<'_>) {
        let width = (area.width / 5 * 3).clamp(MIN_DIALOG_WIDTH, MAX_DIALOG_WIDTH).min(area.width);
        let text = usize::from(width.saturating_sub(2));
        let events = self.render_preview(text, draw_context);
        let choices = self.render_options(draw_context);
        let wanted = u16::try_from(events.len() + 1 + choices.len() + 2).unwrap_or(u16::MAX);
        let title =
            fit_to_width(&format!("start {}", strip_terminal_controls(&self.options.source)), text.saturating_sub(2));
        let inside = widgets::draw_dialog(frame, area, title.trim_end(), (width, wanted), draw_context);
        // Of a small screen the choices have half at most, around the cursor.
        let (room, all) = (usize::from(inside.height), events.len() + choices.len());
        let below = u16::try_from(choices.len()).unwrap_or(u16::MAX);
        let below = if all <= room { below } else { below.min((inside.height / 2).max(3)) };
        let gap = u16::from(room > events.len() + usize::from(below));
        let rows = [Constraint::Min(0), Constraint::Length(gap), Constraint::Length(below)];
        let [above, _, below] = Layout::vertical(rows).areas(inside);
        self.draw_preview(frame, above, events, draw_context);
        let mut cursor = Cursor::default();
        cursor.select(self.selected.min(choices.len().saturating_sub(1)));
        let window = cursor.visible_range(choices.len(), usize::from(below.height));
        frame.render_widget(Text::from(choices[window].to_vec()), below);
    }
}

impl StartScreen {
    /// As many as have room; what is below is said.
    fn draw_preview(&mut self, frame: &mut Frame<'_>, area: Rect, events: Vec<Line<'static>>, draw: DrawContext<'_>) {
        let (count, room) = (events.len(), usize::from(area.height));
        if count <= room {
            self.scroll_offset = 0;
            return frame.render_widget(Text::from(events), area);
        }
        self.scroll_offset = self.scroll_offset.min(count - room + 1);
        let shown = room.saturating_sub(1);
        let mut lines = events.into_iter().skip(self.scroll_offset).take(shown).collect::<Vec<_>>();
        let below = count.saturating_sub(self.scroll_offset + shown);
        let message =
            if below == 0 { "PgUp: back to the first".to_owned() } else { format!("PgDn: {below} more lines") };
        lines.push(Line::styled(message, draw.theme.muted_style()));
        frame.render_widget(Text::from(lines), area);
    }
}
