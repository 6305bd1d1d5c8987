//! The command line that continues a run: the one that was typed, ready to be pasted into a shell.

use std::ffi::OsString;
use std::fmt::Write;

use super::foreign;

/// Puts a command line together again. The first word is how vmlogin was started, which may be a path. What was made anew (`replaced`,
/// addresses) is not asked for again: it no longer differs, and to ask would be refused.
pub(crate) fn command(line: &[OsString], replaced: &[&str]) -> String {
    words(line, replaced).join(" ")
}

fn words(line: &[OsString], replaced: &[&str]) -> Vec<String> {
    let done = |value: &str| {
        value
            .strip_prefix("replace=")
            .is_some_and(|address| replaced.iter().any(|own| own.eq_ignore_ascii_case(address)))
    };
    let mut words = vec!["vmlogin".to_owned()];
    let mut rest = line
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy())
        .peekable();
    while let Some(word) = rest.next() {
        if word == "--accept" && rest.next_if(|value| done(value)).is_some() {
            continue;
        }
        if !word.strip_prefix("--accept=").is_some_and(done) {
            words.push(quoted(&word));
        }
    }
    words
}

/// The same command line with more guards lifted than were `accepted`. A guard that was lifted up to a lower number is lifted by the
/// later one.
pub(crate) fn lifted(line: &[OsString], flags: &[&str], accepted: &[String]) -> String {
    let is_typed = |text: &&String| {
        let mut typed = line.iter().map(|word| word.to_string_lossy());
        typed.any(|word| word.strip_prefix("--accept=").unwrap_or(&word) == text.as_str())
    };
    // What a variable lifts is lifted no more once a flag stands beside it.
    let unsaid = accepted.iter().filter(|text| !is_typed(text));
    let lifted = unsaid.map(String::as_str).chain(flags.iter().copied());
    let lifted: Vec<&str> = lifted.flat_map(|text| ["--accept", text]).collect();
    with(line, &lifted)
}

/// The same command line with more flags.
pub(crate) fn with(line: &[OsString], flags: &[&str]) -> String {
    let mut words = words(line, &[]);
    // What stands behind `--` is none.
    let end = words.iter().position(|word| word == "--");
    let end = end.unwrap_or(words.len());
    words.splice(end..end, flags.iter().map(|flag| quoted(flag)));
    words.join(" ")
}

/// A word as a shell takes it.
pub(super) fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_./=:,@%+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    if word.chars().any(foreign::acts) {
        return escaped(word);
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

/// A word with characters that cannot be shown, as bash and zsh read it.
fn escaped(word: &str) -> String {
    let mut quoted = String::from("$'");
    for character in word.chars() {
        match character {
            '\'' | '\\' => quoted.extend(['\\', character]),
            shown if !foreign::acts(shown) => quoted.push(shown),
            hidden => {
                let _ = write!(quoted, "\\U{:08x}", u32::from(hidden));
            }
        }
    }
    quoted + "'"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_shell_would_read_otherwise_is_quoted() {
        let line = [
            "/usr/bin/vmlogin",
            "apply",
            "-f",
            "my estate.kdl",
            "--target",
            "vm:core/*",
            "--set",
            "a=it's",
            "--sandbox=x",
            "",
        ];
        let line: Vec<OsString> = line.iter().map(OsString::from).collect();
        assert_eq!(
            command(&line, &[]),
            r"vmlogin apply -f 'my estate.kdl' --target 'vm:core/*' --set 'a=it'\''s' --sandbox=x ''"
        );
    }

    #[test]
    fn what_cannot_be_shown_is_escaped_as_a_shell_reads_it() {
        let line = ["vmlogin", "apply", "--set", "a=it's\n\\b"].map(OsString::from);
        assert_eq!(
            command(&line, &[]),
            r"vmlogin apply --set $'a=it\'s\U0000000a\\b'"
        );
    }

    #[test]
    fn a_guard_is_lifted_before_the_words_that_are_no_flags_and_beside_those_of_a_variable() {
        let line = ["vmlogin", "apply", "--accept=protected", "--", "plan.json"];
        let line: Vec<OsString> = line.iter().map(OsString::from).collect();
        let accepted = ["protected", "max-delete=2"].map(str::to_owned);
        assert_eq!(
            lifted(&line, &["last-admin"], &accepted),
            "vmlogin apply --accept=protected --accept max-delete=2 --accept last-admin -- plan.json"
        );
    }

    #[test]
    fn what_was_made_anew_is_not_asked_for_again() {
        let line = [
            "vmlogin",
            "apply",
            "--accept",
            "replace=vm:core/rg/a",
            "--accept=replace=vm:core/rg/b",
            "--accept",
            "max-delete=3",
            "--accept",
            "replace=vm:core/rg/c",
        ];
        let line: Vec<OsString> = line.iter().map(OsString::from).collect();
        assert_eq!(
            command(&line, &["vm:core/rg/a", "vm:core/rg/b"]),
            "vmlogin apply --accept max-delete=3 --accept replace=vm:core/rg/c"
        );
    }
}
