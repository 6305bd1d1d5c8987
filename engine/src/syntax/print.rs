//! Writes values and nodes as KDL that can be read again.
//!
//! The `kdl` crate's own writer lets control and bidirectional characters through, which no KDL parser takes back and
//! which a terminal obeys. Here they are escaped.

use super::tree::{Argument, Node, Piece, Property, Reference, Scalar};

/// A string, quoted only where it has to be.
pub fn text(text: &str) -> String {
    if is_bare(text) {
        text.to_owned()
    } else {
        quoted(text)
    }
}

/// A string in quotes, on one line.
pub fn quoted(text: &str) -> String {
    format!("\"{}\"", escaped(text))
}

/// A string in quotes that is read back as itself, whatever stands in it: a `${` in it is no reference.
pub fn verbatim(text: &str) -> String {
    format!("\"{}\"", literal(text))
}

/// The inside of a quoted string: quotes, backslashes, line ends, control and bidirectional characters are escaped.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            letter if is_hidden(letter) => out.extend(letter.escape_unicode()),
            letter => out.push(letter),
        }
    }
    out
}

/// What was written, for a message: on one line, without hidden characters, and cut where it goes on for long.
pub fn shown(text: &str) -> String {
    match text.char_indices().nth(MOST_SHOWN) {
        Some((end, _)) => format!("{}…", visible(&text[..end])),
        None => visible(text),
    }
}

/// Text with its hidden characters and line ends escaped, and nothing else.
pub fn visible(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '\n' | '\r' | '\t' => out.extend(letter.escape_default()),
            letter if is_hidden(letter) => out.extend(letter.escape_unicode()),
            letter => out.push(letter),
        }
    }
    out
}

/// How many characters of what was written a message repeats.
const MOST_SHOWN: usize = 60;

/// Whether a character is not shown, moves others about, or ends a line.
pub fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
}

/// A value. References and patterns come out as they were written.
pub fn scalar(scalar: &Scalar) -> String {
    match scalar {
        Scalar::Null => "#null".to_owned(),
        Scalar::Bool(value) => format!("#{value}"),
        Scalar::Integer(value) => value.to_string(),
        // Debug keeps the fraction or exponent that tells a float from a whole number.
        Scalar::Float(value) => format!("{value:?}"),
        Scalar::Text(value) | Scalar::Cell(value) if value.contains("${") => verbatim(value),
        Scalar::Text(value) | Scalar::Cell(value) => text(value),
        Scalar::Reference(reference) => format!("${}", path(reference)),
        Scalar::Pattern(pieces) => {
            let pieces = pieces.iter().map(|piece| match piece {
                Piece::Text(text) => literal(text),
                Piece::Reference(reference) => format!("${{{}}}", path(reference)),
            });
            format!("\"{}\"", pieces.collect::<String>())
        }
    }
}

/// An argument with its annotation.
pub fn argument(argument: &Argument) -> String {
    let annotation = argument
        .annotation
        .as_ref()
        .map(|word| format!("({})", text(word.as_str())));
    annotation.unwrap_or_default() + &scalar(&argument.value)
}

/// A property with its name and annotation.
pub fn property(property: &Property) -> String {
    let annotation = property
        .annotation
        .as_ref()
        .map(|word| format!("({})", text(word.as_str())));
    format!(
        "{}={}{}",
        text(property.name.as_str()),
        annotation.unwrap_or_default(),
        scalar(&property.value)
    )
}

/// A node with all below it, a line each, indented by four blanks a level.
pub fn node(node: &Node) -> String {
    let mut out = String::new();
    write_node(&mut out, node, 0);
    out
}

/// The first line of a node: all but its children.
pub fn head(node: &Node) -> String {
    let annotation = node
        .annotation
        .as_ref()
        .map(|word| format!("({})", text(word.as_str())));
    let mut out = annotation.unwrap_or_default() + &text(node.name.as_str());
    let arguments = node.arguments.iter().map(argument);
    for entry in arguments.chain(node.properties.iter().map(property)) {
        out.push(' ');
        out.push_str(&entry);
    }
    out
}

/// Recurses as deep as blocks nest, which the guard has bounded.
fn write_node(out: &mut String, node: &Node, depth: usize) {
    let indent = "    ".repeat(depth);
    out.push_str(&indent);
    out.push_str(&head(node));
    if let Some(children) = &node.children {
        out.push_str(" {\n");
        for child in children {
            write_node(out, child, depth + 1);
        }
        out.push_str(&indent);
        out.push('}');
    }
    out.push('\n');
}

fn path(reference: &Reference) -> String {
    reference.path.join(".")
}

/// Text inside a quoted string that must not be taken for a reference.
fn literal(text: &str) -> String {
    escaped(text).replace("${", "$${")
}

/// Whether a string can be written without quotes and still be that string: no reference, number or keyword.
fn is_bare(text: &str) -> bool {
    let keyword = matches!(text, "true" | "false" | "null" | "inf" | "-inf" | "nan");
    let plain = |letter: char| {
        letter.is_alphanumeric() || matches!(letter, '-' | '_' | '.' | ':' | '@' | '+')
    };
    let unsigned = text.trim_start_matches(['-', '+', '.']);
    unsigned.starts_with(|first: char| first.is_alphabetic() || first == '_')
        && !keyword
        && text.chars().all(plain)
}
