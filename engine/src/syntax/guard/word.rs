//! What a bare word is: a string, a number, or a mistake.

use crate::source::Span;
use crate::syntax::problem::SyntaxProblem;

/// What a word outside quotes turned out to be.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Word {
    Text,
    Number,
}

/// Tells what a word is.
pub(super) fn judge(word: &str, span: Span) -> Result<Word, SyntaxProblem> {
    if let "true" | "false" | "null" | "inf" | "-inf" | "nan" = word {
        return Err(SyntaxProblem::BareKeyword {
            word: word.to_owned(),
            span,
        });
    }
    let unsigned = word.strip_prefix(['+', '-']).unwrap_or(word);
    let digit = |text: &str| text.starts_with(|first: char| first.is_ascii_digit());
    if !digit(unsigned) && !unsigned.strip_prefix('.').is_some_and(digit) {
        return Ok(Word::Text);
    }
    if !is_number(unsigned) {
        return Err(SyntaxProblem::BadNumber {
            written: word.to_owned(),
            span,
        });
    }
    if !fits(unsigned) {
        return Err(SyntaxProblem::NumberOutOfRange {
            written: word.to_owned(),
            span,
        });
    }
    Ok(Word::Number)
}

/// The digits of a number in another base than ten, and the base.
fn based(unsigned: &str) -> Option<(&str, u32)> {
    let digits = unsigned.get(2..)?;
    match unsigned.get(..2)? {
        "0x" | "0X" => Some((digits, 16)),
        "0o" | "0O" => Some((digits, 8)),
        "0b" | "0B" => Some((digits, 2)),
        _ => None,
    }
}

fn is_number(unsigned: &str) -> bool {
    if let Some((digits, base)) = based(unsigned) {
        return is_digits(digits, base);
    }
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (
            mantissa,
            Some(exponent.strip_prefix(['+', '-']).unwrap_or(exponent)),
        ),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    [Some(whole), fraction, exponent]
        .into_iter()
        .flatten()
        .all(|digits| is_digits(digits, 10))
}

fn is_digits(digits: &str, base: u32) -> bool {
    digits.starts_with(|first: char| first.is_digit(base))
        && digits
            .chars()
            .all(|digit| digit == '_' || digit.is_digit(base))
}

/// The `kdl` crate holds each part of a number in 128 bits.
fn fits(unsigned: &str) -> bool {
    let fits = |digits: &str, base| i128::from_str_radix(&digits.replace('_', ""), base).is_ok();
    match based(unsigned) {
        Some((digits, base)) => fits(digits, base),
        None => unsigned
            .split(['.', 'e', 'E', '+', '-'])
            .filter(|digits| !digits.is_empty())
            .all(|digits| fits(digits, 10)),
    }
}

#[cfg(test)]
mod tests {
    use super::{Word, judge};
    use crate::source::{SourceId, Span};

    fn is(word: &str) -> Option<Word> {
        judge(word, Span::new(SourceId(0), 0, word.len())).ok()
    }

    #[test]
    fn a_word_is_a_number_only_if_all_of_it_is() {
        for number in [
            "0", "-1", "+1_000", "1__2", "0x1F", "-0b1_0", "0o17", "1.5", "1.5e-3", "1E+5", "12_",
        ] {
            assert_eq!(is(number), Some(Word::Number), "{number}");
        }
        for broken in [
            "1x", "0x", "0x_1", "0o8", "0b2", "1.", "1._5", "1e", "1e+", ".5", "-.5", "1.2.3",
            "1e2e3", "0xg",
        ] {
            assert_eq!(is(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_word_that_only_looks_a_bit_like_a_number_is_text() {
        for text in [
            "-", "+", "--1", ".", "-.", "+.x", "a1", "'x'", "<b>", "$name", "x_", "*", "-a",
        ] {
            assert_eq!(is(text), Some(Word::Text), "{text}");
        }
    }

    #[test]
    fn numbers_beyond_128_bits_are_out_of_range() {
        assert_eq!(
            is("170141183460469231731687303715884105727"),
            Some(Word::Number)
        );
        assert_eq!(is("170141183460469231731687303715884105728"), None);
        assert_eq!(is("0.1234567890123456789012345678901234567890"), None);
    }
}
