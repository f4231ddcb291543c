//! The console as it is: screens upon screens, and the last word to the operator. Keys and news change it and nothing
//! else does; what is to be done comes out as actions.

use std::collections::VecDeque;
use std::sync::PoisonError;

use ratatui::Frame;
use ratatui::crossterm::event::{Event as Input, KeyEvent};
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::command::Command;
use super::foot;
use super::keymap::{Keymap, Place};
use super::news::News;
use super::operations::{Gauge, SharedBoard};
use super::pane::{Action, Look, Pane, Reaction};
use super::screens::{Browse, Confirm, Help, Jobs, Log, Scan};
use super::theme::Theme;
use crate::domain::screen::{clean, fit};

/// Words that are kept for the log.
const TOLD_KEPT: usize = 500;

/// Below this there is no room for anything that makes sense.
const SMALLEST: (u16, u16) = (20, 5);

/// All of it.
pub struct Console {
    /// Who runs the batches.
    runner: String,
    keymap: Keymap,
    theme: Theme,
    /// The lowest is never closed.
    screens: Vec<Box<dyn Pane>>,
    told: VecDeque<String>,
    /// The last word, until the next key.
    last_word: Option<String>,
    gauges: Vec<Gauge>,
    /// Batches that are watched.
    boards: Vec<SharedBoard>,
    /// True where batches run in this process, and so stop with it.
    stops_with_us: bool,
    bell: bool,
}

impl Console {
    /// A console that begins with a screen. `stops_with_us` says that batches run in this process.
    pub fn new(runner: String, keymap: Keymap, theme: Theme, first: Box<dyn Pane>, stops_with_us: bool) -> Self {
        let screens = vec![first];
        let (told, gauges, boards) = (VecDeque::new(), Vec::new(), Vec::new());
        Self { runner, keymap, theme, screens, told, last_word: None, gauges, boards, stops_with_us, bell: false }
    }

    /// With the terminal's bell for what somebody who looks away has to hear.
    pub fn with_bell(self, bell: bool) -> Self {
        Self { bell, ..self }
    }

    /// Whether it rings.
    pub fn rings(&self) -> bool {
        self.bell
    }

    /// Somebody runs the batches now: this console could say only later who.
    pub fn joined(&mut self, runner: String, stops_with_us: bool) {
        (self.runner, self.stops_with_us) = (runner, stops_with_us);
    }

    /// One key.
    pub fn press(&mut self, key: KeyEvent) -> Vec<Action> {
        self.last_word = None;
        if let Some(reaction) = self.top().typed(key) {
            return self.react(reaction);
        }
        let place = self.top().place();
        let Some(command) = self.keymap.command(place, key) else { return Vec::new() };
        match self.top().obey(command) {
            Reaction::Unknown => self.obey(command),
            reaction => self.react(reaction),
        }
    }

    /// A text that was pasted.
    pub fn paste(&mut self, text: &str) -> Vec<Action> {
        self.last_word = None;
        let reaction = self.top().pasted(text).unwrap_or(Reaction::Nothing);
        self.react(reaction)
    }

    /// True for a key that ends the plain lines outside the full screen: the one that began them, and those that
    /// leave or go back.
    pub fn returns(&self, input: &Input) -> bool {
        let Input::Key(key) = input else { return false };
        let command = self.keymap.command(Place::Watch, *key);
        matches!(command, Some(Command::Lines | Command::Back | Command::Open | Command::Quit))
    }

    /// Commands that mean the same on every screen.
    fn obey(&mut self, command: Command) -> Vec<Action> {
        let reaction = match command {
            Command::Back if self.screens.len() > 1 => Reaction::Close,
            Command::Help => Reaction::Enter(Box::new(Help::of(self.top().place())), None),
            Command::Log => Reaction::Enter(Box::new(Log::of(self.told.iter())), None),
            Command::Jobs => Reaction::Enter(Box::<Jobs>::default(), Some(Action::Jobs)),
            Command::Browse => {
                let (browse, ask) = Browse::here();
                Reaction::Enter(Box::new(browse), Some(ask))
            }
            Command::Scan => {
                let (scan, ask) = Scan::new(super::scanning::name());
                Reaction::Enter(Box::new(scan), Some(ask))
            }
            Command::Suspend => Reaction::Do(Action::Suspend),
            Command::Quit if self.stops_with_us && self.something_runs() => {
                Reaction::Enter(Box::new(Confirm::leaving()), None)
            }
            Command::Quit => Reaction::Do(Action::Leave),
            _ => Reaction::Nothing,
        };
        self.react(reaction)
    }

    fn react(&mut self, reaction: Reaction) -> Vec<Action> {
        match reaction {
            Reaction::Nothing | Reaction::Unknown => Vec::new(),
            Reaction::Do(action) => vec![action],
            Reaction::All(actions) => actions,
            Reaction::Enter(screen, action) => {
                self.screens.push(screen);
                action.into_iter().collect()
            }
            Reaction::Become(screen, action) => {
                self.screens.pop();
                self.screens.push(screen);
                action.into_iter().collect()
            }
            Reaction::Close => {
                self.close();
                Vec::new()
            }
            Reaction::Answer(action) => {
                self.close();
                vec![action]
            }
        }
    }

    fn close(&mut self) {
        if self.screens.len() > 1 {
            self.screens.pop();
        }
    }

    /// News, for every screen.
    pub fn learn(&mut self, news: &News) -> Vec<Action> {
        match news {
            News::Told(words) => self.tell(words),
            News::Gauges(gauges) => self.gauges.clone_from(gauges),
            News::Watching { answer: Ok(board), .. } => self.boards.push(board.clone()),
            News::Started(Err(why)) => self.tell(why),
            News::Lost { job, why } => self.tell(&format!("{job}: {why}")),
            News::Changed { change, answer: Err(why), .. } => self.tell(&format!("cannot {}: {why}", change.verb())),
            _ => {}
        }
        let mut wanted = Vec::new();
        for screen in &mut self.screens {
            if let Some((next, action)) = screen.replaced_by(news) {
                *screen = next;
                wanted.push(action);
            }
            wanted.extend(screen.learn(news));
        }
        wanted
    }

    fn something_runs(&self) -> bool {
        self.boards.iter().any(|board| board.read().unwrap_or_else(PoisonError::into_inner).state.is_live())
    }

    /// A word for the operator: at the foot until the next key, and in the log.
    pub fn tell(&mut self, words: &str) {
        let words = clean(words).into_owned();
        if self.told.len() == TOLD_KEPT {
            self.told.pop_front();
        }
        self.told.push_back(words.clone());
        self.last_word = Some(words);
    }

    /// Where the operator is.
    pub fn place(&mut self) -> Place {
        self.top().place()
    }

    fn top(&mut self) -> &mut dyn Pane {
        let last = self.screens.len() - 1;
        self.screens[last].as_mut()
    }

    /// Draws what there is: the lowest screen that can be seen, and those over it.
    pub fn draw(&mut self, frame: &mut Frame<'_>, now: jiff::Timestamp) {
        let area = frame.area();
        if area.is_empty() {
            return;
        }
        if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
            frame.render_widget("larger, please", area);
            return;
        }
        let rows = [Constraint::Length(1), Constraint::Min(1), Constraint::Length(1)];
        let [head, body, foot] = Layout::vertical(rows).areas(area);
        self.draw_head(frame, head);
        let seen = self.screens.iter().rposition(|screen| !screen.is_overlay()).unwrap_or_default();
        let look = Look { theme: self.theme, keymap: &self.keymap, now };
        for screen in &mut self.screens[seen..] {
            screen.draw(frame, body, look);
        }
        let place = self.screens.last().map_or(Place::Everywhere, |screen| screen.place());
        match &self.last_word {
            Some(words) => frame.render_widget(Line::styled(words.as_str(), self.theme.doubtful()), foot),
            None => frame.render_widget(foot::keys(&self.keymap, place, self.theme, foot.width), foot),
        }
    }

    fn draw_head(&self, frame: &mut Frame<'_>, area: Rect) {
        let titles = self.screens.iter().map(|screen| screen.title()).collect::<Vec<_>>();
        let trail = titles.join(self.theme.pick(" › ", " > "));
        let right = foot::gauges(&self.gauges, &self.runner, usize::from(area.width) / 2);
        let room = usize::from(area.width).saturating_sub(right.chars().count() + 1);
        let line = Line::from(vec![
            Span::styled(fit(&trail, room), self.theme.heading()),
            Span::raw(" "),
            Span::styled(right, self.theme.faint()),
        ]);
        frame.render_widget(line, area);
    }
}
