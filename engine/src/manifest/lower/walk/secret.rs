//! Values that may come from elsewhere: a secret, of which only the source is ever said, and a text that may stand in a file.
//! Nothing is read here.

use super::Walker;
use super::value::Said;
use crate::manifest::check;
use crate::manifest::problem::{ManifestProblem, Rule};
use crate::schema::{Characters, NameRule, Sort};
use crate::syntax::tree::Word;
use crate::value::{SecretSource, Value};

/// The word for a secret that is made when it is needed.
const RANDOM: &str = "random";

/// The sources that a type names.
const SOURCES: [&str; 2] = ["env", "file"];

/// What names an environment variable, on every system and in every shell.
const VARIABLE: NameRule = NameRule {
    most: 256,
    characters: Characters::AsciiAnd("_"),
    not_first: "0123456789",
    not_last: "",
};

/// The longest path, in characters.
const MOST_PATH: usize = 1024;

impl Walker<'_, '_> {
    /// The source of a secret. What somebody wrote instead is never repeated: it may be the secret.
    pub(super) fn secret(&mut self, word: &'static str, said: Said<'_>) -> Option<Value> {
        let source = match (said.annotation.map(Word::as_str), said.scalar) {
            (None, scalar) if scalar.as_text() == Some(RANDOM) => SecretSource::Random,
            (None, _) => {
                let span = said.span;
                self.found
                    .push(ManifestProblem::LiteralSecret { word, span });
                return None;
            }
            (Some("env"), _) => SecretSource::Environment(self.variable(word, said)?),
            (Some("file"), _) => return self.file(word, said),
            (Some(other), _) => {
                self.unknown_source(word, other, &SOURCES, said);
                return None;
            }
        };
        Some(Value::Secret(source))
    }

    /// Text of a sort, or the file that it stands in.
    pub(super) fn text_or_file(
        &mut self,
        word: &'static str,
        sort: &Sort,
        said: Said<'_>,
    ) -> Option<Value> {
        match said.annotation.map(Word::as_str) {
            None => self.text_of_sort(word, sort, said),
            Some("file") => self.file(word, said),
            Some(other) => {
                self.unknown_source(word, other, &SOURCES[1..], said);
                None
            }
        }
    }

    fn text_of_sort(
        &mut self,
        word: &'static str,
        sort: &Sort,
        Said { scalar, span, .. }: Said<'_>,
    ) -> Option<Value> {
        let Some(unfit) = scalar.as_text().and_then(|text| (sort.misfit)(text)) else {
            return self.plain(word, scalar, span);
        };
        self.found.push(ManifestProblem::UnfitUnseen {
            word,
            title: sort.title,
            unfit,
            span,
        });
        None
    }

    fn variable(&mut self, word: &'static str, said: Said<'_>) -> Option<String> {
        match said.scalar.as_text() {
            Some(name) if check::name(&VARIABLE, name).is_ok() => Some(name.to_owned()),
            _ => {
                let span = said.span;
                self.found.push(ManifestProblem::NoVariable { word, span });
                None
            }
        }
    }

    fn file(&mut self, word: &'static str, said: Said<'_>) -> Option<Value> {
        let path = self.text(format_args!("`{word}`"), said.scalar, said.span)?;
        let fits = check::note(&path).and_then(|()| check::text(&path, MOST_PATH));
        let path = self.fitting(word, path, fits, Rule::Path, said.span)?;
        let path = path.as_text()?.to_owned();
        Some(Value::Secret(SecretSource::File(path)))
    }

    fn unknown_source(
        &mut self,
        word: &'static str,
        source: &str,
        known: &[&'static str],
        said: Said<'_>,
    ) {
        let hint = self.guess(source, known.iter().copied(), &[]);
        self.found.push(ManifestProblem::UnknownSource {
            word,
            source_word: source.to_owned(),
            hint,
            annotation: said
                .annotation
                .map_or(said.span, |annotation| annotation.span),
            span: said.span,
        });
    }
}
