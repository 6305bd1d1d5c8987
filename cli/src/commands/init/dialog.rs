//! The two questions for somebody who sits at a terminal, each with an answer that an empty line takes.

use std::fmt::Write;

use super::look::Seen;
use crate::commands::change::question::{answer, unanswered};
use crate::error::Error;
use crate::interrupt::Watch;
use crate::render::foreign;
use crate::session::Session;

/// Which subscriptions; all for an empty line. The answer is their ids.
pub(super) async fn subscriptions(
    session: &Session,
    watch: &Watch,
    seen: &Seen,
) -> Result<Vec<String>, Error> {
    let mut question = String::from("subscriptions:\n");
    for (number, subscription) in (1..).zip(&seen.subscriptions) {
        let name = foreign::line(&subscription.name);
        let _ = writeln!(question, "  {number:>2}  {name}");
    }
    session.terminal.diagnostic(&question);
    loop {
        let line = ask(
            session,
            watch,
            "which of them? numbers, or nothing for all: ",
        )
        .await?;
        match chosen(&line, seen.subscriptions.len()) {
            Ok(numbers) => {
                let ids = numbers
                    .into_iter()
                    .map(|number| seen.subscriptions[number - 1].id.clone());
                return Ok(ids.collect());
            }
            Err(word) => {
                let most = seen.subscriptions.len();
                let word = foreign::line(&word).into_owned();
                session
                    .terminal
                    .diagnostic(&format!("`{word}` is no number from 1 to {most}\n"));
            }
        }
    }
}

/// What to call the estate.
pub(super) async fn estate(
    session: &Session,
    watch: &Watch,
    proposed: &str,
) -> Result<String, Error> {
    let question = format!("name of the estate [{proposed}]: ");
    let line = ask(session, watch, &question).await?;
    Ok(match line.trim() {
        "" => proposed.to_owned(),
        name => name.to_owned(),
    })
}

async fn ask(session: &Session, watch: &Watch, question: &str) -> Result<String, Error> {
    session.terminal.diagnostic(question);
    match watch.unless_stopped(answer()).await? {
        Some(line) if line.ends_with('\n') => Ok(line),
        _ => Err(unanswered()),
    }
}

/// The numbers in a line, or the first word that is none.
fn chosen(line: &str, most: usize) -> Result<Vec<usize>, String> {
    line.split([' ', ',', '\t', '\n', '\r'])
        .filter(|word| !word.is_empty())
        .map(|word| match word.parse() {
            Ok(number) if (1..=most).contains(&number) => Ok(number),
            _ => Err(word.to_owned()),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_taken_in_any_spacing_and_only_those_there_are() {
        assert_eq!(chosen("1, 3\n", 3), Ok(vec![1, 3]));
        assert_eq!(chosen("\n", 3), Ok(vec![]));
        assert_eq!(chosen("1 4", 3), Err("4".to_owned()));
        assert_eq!(chosen("all", 3), Err("all".to_owned()));
    }
}
