//! The command line that continues a run: the one that was typed, ready to be pasted into a shell.

use std::ffi::OsString;

/// Puts a command line together again. The first word is how vmlogin was started, which may be a path.
pub(crate) fn command(line: &[OsString]) -> String {
    let words = line
        .iter()
        .skip(1)
        .map(|word| quoted(&word.to_string_lossy()));
    std::iter::once("vmlogin".to_owned())
        .chain(words)
        .collect::<Vec<_>>()
        .join(" ")
}

fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_alphanumeric() || "-_./=:,@%+".contains(character);
    if !word.is_empty() && word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
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
            command(&line),
            r"vmlogin apply -f 'my estate.kdl' --target 'vm:core/*' --set 'a=it'\''s' --sandbox=x ''"
        );
    }
}
