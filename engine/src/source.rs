//! Texts, and places within them.
//!
//! A place is two byte offsets and the number of a text, so that a problem can be carried through every stage without
//! its text; names, lines and columns are looked up once, when it is shown.

/// The number of a text within its [`Sources`].
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceId(pub u32);

/// A stretch of a text, as byte offsets; `end` is exclusive.
#[derive(Copy, Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The text that the offsets count in.
    pub source: SourceId,
    /// Offset of the first byte.
    pub start: u32,
    /// Offset behind the last byte.
    pub end: u32,
}

impl Span {
    /// A stretch of `source`. Offsets beyond 4 GiB are cut there; no text that we read comes near (10 MB).
    pub fn new(source: SourceId, start: usize, end: usize) -> Span {
        let narrow = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        Span {
            source,
            start: narrow(start),
            end: narrow(end),
        }
    }

    /// The stretch as a range of byte offsets.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The empty stretch at its beginning.
    pub fn beginning(self) -> Span {
        Span {
            end: self.start,
            ..self
        }
    }
}

/// Every text of one run, by number.
#[derive(Debug, Default)]
pub struct Sources {
    texts: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    /// Offsets at which lines begin; the first is 0.
    lines: Vec<u32>,
}

impl Sources {
    /// No texts yet.
    pub fn new() -> Sources {
        Sources::default()
    }

    /// Takes a text in, under the name that people are shown, and indexes its lines.
    pub fn add(&mut self, name: String, text: String) -> SourceId {
        let id = self.next();
        let ends = text.match_indices('\n');
        let starts = ends.map(|(at, _)| Span::new(id, at + 1, 0).start);
        let lines = std::iter::once(0).chain(starts).collect();
        self.texts.push(Source { name, text, lines });
        id
    }

    /// The number that the next text will get, for parsing a text before it is handed over.
    pub fn next(&self) -> SourceId {
        SourceId(Span::new(SourceId(0), self.texts.len(), 0).start)
    }

    /// The name of a text; empty for a number that was never given out.
    pub fn name(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.name)
    }

    /// A whole text; empty for a number that was never given out.
    pub fn text(&self, id: SourceId) -> &str {
        self.get(id).map_or("", |source| &source.text)
    }

    /// The line and the column of a stretch's beginning, both from 1. Columns count characters.
    pub fn line_column(&self, span: Span) -> (usize, usize) {
        let Some(source) = self.get(span.source) else {
            return (1, 1);
        };
        let line = source
            .lines
            .partition_point(|start| *start <= span.start)
            .max(1);
        let start = source
            .lines
            .get(line - 1)
            .map_or(0, |start| *start as usize);
        let before = source
            .text
            .as_bytes()
            .get(start..span.start as usize)
            .unwrap_or_default();
        (line, 1 + String::from_utf8_lossy(before).chars().count())
    }

    /// Offsets at which the lines of a text begin; the first is 0.
    pub fn lines(&self, id: SourceId) -> &[u32] {
        self.get(id).map_or(&[0], |source| &source.lines)
    }

    /// All texts, in the order in which they were added: number, name, text.
    pub fn iter(&self) -> impl Iterator<Item = (SourceId, &str, &str)> {
        (0u32..)
            .map(SourceId)
            .zip(&self.texts)
            .map(|(id, source)| (id, source.name.as_str(), source.text.as_str()))
    }

    /// The same texts with asterisks in these stretches, so that everything else keeps its place.
    pub fn masked(&self, stretches: &[Span]) -> Sources {
        let mut texts: Vec<Vec<u8>> = self.iter().map(|(_, _, text)| text.into()).collect();
        for span in stretches {
            let whole = self.text(span.source).get(span.range()).is_some();
            let hidden = texts.get_mut(span.source.0 as usize).filter(|_| whole);
            let hidden = hidden.and_then(|text| text.get_mut(span.range()));
            for byte in hidden.into_iter().flatten().filter(|byte| **byte != b'\n') {
                *byte = b'*';
            }
        }
        let mut masked = Sources::new();
        for ((_, name, _), text) in self.iter().zip(texts) {
            let text = String::from_utf8_lossy(&text).into_owned();
            masked.add(name.to_owned(), text);
        }
        masked
    }

    fn get(&self, id: SourceId) -> Option<&Source> {
        self.texts.get(id.0 as usize)
    }
}
