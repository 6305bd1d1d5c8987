//! The only file that writes to stdout and stderr.
//!
//! A closed pipe is no error: whoever reads has seen enough. Any other failure to write is kept and ends the run. Neither stops what is
//! under way: a run that writes to Azure asks in the end whether its words arrived.

use std::borrow::Cow;
use std::io::{self, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use anstream::{AutoStream, ColorChoice};

use crate::args::{Color, Look};
use crate::render::Paint;
use crate::render::progress::live::Canvas;

/// Where results, diagnostics and progress go.
#[derive(Debug)]
pub(crate) struct Terminal {
    colored_out: bool,
    colored_err: bool,
    /// Whether characters beyond ASCII can be shown.
    unicode: bool,
    /// Whether stdout is looked at, rather than read by a program.
    watched_out: bool,
    /// Whether stderr can be drawn on.
    lively: bool,
    columns: Option<usize>,
    quiet: bool,
    broken: Mutex<Option<io::Error>>,
    /// Whether a result did not arrive, for whatever reason.
    lost: AtomicBool,
    /// The live lines as they stand at the end of stderr.
    drawn: Mutex<Vec<String>>,
}

/// What the environment says of the screen.
#[derive(Clone, Debug, Default)]
pub(crate) struct Surroundings {
    columns: Option<usize>,
    watched: bool,
    unicode: bool,
}

impl Surroundings {
    /// Reads the variables that everybody heeds: COLUMNS, TERM, CI and the locale's. An empty one counts as not set.
    pub(crate) fn read(variable: impl Fn(&str) -> Option<String>) -> Surroundings {
        let set = |name: &str| variable(name).filter(|value| !value.is_empty());
        let term = set("TERM");
        let dumb = term.as_deref() == Some("dumb");
        let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
            .iter()
            .find_map(|name| set(name));
        let utf8 = locale.is_none_or(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        });
        Surroundings {
            columns: set("COLUMNS").and_then(|text| text.parse().ok()),
            // A Windows console has no TERM and can be drawn on.
            watched: !dumb && (term.is_some() || cfg!(windows)) && set("CI").is_none(),
            unicode: !dumb && (utf8 || cfg!(windows)),
        }
    }
}

/// The width of screens where nothing tells it: neither COLUMNS nor a terminal at stdout or stderr.
pub(crate) const WIDTH: usize = 100;

/// Below this nothing can be laid out.
const NARROWEST: usize = 30;

/// How many live lines stand at the end of stderr. Beside the terminal, because a panic's report has none at hand.
static DRAWN: AtomicUsize = AtomicUsize::new(0);

impl Terminal {
    /// Looks at the streams once, at the start.
    pub(crate) fn new(look: &Look, around: &Surroundings) -> Terminal {
        Terminal {
            colored_out: colored(look.color, &io::stdout()),
            colored_err: colored(look.color, &io::stderr()),
            unicode: around.unicode,
            watched_out: io::stdout().is_terminal(),
            lively: around.watched && io::stderr().is_terminal(),
            columns: around.columns,
            quiet: look.quiet,
            broken: Mutex::new(None),
            lost: AtomicBool::new(false),
            drawn: Mutex::default(),
        }
    }

    /// What the screen can show, in a sentence.
    pub(crate) fn described(&self) -> String {
        let or = |is: bool, yes: &'static str, no: &'static str| if is { yes } else { no };
        format!(
            "{} columns, {}, {}, progress {}",
            self.width(),
            or(self.colored_out, "colour", "no colour"),
            or(self.unicode, "Unicode", "ASCII only"),
            or(self.lively, "as a live bar", "as lines"),
        )
    }

    /// Whether live lines can be drawn on stderr.
    pub(crate) fn is_lively(&self) -> bool {
        self.lively
    }

    /// Room for live lines at the end of stderr, which are gone with the value.
    pub(crate) fn live(&self) -> Live<'_> {
        Live { terminal: self }
    }

    /// How text for stdout is painted.
    pub(crate) fn paint_out(&self) -> Paint {
        Paint {
            on: self.colored_out,
        }
    }

    /// How text for stderr is painted.
    pub(crate) fn paint_err(&self) -> Paint {
        Paint {
            on: self.colored_err,
        }
    }

    /// How many columns a screen has.
    pub(crate) fn width(&self) -> usize {
        let width = self.columns.or_else(|| Some(of_the_screen()?.0));
        width.unwrap_or(WIDTH).max(NARROWEST)
    }

    /// Writes a result to stdout. What a program reads keeps all its characters.
    pub(crate) fn result(&self, text: &str) {
        let text = match self.watched_out {
            true => self.shown(text),
            false => Cow::Borrowed(text),
        };
        let drawn = self.drawn();
        erase(&drawn);
        let written = write_all(
            AutoStream::new(io::stdout(), choice(self.colored_out)),
            &text,
        );
        redraw(&drawn);
        if written.is_err() {
            self.lost.store(true, Ordering::Relaxed);
        }
        self.note(written);
    }

    /// Whether something that was written to stdout did not arrive: nobody reads there any more.
    pub(crate) fn has_lost_results(&self) -> bool {
        self.lost.load(Ordering::Relaxed)
    }

    /// Writes what is wrong to stderr, above the live lines.
    pub(crate) fn diagnostic(&self, text: &str) {
        if text.is_empty() {
            return;
        }
        let drawn = self.drawn();
        erase(&drawn);
        let written = write_all(
            AutoStream::new(io::stderr(), choice(self.colored_err)),
            &self.shown(text),
        );
        redraw(&drawn);
        self.note(written);
    }

    fn drawn(&self) -> MutexGuard<'_, Vec<String>> {
        self.drawn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Text with our own signs in ASCII, where nothing else can be shown.
    fn shown<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.unicode || text.is_ascii() {
            return Cow::Borrowed(text);
        }
        let mut out = String::with_capacity(text.len());
        for letter in text.chars() {
            match SIGNS.iter().find(|(sign, _)| *sign == letter) {
                Some((_, ascii)) => out.push_str(ascii),
                None => out.push(letter),
            }
        }
        Cow::Owned(out)
    }

    /// Writes what is good to know to stderr, unless `--quiet` was given.
    pub(crate) fn notice(&self, text: &str) {
        if !self.quiet {
            self.diagnostic(text);
        }
    }

    /// Writes a styled text of clap's.
    pub(crate) fn styled(&self, text: &clap::builder::StyledStr, to_stdout: bool) {
        let (colored, write): (bool, fn(&Terminal, &str)) = match to_stdout {
            true => (self.colored_out, Terminal::result),
            false => (self.colored_err, Terminal::diagnostic),
        };
        match colored {
            true => write(self, &text.ansi().to_string()),
            false => write(self, &text.to_string()),
        }
    }

    /// The first failure to write, where there was one.
    pub(crate) fn finish(&self) -> Option<io::Error> {
        self.broken.lock().ok().and_then(|mut broken| broken.take())
    }

    fn note(&self, written: io::Result<()>) {
        match written {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
            Err(error) => {
                if let Ok(mut broken) = self.broken.lock() {
                    broken.get_or_insert(error);
                }
            }
        }
    }
}

/// Our own signs and the lines that problems are drawn with, as a terminal without Unicode can show them.
const SIGNS: [(char, &str); 24] = [
    ('─', "-"),
    ('│', "|"),
    ('·', ":"),
    ('╭', ","),
    ('╮', "."),
    ('╰', "`"),
    ('╯', "'"),
    ('├', "|"),
    ('┤', "|"),
    ('┬', "+"),
    ('┴', "+"),
    ('┼', "+"),
    ('▶', ">"),
    ('▲', "^"),
    ('▼', "v"),
    ('×', "x"),
    ('⚠', "!"),
    ('☞', ">"),
    ('→', "->"),
    ('…', "..."),
    ('–', "-"),
    ('█', "#"),
    ('░', "-"),
    ('•', "*"),
];

/// A few lines at the end of stderr that are drawn again and again.
#[derive(Debug)]
pub(crate) struct Live<'a> {
    terminal: &'a Terminal,
}

impl Live<'_> {
    /// What can be drawn on, as it is now: terminals change their size.
    pub(crate) fn canvas(&self) -> Canvas {
        let (width, height) = of_the_screen().unwrap_or((WIDTH, 24));
        let width = self
            .terminal
            .columns
            .map_or(width, |columns| columns.min(width));
        // The last column would begin a new line on some; and signs in ASCII are longer.
        let slack = if self.terminal.unicode { 1 } else { 5 };
        Canvas {
            paint: self.terminal.paint_err(),
            width: width.saturating_sub(slack).max(10),
            height,
            unicode: self.terminal.unicode,
        }
    }

    /// Draws over what was drawn before, in one write, so that nothing flickers; lines that stay the same cost nothing.
    pub(crate) fn draw(&self, lines: Vec<String>) {
        if !self.terminal.lively {
            return;
        }
        let lines: Vec<String> = lines
            .iter()
            .map(|line| self.terminal.shown(line).into_owned())
            .collect();
        let mut drawn = self.terminal.drawn();
        if *drawn == lines {
            return;
        }
        let text = format!("{}{}", upwards(drawn.len()), framed(&lines));
        // A terminal that is gone needs no progress; what counts is written elsewhere.
        let _ = write_all(io::stderr(), &text);
        DRAWN.store(lines.len(), Ordering::Relaxed);
        *drawn = lines;
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        self.draw(Vec::new());
    }
}

/// To the beginning of the first of so many lines, of which the cursor stands on the last.
fn upwards(lines: usize) -> String {
    match lines {
        0 | 1 => "\r".to_owned(),
        more => format!("\r\u{1b}[{}A", more - 1),
    }
}

/// Lines that leave nothing of what stood there before.
fn framed(lines: &[String]) -> String {
    lines.join("\u{1b}[K\n") + "\u{1b}[K\u{1b}[J"
}

fn erase(drawn: &[String]) {
    if !drawn.is_empty() {
        let _ = write_all(io::stderr(), &format!("{}\u{1b}[J", upwards(drawn.len())));
    }
}

fn redraw(drawn: &[String]) {
    if !drawn.is_empty() {
        let _ = write_all(io::stderr(), &framed(drawn));
    }
}

/// How many columns and lines the terminal has, where there is one.
fn of_the_screen() -> Option<(usize, usize)> {
    let (width, height) = terminal_size::terminal_size()?;
    Some((width.0.into(), height.0.into()))
}

/// Writes to stderr where there is no terminal at hand any more.
pub(crate) fn last_words(text: &str) {
    let drawn = DRAWN.swap(0, Ordering::Relaxed);
    if drawn > 0 {
        let _ = write_all(io::stderr(), &format!("{}\u{1b}[J", upwards(drawn)));
    }
    // There is nobody left to tell.
    let _ = write_all(io::stderr(), text);
}

fn write_all(mut stream: impl Write, text: &str) -> io::Result<()> {
    stream.write_all(text.as_bytes())?;
    stream.flush()
}

fn colored(color: Color, stream: &(impl anstream::stream::RawStream + IsTerminal)) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => AutoStream::choice(stream) != ColorChoice::Never,
    }
}

fn choice(colored: bool) -> ColorChoice {
    if colored {
        ColorChoice::Always
    } else {
        ColorChoice::Never
    }
}
