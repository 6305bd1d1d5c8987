//! The manual as roff: one page for vmlogin itself and one for each verb, from the description that `--help` shows.

use std::fmt::Write;

use clap::Command;
use clap_mangen::Man;
use clap_mangen::roff::{Roff, bold, roman};

use crate::exit;

/// One page.
#[derive(Clone, Debug)]
pub(crate) struct Page {
    /// The verb that it is about, its words joined by `-`; `vmlogin` for the first page.
    pub verb: String,
    /// The page.
    pub text: String,
}

/// All pages, that of vmlogin first, then those of the verbs in the order of the help.
pub(crate) fn pages(command: &Command) -> Vec<Page> {
    let mut command = command.clone().disable_help_subcommand(true);
    // Names the commands below by their whole path, which synopses show.
    command.build();
    let mut pages = vec![page("vmlogin", &command, true)];
    below(&command, "", &mut pages);
    pages
}

fn below(command: &Command, path: &str, pages: &mut Vec<Page>) {
    for sub in command.get_subcommands() {
        let verb = format!("{path}{}", sub.get_name());
        pages.push(page(&verb, sub, false));
        below(sub, &format!("{verb}-"), pages);
    }
}

fn page(verb: &str, command: &Command, is_first: bool) -> Page {
    let title = match is_first {
        true => verb.to_owned(),
        false => format!("vmlogin-{verb}"),
    };
    // A page without a date is the same from each build.
    let man = Man::new(command.clone().display_name(&title))
        .title(title)
        .section("1")
        .manual("vmlogin")
        .source(concat!("vmlogin ", env!("CARGO_PKG_VERSION")));
    let mut text = Vec::new();
    let written = man.render(&mut text).and_then(|()| match is_first {
        true => exit_codes().to_writer(&mut text),
        false => Ok(()),
    });
    written.unwrap_or_else(|error| unreachable!("memory takes all bytes: {error}"));
    Page {
        verb: verb.to_owned(),
        text: ascii(&String::from_utf8_lossy(&text)),
    }
}

/// Roff is read as ASCII by some of its readers; every character has a spelling there.
fn ascii(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_ascii() {
            true => out.push(letter),
            false => {
                let _ = write!(out, "\\[u{:04X}]", u32::from(letter));
            }
        }
    }
    out
}

fn exit_codes() -> Roff {
    let mut roff = Roff::new();
    roff.control("SH", ["EXIT STATUS"]);
    for (exit, meaning, again) in exit::TABLE {
        roff.control("TP", []);
        roff.text([bold(exit.code().to_string())]);
        let again = match again {
            "" => String::new(),
            again => format!(" (run again: {again})"),
        };
        roff.text([roman(format!("{meaning}{again}"))]);
    }
    roff
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;

    #[test]
    fn every_verb_has_a_page_with_its_name_and_every_flag() {
        let command = args::described();
        let pages = pages(&command);
        for sub in command.get_subcommands() {
            let page = pages
                .iter()
                .find(|page| page.verb == sub.get_name())
                .unwrap();
            let title = format!(".TH vmlogin-{} 1", sub.get_name());
            assert!(page.text.contains(&title), "{}", page.text);
            for long in sub.get_arguments().filter_map(clap::Arg::get_long) {
                let flag = format!("\\-\\-{}", long.replace('-', "\\-"));
                assert!(page.text.contains(&flag), "{title} lacks {flag}");
            }
        }
    }

    #[test]
    fn every_exit_code_stands_on_the_first_page() {
        let first = &pages(&args::described())[0].text;
        for (exit, meaning, _) in exit::TABLE {
            let code = format!(".TP\n\\fB{}\\fR\n", exit.code());
            assert!(first.contains(&code), "{code}: {meaning}");
        }
    }

    #[test]
    fn a_page_is_ascii() {
        assert_eq!(ascii("so … on"), "so \\[u2026] on");
        assert!(
            pages(&args::described())
                .iter()
                .all(|page| page.text.is_ascii())
        );
    }
}
