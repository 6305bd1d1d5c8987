//! Colours, which only ever repeat what a word says.

use anstyle::{AnsiColor, Style};

/// Whether and how text is coloured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Paint {
    /// Whether it is.
    pub on: bool,
}

impl Paint {
    /// No colour.
    pub(crate) const OFF: Paint = Paint { on: false };

    /// Something that is made.
    pub(crate) fn added(self, text: &str) -> String {
        self.with(AnsiColor::Green.on_default(), text)
    }

    /// Something that changes, or that one should look at.
    pub(crate) fn changed(self, text: &str) -> String {
        self.with(AnsiColor::Yellow.on_default(), text)
    }

    /// Something that goes away, or is wrong.
    pub(crate) fn removed(self, text: &str) -> String {
        self.with(AnsiColor::Red.on_default(), text)
    }

    /// What a section begins with.
    pub(crate) fn heading(self, text: &str) -> String {
        self.with(Style::new().bold(), text)
    }

    /// What matters less.
    pub(crate) fn dim(self, text: &str) -> String {
        self.with(Style::new().dimmed(), text)
    }

    fn with(self, style: Style, text: &str) -> String {
        if self.on {
            format!("{style}{text}{style:#}")
        } else {
            text.to_owned()
        }
    }
}
