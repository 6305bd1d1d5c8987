//! The lines of a source that a screen shows: found by their index, cut around what is pointed at, made safe.
//!
//! miette reads a whole text to find a line, panics where a label starts past column 65,535 and passes control characters
//! on (miette 7.6, 2026-11). So it gets only the few lines that it is going to draw.

use miette::{MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};
use vmlogin_engine::source::{SourceId, Sources, Span};

use super::foreign;

/// Lines before and after a label.
const CONTEXT: usize = 1;

/// The most characters of one line.
const LONGEST: usize = 160;

/// How many characters before the first label stay, where a line is cut.
const LEAD: usize = 60;

/// Some lines of one source, with places for labels.
#[derive(Debug)]
pub(crate) struct Snippet {
    name: String,
    /// Everything that is shown, line behind line.
    text: String,
    lines: Vec<Line>,
    /// Where the labels went, in the order in which they were given.
    pub labels: Vec<SourceSpan>,
    /// Column of each label in the source, from 0, in characters.
    columns: Vec<usize>,
}

#[derive(Debug)]
struct Line {
    /// Its number in the source, from 0.
    number: usize,
    /// Offset of its first byte in what is shown.
    at: usize,
}

impl Snippet {
    /// The lines around some places of one source. A place of several lines is pointed at by its first.
    pub(crate) fn of(sources: &Sources, source: SourceId, spans: &[Span]) -> Snippet {
        let text = sources.text(source);
        let starts = sources.lines(source);
        let mut wanted = std::collections::BTreeSet::new();
        let places: Vec<Place> = spans
            .iter()
            .map(|span| Place::of(text, starts, *span))
            .collect();
        for place in &places {
            // The empty line behind the last line feed says nothing.
            let ended = text.ends_with('\n') && place.line + 1 < starts.len();
            let last = (place.line + CONTEXT).min(starts.len() - 1 - usize::from(ended));
            wanted.extend(place.line.saturating_sub(CONTEXT)..=last);
        }
        let mut snippet = Snippet {
            name: foreign::line(sources.name(source)).into_owned(),
            text: String::new(),
            lines: Vec::new(),
            labels: vec![SourceSpan::new(0.into(), 0); spans.len()],
            columns: spans
                .iter()
                .map(|span| sources.line_column(*span).1 - 1)
                .collect(),
        };
        for number in wanted {
            snippet.push(line(text, starts, number), number, &places);
        }
        snippet
    }

    fn push(&mut self, text: &str, number: usize, places: &[Place]) {
        let at = self.text.len();
        let own = || {
            places
                .iter()
                .enumerate()
                .filter(|(_, place)| place.line == number)
        };
        let mut shown = Shown::of(text, own().map(|(_, place)| place.start).min());
        for (index, place) in own() {
            let (start, end) = shown.point(place.start, place.end);
            self.labels[index] = SourceSpan::new((at + start).into(), end - start);
        }
        self.text.push_str(&shown.text);
        self.text.push('\n');
        self.lines.push(Line { number, at });
    }

    /// The column in the source of the label that is shown at an offset.
    fn column_of(&self, offset: usize) -> usize {
        let label = self
            .labels
            .iter()
            .position(|label| label.offset() == offset);
        label
            .and_then(|index| self.columns.get(index))
            .copied()
            .unwrap_or(0)
    }

    fn line_at(&self, offset: usize) -> usize {
        self.lines
            .partition_point(|line| line.at <= offset)
            .saturating_sub(1)
    }

    /// Lines follow each other in a run: `from`, and as many neighbours as are wanted and shown.
    fn neighbours(&self, from: usize, to: usize, before: usize, after: usize) -> (usize, usize) {
        let (mut first, mut last) = (from, to);
        while first > 0
            && from - first < before
            && self.lines[first - 1].number + 1 == self.lines[first].number
        {
            first -= 1;
        }
        while last + 1 < self.lines.len()
            && last - to < after
            && self.lines[last].number + 1 == self.lines[last + 1].number
        {
            last += 1;
        }
        (first, last)
    }
}

impl SourceCode for Snippet {
    fn read_span<'a>(
        &'a self,
        span: &SourceSpan,
        before: usize,
        after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        if self.lines.is_empty() {
            return Err(MietteError::OutOfBounds);
        }
        let from = self.line_at(span.offset());
        let to = self
            .line_at(span.offset() + span.len().saturating_sub(1))
            .max(from);
        let (first, last) = self.neighbours(from, to, before, after);
        let skipped = match before {
            0 => span.offset().saturating_sub(self.lines[first].at),
            _ => 0,
        };
        let run = &self.lines[first..=last];
        let start = run[0].at + skipped;
        let end = self
            .lines
            .get(last + 1)
            .map_or(self.text.len(), |next| next.at);
        let data = self.text.get(start..end).unwrap_or_default().as_bytes();
        let column = if before == 0 {
            self.column_of(span.offset())
        } else {
            0
        };
        Ok(Box::new(MietteSpanContents::new_named(
            self.name.clone(),
            data,
            SourceSpan::new(start.into(), data.len()),
            run[0].number,
            column,
            run.len(),
        )))
    }
}

/// A place within its first line, as byte offsets from the line's beginning.
struct Place {
    line: usize,
    start: usize,
    end: usize,
}

impl Place {
    fn of(text: &str, starts: &[u32], span: Span) -> Place {
        let line_number = starts
            .partition_point(|start| *start <= span.start)
            .saturating_sub(1);
        let begin = starts.get(line_number).map_or(0, |start| *start as usize);
        let length = line(text, starts, line_number).len();
        let within = |offset: u32| (offset as usize).saturating_sub(begin).min(length);
        Place {
            line: line_number,
            start: within(span.start),
            end: within(span.end),
        }
    }
}

/// A line without its end.
fn line<'t>(text: &'t str, starts: &[u32], number: usize) -> &'t str {
    let start = starts
        .get(number)
        .map_or(text.len(), |start| *start as usize);
    let end = starts
        .get(number + 1)
        .map_or(text.len(), |start| *start as usize);
    text.get(start..end)
        .unwrap_or_default()
        .trim_end_matches(['\n', '\r'])
}

/// A line as it is shown, with the way from its own offsets.
struct Shown {
    text: String,
    /// For each character shown: its offset in the line and in what is shown.
    places: Vec<(usize, usize)>,
}

impl Shown {
    /// Cuts a line around `focus`, a byte offset, and escapes what acts.
    fn of(line: &str, focus: Option<usize>) -> Shown {
        let characters = line.chars().count();
        let focus = focus.map_or(0, |offset| {
            line.char_indices()
                .take_while(|(at, _)| *at < offset)
                .count()
        });
        let skip = if characters > LONGEST {
            focus.saturating_sub(LEAD)
        } else {
            0
        };
        let mut shown = Shown {
            text: String::new(),
            places: Vec::new(),
        };
        if skip > 0 {
            shown.text.push('…');
        }
        for (at, character) in line.char_indices().skip(skip).take(LONGEST) {
            shown.places.push((at, shown.text.len()));
            match character {
                '\t' => shown.text.push('\t'),
                other if foreign::acts(other) || foreign::commands(&line[at..], true) => {
                    shown.text.extend(other.escape_unicode());
                }
                other => shown.text.push(other),
            }
        }
        if characters > skip + LONGEST {
            shown.text.push('…');
        }
        shown
    }

    /// The stretch shown for a stretch of the line; never empty, so that a marker is always drawn.
    fn point(&mut self, start: usize, end: usize) -> (usize, usize) {
        let behind = self.text.len();
        let place = |offset: usize| {
            let index = self.places.partition_point(|(at, _)| *at < offset);
            self.places.get(index).map_or(behind, |(_, shown)| *shown)
        };
        let (from, to) = (place(start), place(end));
        if from == behind {
            self.text.push(' ');
            return (from, from + 1);
        }
        let next = self.places.partition_point(|(_, shown)| *shown <= from);
        let least = self.places.get(next).map_or(behind, |(_, shown)| *shown);
        (from, to.max(least))
    }
}
