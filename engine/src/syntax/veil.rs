//! Where a text may hold secrets, found by the words alone: what is wrong with a text may keep it from being understood, and what
//! is shown of it then must not give a password away. Rather too much is found than too little.

mod token;

use std::collections::BTreeSet;

use self::token::{Token, columns, references, token};
use crate::problem::{Label, Problem};
use crate::source::{SourceId, Sources, Span};

/// The words that secrets stand behind.
#[derive(Clone, Debug, Default)]
pub struct SecretWords {
    /// Attributes whose value is a secret: `password`.
    pub attributes: BTreeSet<&'static str>,
    /// Nodes with such an attribute: `admin`. People put the secret behind the name there, or misspell the attribute.
    pub nodes: BTreeSet<&'static str>,
    /// Attributes of these nodes that are none: `ssh-key`.
    pub open: BTreeSet<&'static str>,
}

/// Texts as they may be shown.
#[derive(Debug)]
pub struct Veiled {
    /// The same texts with asterisks for whatever may be a secret.
    pub sources: Sources,
    /// What the asterisks stand for: where, and in which words a message might repeat it.
    hidden: Vec<(Span, Vec<String>)>,
}

/// Words that a secret is called by, with all but letters left out: people invent names that no schema knows.
const SUSPECT: [&str; 8] = [
    "passw",
    "pasw",
    "passphrase",
    "pwd",
    "secret",
    "credential",
    "privatekey",
    "apikey",
];

/// Shorter words of a secret are not looked for in messages: they would be found everywhere.
const SHORTEST: usize = 3;

impl Veiled {
    /// Looks for secrets in all texts. `cells` are the places of all cells of a column, in any table.
    pub fn of(sources: &Sources, words: &SecretWords, cells: impl Fn(&str) -> Vec<Span>) -> Veiled {
        let mut veil = Veil {
            words,
            names: BTreeSet::new(),
            columns: BTreeSet::new(),
            found: Vec::new(),
        };
        // Once more for each step, since a constant may stand behind what uses it, and a list behind a loop through it.
        for _ in 0..3 {
            veil.found.clear();
            for (id, _, text) in sources.iter() {
                veil.text(id, text);
                veil.keys(id, text);
            }
        }
        for column in &veil.columns {
            veil.found
                .extend(cells(column).into_iter().map(|span| (span, None)));
        }
        let spans: Vec<Span> = veil.found.iter().map(|(span, _)| *span).collect();
        let hidden = veil.found.iter().map(|(span, token)| {
            let written = sources.text(span.source).get(span.range());
            let says = match token {
                Some(token) => token.says,
                None => written.unwrap_or_default().trim_matches('"'),
            };
            let words = token.iter().copied().flat_map(references).chain([says]);
            let words = words.filter(|word| word.len() >= SHORTEST);
            (*span, words.map(str::to_owned).collect())
        });
        Veiled {
            sources: sources.masked(&spans),
            hidden: hidden.collect(),
        }
    }

    /// The problem without what it repeats of a secret that it is about.
    pub fn problem(&self, problem: Problem) -> Problem {
        let about: Vec<Span> = problem.labels.iter().map(|label| label.span).collect();
        let touched = self.hidden.iter().filter(|(span, _)| {
            let touches = |other: &Span| {
                other.source == span.source && other.start < span.end && span.start < other.end
            };
            about.iter().any(touches)
        });
        let words: Vec<&String> = touched.flat_map(|(_, words)| words).collect();
        let hide = |text: String| {
            words.iter().fold(text, |text, word| {
                text.replace(word.as_str(), &"*".repeat(word.chars().count()))
            })
        };
        Problem {
            code: problem.code,
            message: hide(problem.message),
            help: problem.help.map(hide),
            labels: problem
                .labels
                .into_iter()
                .map(|label| Label {
                    text: hide(label.text),
                    ..label
                })
                .collect(),
        }
    }
}

/// Whether a word is one that people call a secret by.
fn is_suspect(word: &str) -> bool {
    let letters = word.chars().filter(|letter| letter.is_alphanumeric());
    let letters = letters.collect::<String>().to_lowercase();
    SUSPECT.iter().any(|suspect| letters.contains(suspect))
}

struct Veil<'w, 't> {
    words: &'w SecretWords,
    /// Names of constants and inputs that a secret was made of.
    names: BTreeSet<&'t str>,
    /// Columns of tables that a secret was made of.
    columns: BTreeSet<&'t str>,
    found: Vec<(Span, Option<Token<'t>>)>,
}

/// What was read of a node so far.
#[derive(Default)]
struct State<'t> {
    head: Option<&'t str>,
    /// How many arguments stood behind it.
    arguments: usize,
    /// The first of them.
    first: Option<&'t str>,
    /// The property whose value comes next.
    property: Option<&'t str>,
    annotation: Option<&'t str>,
    /// Whether it stands in a block of what is a secret itself.
    inside: bool,
}

impl<'t> Veil<'_, 't> {
    fn text(&mut self, id: SourceId, text: &'t str) {
        let mut state = State::default();
        // Of every block that is open, whether all in it is hidden.
        let mut blocks: Vec<bool> = Vec::new();
        let mut at = 0;
        while let Some(byte) = text.as_bytes().get(at) {
            match byte {
                // What is written out of use is shown, too: a comment's marks are passed over.
                b' ' | b'\t' | b'\r' | b'=' | b'*' => at += 1,
                b'/' if matches!(text.as_bytes().get(at + 1), Some(b'/' | b'*' | b'-')) => at += 2,
                b'\n' | b';' | b'{' | b'}' => {
                    match byte {
                        b'{' => blocks.push(state.inside || self.hides_block(&state)),
                        b'}' => drop(blocks.pop()),
                        _ => {}
                    }
                    let inside = blocks.last().is_some_and(|inside| *inside);
                    state = State {
                        inside,
                        ..State::default()
                    };
                    at += 1;
                }
                // A line that goes on.
                b'\\' => at = text[at..].find('\n').map_or(text.len(), |end| at + end + 1),
                b'(' => {
                    let end = text[at..]
                        .find([')', '\n'])
                        .map_or(text.len(), |end| at + end);
                    state.annotation = text.get(at + 1..end).map(|word| word.trim_matches('"'));
                    self.type_alone(id, text, (at, end), &state);
                    at = (end + 1).min(text.len());
                }
                _ => {
                    let token = token(text, at);
                    at = token.range.1.max(at + 1);
                    let names_property =
                        text[at..].trim_start_matches([' ', '\t']).starts_with('=');
                    self.token(id, token, names_property, &mut state);
                }
            }
            while !text.is_char_boundary(at) {
                at += 1;
            }
        }
    }

    fn token(&mut self, id: SourceId, token: Token<'t>, named: bool, state: &mut State<'t>) {
        if named && state.head.is_some() && state.property.is_none() {
            state.property = Some(token.says);
            return;
        }
        let property = state.property.take();
        let annotation = state.annotation.take();
        let Some(head) = state.head else {
            state.head = Some(token.says);
            if state.inside && token.quoted {
                let span = Span::new(id, token.range.0, token.range.1);
                self.found.push((span, Some(token)));
            }
            return;
        };
        if property.is_none() {
            state.arguments += 1;
            state.first = state.first.or(Some(token.says));
        }
        let is_table = (head, property, annotation) == ("for", Some("in"), Some("csv"));
        if !self.holds(head, property, state) || is_table || is_source(token, annotation) {
            return;
        }
        self.names.extend(references(token));
        self.columns.extend(columns(token));
        if token.quoted || !token.says.starts_with('$') {
            let span = Span::new(id, token.range.0, token.range.1);
            self.found.push((span, Some(token)));
        }
    }

    /// A secret that somebody put into parentheses, so that it reads as a type of nothing.
    fn type_alone(
        &mut self,
        id: SourceId,
        text: &'t str,
        (at, end): (usize, usize),
        state: &State<'t>,
    ) {
        let behind = text[end..].trim_start_matches(')');
        let of_nothing =
            behind.is_empty() || behind.starts_with([' ', '\t', '\r', '\n', ';', '{', '}']);
        let head = state.head.unwrap_or_default();
        if of_nothing && self.holds(head, state.property, state) {
            self.found.push((Span::new(id, at, end), None));
        }
    }

    /// Whether what stands here may be a secret.
    fn holds(&self, head: &str, property: Option<&str>, state: &State<'_>) -> bool {
        let words = self.words;
        let of_a_name = self.has_secret_name(state);
        match property {
            Some(name) if words.attributes.contains(name) || is_suspect(name) => true,
            Some(name) if words.nodes.contains(head) || state.inside => !words.open.contains(name),
            Some(name) => matches!(head, "param" | "for") && of_a_name && name != "type",
            None if words.attributes.contains(head) || is_suspect(head) => true,
            None if state.inside => !words.open.contains(head),
            None if words.nodes.contains(head) => state.arguments > 1,
            None => matches!(head, "let" | "param") && of_a_name && state.arguments > 1,
        }
    }

    /// Whether what was read so far gives a name to a secret.
    fn has_secret_name(&self, state: &State<'_>) -> bool {
        let is = |name: &str| self.names.contains(name) || is_suspect(name);
        matches!(state.head, Some("let" | "param" | "for")) && state.first.is_some_and(is)
    }

    /// Whether a block behind this is hidden, whatever it says.
    fn hides_block(&self, state: &State<'_>) -> bool {
        let words = self.words;
        let is = |head: &str| {
            words.attributes.contains(head) || words.nodes.contains(head) || is_suspect(head)
        };
        // What stands in a loop uses what it goes through, and holds nothing of it.
        let is_loop = state.head == Some("for");
        state.head.is_some_and(is) || (!is_loop && self.has_secret_name(state))
    }

    /// Private keys, wherever they stand: from the words that they begin with to those that they end with.
    fn keys(&mut self, id: SourceId, text: &'t str) {
        const MARK: &str = "PRIVATE KEY";
        const END: &str = "-----END";
        let mut at = 0;
        while let Some(found) = text[at..].find(MARK) {
            let start = at + found + MARK.len();
            let end = text[start..]
                .find(END)
                .map_or(text.len(), |end| start + end);
            self.found.push((Span::new(id, start, end), None));
            // The mark stands at the end of the key once more.
            at = text[end..]
                .find(MARK)
                .map_or(text.len(), |next| end + next + MARK.len());
        }
    }
}

/// Whether something says where a secret comes from, and is none.
fn is_source(token: Token<'_>, annotation: Option<&str>) -> bool {
    match annotation {
        Some("file") => true,
        Some("env") => {
            let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
            token.says.bytes().all(plain)
        }
        _ => token.says == "random",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::Code;

    fn shown(text: &str) -> String {
        let mut sources = Sources::new();
        let id = sources.add("estate.kdl".to_owned(), text.to_owned());
        let words = SecretWords {
            attributes: BTreeSet::from(["password"]),
            nodes: BTreeSet::from(["admin"]),
            open: BTreeSet::from(["ssh-key"]),
        };
        Veiled::of(&sources, &words, |_| Vec::new())
            .sources
            .text(id)
            .to_owned()
    }

    #[test]
    fn what_may_be_a_secret_is_veiled_wherever_it_stands() {
        for text in [
            "vm web01 password=\"hunter2\"",
            "vm web01 { password \"hunter2\" }",
            "admin kim password=\"hunter2",
            "admin kim password=hunter2\" } }",
            "admin kim password=(plain)\"hunter2\"",
            "admin kim password=(csv)\"hunter2\"",
            "admin kim \"password\" = hunter2",
            "admin kim password=#\"hunter2\"#",
            "admin kim password=\"\"\"\nhunter2\n\"\"\"",
            "admin kim password=\"\\\"hunter2\"",
            "admin kim passwort=hunter2",
            "admin kim hunter2",
            "// admin kim password=\"hunter2\"",
            "admin kim password=/* new */\"hunter2\"",
            "admin kim \\\n password=hunter2",
            "let pw \"hunter2\"; admin kim password=$pw",
            "admin kim password=\"${pw}!\"\nparam pw default=hunter2",
            "admin kim password=(env)\"hunter2!\"",
            "admin kim password=\"a\" password=\"hunter2\"",
            "vm web01 { admin-password \"hunter2\"; adminPassword \"hunter2\"; Pasword hunter2 }",
            "let pw { x \"hunter2\" }; admin kim password=$pw.x",
            "password { \"hunter2\"; x { y z=hunter2 } }",
            "admin kim { other \"hunter2\" }",
            "let password \"hunter2\"",
            "admin kim password=(\"hunter2\") ; x",
            "admin kim password=(hunter2",
            "param db-secret default=\"hunter2\"",
            "let pws \"hunter2\"; for pw in=$pws { admin kim password=$pw }",
            "for pw in=$pws { admin kim password=$pw }; let pws \"hunter2\"",
            "for pw in=\"hunter2\" { admin kim password=$pw }",
            "for row in=$rows { admin kim password=$row.pw }; let rows { a pw=\"hunter2\" }",
        ] {
            assert!(!shown(text).contains("hunter2"), "{text}: {}", shown(text));
            assert_eq!(shown(text).len(), text.len(), "{text}");
        }
    }

    #[test]
    fn the_cells_that_a_secret_is_made_of_are_veiled() {
        let mut sources = Sources::new();
        let words = SecretWords {
            attributes: BTreeSet::from(["password"]),
            ..SecretWords::default()
        };
        sources.add(
            "estate.kdl".to_owned(),
            "admin kim password=\"${row.pw}!\"".to_owned(),
        );
        let table = sources.add("t.csv".to_owned(), "name,pw\nkim,hunter2\n".to_owned());
        let cells = |column: &str| match column {
            "pw" => vec![Span::new(table, 12, 19)],
            _ => Vec::new(),
        };
        assert_eq!(
            Veiled::of(&sources, &words, cells).sources.text(table),
            "name,pw\nkim,*******\n"
        );
    }

    #[test]
    fn beside_the_cells_that_hold_secrets_a_loop_stays_readable() {
        let text = "for row in=(csv)\"fleet/pcs.csv\" {\n  vm $row.name \"pc-${row.name}\" { admin kim password=$row.pw }\n}";
        let mut sources = Sources::new();
        let words = SecretWords {
            attributes: BTreeSet::from(["password"]),
            nodes: BTreeSet::from(["admin"]),
            open: BTreeSet::new(),
        };
        let id = sources.add("estate.kdl".to_owned(), text.to_owned());
        let table = sources.add("pcs.csv".to_owned(), "name,pw\nkim,hunter2\n".to_owned());
        let cells = |column: &str| match column {
            "pw" => vec![Span::new(table, 12, 19)],
            _ => vec![Span::new(table, 8, 11)],
        };
        let veiled = Veiled::of(&sources, &words, cells);
        assert_eq!(veiled.sources.text(id), text);
        assert_eq!(veiled.sources.text(table), "name,pw\nkim,*******\n");
    }

    #[test]
    fn what_is_no_secret_is_left_alone() {
        for text in [
            "admin kim password=random ssh-key=\"ssh-ed25519 AAAA\"",
            "admin kim password=(env)ADMIN_PASSWORD ssh-key=(file)\"keys/admin.pub\"",
            "vm web01 os=linux { size \"Standard_D2s_v5\"; tags owner=kim }",
            "let size Standard_D2s_v5; vm web01 { size $size }",
            "grant admin (group)\"sg-admins\" reason=\"no password\"",
        ] {
            assert_eq!(shown(text), text);
        }
    }

    #[test]
    fn a_message_repeats_nothing_of_a_secret_that_it_is_about() {
        let text = "admin kim password=\"Pa$hunter2\"\nsize hunter2";
        let mut sources = Sources::new();
        let id = sources.add("estate.kdl".to_owned(), text.to_owned());
        let words = SecretWords {
            attributes: BTreeSet::from(["password"]),
            ..SecretWords::default()
        };
        let veiled = Veiled::of(&sources, &words, |_| Vec::new());
        let at = |start, end| Problem {
            code: Code("VML000"),
            message: "nothing is called `hunter2`".to_owned(),
            labels: vec![Label::new(Span::new(id, start, end), "hunter2")],
            help: None,
        };
        let shown = veiled.problem(at(22, 30));
        assert_eq!(shown.message, "nothing is called `*******`");
        assert_eq!(shown.labels[0].text, "*******");
        assert_eq!(veiled.problem(at(37, 44)), at(37, 44), "another one");
    }

    #[test]
    fn a_private_key_is_veiled_wherever_it_stands() {
        let key = "x \"\"\"\n-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\n\"\"\" y";
        assert!(shown(key).ends_with("-----END RSA PRIVATE KEY-----\n\"\"\" y"));
        for text in [key, &key.repeat(2), &key[..50]] {
            assert!(!shown(text).contains("hunter2"), "{}", shown(text));
        }
    }

    #[test]
    fn any_text_is_answered() {
        for text in [
            "",
            "\"",
            "(",
            "\\",
            "ä=\"ö\u{2028}",
            "#####",
            "admin ä ö=\"ü",
            "/",
            "=\u{85}=",
            "\"\"\"",
            "admin \u{a0}(ü",
        ] {
            assert_eq!(shown(text).len(), text.len(), "{text}");
        }
        let long = "admin a password=\"".repeat(50_000);
        assert_eq!(shown(&long).len(), long.len());
    }
}
