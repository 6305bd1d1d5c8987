//! The only file that writes to stdout and stderr.
//!
//! A closed pipe is no error: whoever reads has seen enough. Any other failure to write is kept and ends the run.

use std::io::{self, IsTerminal, Write};
use std::sync::Mutex;

use anstream::{AutoStream, ColorChoice};

use crate::args::{Color, Look};
use crate::render::Paint;

/// Where results, diagnostics and progress go.
#[derive(Debug)]
pub(crate) struct Terminal {
    colored_out: bool,
    colored_err: bool,
    width: usize,
    quiet: bool,
    broken: Mutex<Option<io::Error>>,
}

/// The width of screens where nothing tells it: neither COLUMNS nor a terminal at stdout or stderr.
const WIDTH: usize = 100;

/// Below this nothing can be laid out.
const NARROWEST: usize = 30;

impl Terminal {
    /// Looks at the streams once, at the start. `columns` is the variable COLUMNS.
    pub(crate) fn new(look: &Look, columns: Option<&str>) -> Terminal {
        Terminal {
            colored_out: colored(look.color, &io::stdout()),
            colored_err: colored(look.color, &io::stderr()),
            width: columns
                .and_then(|text| text.parse().ok())
                .or_else(of_the_screen)
                .unwrap_or(WIDTH)
                .max(NARROWEST),
            quiet: look.quiet,
            broken: Mutex::new(None),
        }
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
        self.width
    }

    /// Writes a result to stdout.
    pub(crate) fn result(&self, text: &str) {
        let written = write_all(
            AutoStream::new(io::stdout(), choice(self.colored_out)),
            text,
        );
        self.note(written);
    }

    /// Writes what is wrong to stderr.
    pub(crate) fn diagnostic(&self, text: &str) {
        if text.is_empty() {
            return;
        }
        let written = write_all(
            AutoStream::new(io::stderr(), choice(self.colored_err)),
            text,
        );
        self.note(written);
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

/// How wide the terminal is, where there is one.
fn of_the_screen() -> Option<usize> {
    terminal_size::terminal_size().map(|(width, _)| width.0.into())
}

/// Writes to stderr where there is no terminal at hand any more.
pub(crate) fn last_words(text: &str) {
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
