//! The console as it is: screens upon screens, and the last word to the operator. Keys and news change it and nothing
//! else does; what is to be done comes out as actions.

mod drawn;
mod scanned;

use std::collections::VecDeque;
use std::sync::PoisonError;

use ratatui::crossterm::event::{Event as Input, KeyEvent, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::Position;

use super::clipboard::Clipboard;
use super::command::Command;
use super::keymap::{Keymap, Place};
use super::line::Speech;
use super::news::News;
use super::operations::{Gauge, SharedBoard, Spot};
use super::pane::{Action, Pane, Reaction};
use super::reach::Reach;
use super::say::{self, Names, Said};
use super::screens::{Browse, ColumnChoice, Confirm, Help, Jobs, Log, NotAll, Watch};
use super::taste::Taste;
use super::theme::Theme;
use domain::act::{Act, Acted};
use domain::batch::JobId;
use domain::job::JobState;
use domain::screen::clean;

/// Words that are kept for the log.
const TOLD_KEPT: usize = 500;

/// Rows that the wheel of a mouse goes at once.
const WHEEL: usize = 3;

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
    taste: Taste,
    speech: Speech,
    /// Batches that were heard of, for completing what is said.
    jobs: Vec<JobId>,
    /// What a scanner has typed over another screen than its own.
    stray: String,
    /// Batches that are watched.
    boards: Vec<SharedBoard>,
    /// True where batches run in this process, and so stop with it.
    stops_with_us: bool,
    /// What can be reached from this terminal.
    pub(super) reach: Reach,
    pub(super) clipboard: Clipboard,
}

impl Console {
    /// A console that begins with a screen. `stops_with_us` says that batches run in this process.
    pub fn new(runner: String, keymap: Keymap, theme: Theme, first: Box<dyn Pane>, stops_with_us: bool) -> Self {
        let screens = vec![first];
        let (told, gauges, boards) = (VecDeque::new(), Vec::new(), Vec::new());
        let (taste, speech, jobs) = (Taste::default(), Speech::default(), Vec::new());
        Self {
            runner,
            keymap,
            theme,
            screens,
            told,
            last_word: None,
            gauges,
            taste,
            speech,
            jobs,
            stray: String::new(),
            boards,
            stops_with_us,
            reach: Reach::default(),
            clipboard: Clipboard::default(),
        }
    }

    /// The same in a terminal from which this can be reached.
    pub fn reaching(self, reach: Reach) -> Self {
        Self { reach, ..self }
    }

    /// The same, with the operator's wishes.
    pub fn with_taste(mut self, taste: Taste) -> Self {
        self.taste = taste;
        self.suit();
        self
    }

    fn suit(&mut self) {
        self.screens.iter_mut().for_each(|screen| screen.suit(&self.taste));
    }

    fn show(&mut self, mut screen: Box<dyn Pane>) {
        screen.suit(&self.taste);
        self.screens.push(screen);
    }

    /// What the console does itself; the rest is for the loop.
    fn take(&mut self, action: Action) -> Vec<Action> {
        match action {
            Action::Columns { columns, keep } => {
                self.taste.columns = columns;
                self.suit();
                self.taste.keep().filter(|_| keep).map(Action::Keep).into_iter().collect()
            }
            Action::Mouse(taken) => {
                self.taste.mouse = taken;
                self.tell(if taken {
                    "the mouse is the console's: press a row, a heading, turn the wheel; the same key gives it back"
                } else {
                    "the mouse is the terminal's own"
                });
                vec![action]
            }
            action => vec![action],
        }
    }

    /// Somebody runs the batches now: this console could say only later who.
    pub fn joined(&mut self, runner: String, stops_with_us: bool) {
        (self.runner, self.stops_with_us) = (runner, stops_with_us);
    }

    /// One key.
    pub fn press(&mut self, key: KeyEvent) -> Vec<Action> {
        self.last_word = None;
        if self.speech.is_open() {
            let (speech, names) = self.spoken();
            let said = speech.typed(key, &names);
            return said.map(|line| self.say(&line)).unwrap_or_default();
        }
        if let Some(reaction) = self.top().typed(key) {
            return self.react(reaction);
        }
        if let Some(wanted) = self.scanned(key) {
            return wanted;
        }
        let place = self.top().place();
        let Some(command) = self.keymap.command(place, key) else { return Vec::new() };
        self.mean(command)
    }

    fn mean(&mut self, command: Command) -> Vec<Action> {
        match self.top().obey(command) {
            Reaction::Unknown => self.obey(command),
            reaction => self.react(reaction),
        }
    }

    /// The line at the foot, and the names that it knows.
    fn spoken(&mut self) -> (&mut Speech, Names<'_>) {
        let top = self.screens.last();
        let place = top.map_or(Place::Everywhere, |top| top.place());
        let sorts = top.map_or_else(Vec::new, |top| top.sorts());
        (&mut self.speech, Names { keymap: &self.keymap, place, sorts, jobs: &self.jobs })
    }

    /// Does what was said after `:`, or tells why not.
    pub fn say(&mut self, line: &str) -> Vec<Action> {
        let said = match say::understood(line) {
            Ok(said) => said,
            Err(why) => {
                self.tell(&why);
                return Vec::new();
            }
        };
        match said {
            Said::Meant(command) => self.mean_if_known(command),
            Said::Columns(columns) => self.take(Action::Columns { columns, keep: true }),
            Said::Theme(name) => {
                self.theme = self.theme.named(name);
                Vec::new()
            }
            Said::Watch(job) => {
                let watch = Watch::of(job.clone());
                self.react(Reaction::Enter(Box::new(watch), Some(Action::Watch(job))))
            }
            Said::Sort { by, .. } if !self.top().sorts().iter().any(|name| *name == by) => {
                let all = self.top().sorts().join(", ");
                self.tell(&format!(
                    "{by:?} is nothing to sort by here; there are {}",
                    if all.is_empty() { "none" } else { &all }
                ));
                Vec::new()
            }
            said => match self.top().hear(&said) {
                Reaction::Unknown => {
                    self.tell(&format!(":{} is nothing on this screen", clean(line)));
                    Vec::new()
                }
                reaction => self.react(reaction),
            },
        }
    }

    fn mean_if_known(&mut self, command: Command) -> Vec<Action> {
        let place = self.top().place();
        if self.keymap.keys(place, command).is_none() {
            self.tell(&format!(":{} is nothing on this screen", command.meaning().word));
            return Vec::new();
        }
        self.mean(command)
    }

    /// The mouse: the wheel goes a few rows, a press is the screen's.
    pub fn point(&mut self, mouse: MouseEvent) -> Vec<Action> {
        let wheel = |command| Some([command; WHEEL]);
        let turned = match mouse.kind {
            MouseEventKind::ScrollUp => wheel(Command::Up),
            MouseEventKind::ScrollDown => wheel(Command::Down),
            MouseEventKind::Down(MouseButton::Left) => {
                self.last_word = None;
                let reaction = self.top().point(Position::new(mouse.column, mouse.row));
                return self.react(reaction);
            }
            _ => None,
        };
        let turned = turned.into_iter().flatten();
        turned.flat_map(|command| self.mean(command)).collect()
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
            Command::Say => {
                self.speech.begin();
                Reaction::Do(Action::Jobs)
            }
            Command::Mouse => Reaction::Do(Action::Mouse(!self.taste.mouse)),
            Command::Columns => Reaction::Enter(Box::<ColumnChoice>::default(), None),
            Command::Log => Reaction::Enter(Box::new(Log::of(self.told.iter())), None),
            Command::Jobs => Reaction::Enter(Box::<Jobs>::default(), Some(Action::Jobs)),
            Command::Browse => {
                let (browse, ask) = Browse::here();
                Reaction::Enter(Box::new(browse), Some(ask))
            }
            Command::Places => {
                let (browse, ask) = Browse::at(Spot::Places);
                Reaction::Enter(Box::new(browse), Some(ask))
            }
            Command::Scan => self.before_the_scanner(),
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
            Reaction::Do(action) => self.take(action),
            Reaction::All(actions) => actions,
            Reaction::Enter(screen, action) => {
                self.show(screen);
                action.into_iter().collect()
            }
            Reaction::Become(screen, action) => {
                self.screens.pop();
                self.show(screen);
                action.into_iter().collect()
            }
            Reaction::Close => {
                self.close();
                Vec::new()
            }
            Reaction::Answer(action) => {
                self.close();
                self.take(action)
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
            News::Jobs(Ok(jobs)) => self.jobs = jobs.iter().map(|line| line.job.clone()).collect(),
            News::Gauges(gauges) => self.gauges.clone_from(gauges),
            News::Watching { answer: Ok(board), .. } => self.boards.push(board.clone()),
            News::Started(Err(why)) => self.tell(&why.to_string()),
            News::Lost { job, why } => self.tell(&format!("{job}: {why}")),
            News::Acted { act, answer: Err(why), .. } => self.tell(&format!("not {}: {why}", act.done())),
            News::Acted { act, answer: Ok(acted), .. } => {
                self.tell(&format!("{} {}, {} not", acted.done.len(), act.done(), acted.refused.len()));
            }
            News::Exported { path, answer: Ok(rows) } => self.tell(&format!("{rows} rows are in {}", path.display())),
            News::Exported { answer: Err(why), .. } => self.tell(&why.words),
            News::Changed { change, answer: Err(why), .. } => self.tell(&format!("cannot {}: {why}", change.verb())),
            _ => {}
        }
        let mut wanted = self.joined_again(news).into_iter().collect::<Vec<_>>();
        for screen in &mut self.screens {
            if let Some((next, action)) = screen.replaced_by(news) {
                *screen = next;
                screen.suit(&self.taste);
                wanted.push(action);
            }
            wanted.extend(screen.learn(news));
        }
        let mut number = 0;
        self.screens.retain(|screen| {
            number += 1;
            number == 1 || !screen.is_over(news)
        });
        if let News::Acted { job, act, answer: Ok(acted) } = news {
            wanted.extend(self.show_acted(job, *act, acted));
        }
        wanted
    }

    /// The batch that a retry made, and over it what it was not done to.
    fn show_acted(&mut self, job: &JobId, act: Act, acted: &Acted) -> Option<Action> {
        let new = (acted.job != *job).then(|| acted.job.clone());
        if let Some(new) = &new {
            self.screens.push(Box::new(Watch::of(new.clone())));
        }
        if !acted.refused.is_empty() {
            self.screens.push(Box::new(NotAll::of(act, acted)));
        }
        new.map(Action::Watch)
    }

    /// The news of a service's batch ended with it, and a decision lets it run once more.
    fn joined_again(&self, news: &News) -> Option<Action> {
        let News::Decided { job, answer: Ok(became), .. } = news else { return None };
        let boards = self.boards.iter().map(|board| board.read().unwrap_or_else(PoisonError::into_inner));
        let newest = boards.rev().find(|board| board.job == *job)?;
        let ended = !self.stops_with_us && became.goes_on() && newest.state == JobState::Completed;
        ended.then(|| Action::Watch(job.clone()))
    }

    /// What the screens want by themselves.
    pub fn wants(&mut self) -> Vec<Action> {
        self.screens.iter_mut().filter_map(|screen| screen.wants()).collect()
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
}
