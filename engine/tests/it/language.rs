//! What names, inputs and includes make of a manifest.

mod forms;
mod loops;
mod names;

use crate::reading::show;
use crate::report::report;
use vmlogin_engine::language::{File, Inputs, expand, includes};
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::parse;

/// Expands one file with what `--set` says.
fn expanded(text: &str, sets: &[(&str, &str)]) -> String {
    expanded_files(&[("estate.kdl", text)], sets)
}

/// Expands several files; the first is the root, the others are included.
fn expanded_files(files: &[(&str, &str)], sets: &[(&str, &str)]) -> String {
    let mut sources = Sources::new();
    let files = files
        .iter()
        .enumerate()
        .map(|(at, (path, text))| file(&mut sources, path, text, at == 0))
        .collect();
    let sets = sets
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
    let expanded = expand(
        files,
        &Inputs {
            sets,
            ..Inputs::default()
        },
    );
    show(&expanded.tree, &expanded.problems, &sources)
}

/// The files that a file at `path` asks for, and what is wrong with that.
fn wishes(path: &str, text: &str) -> String {
    let mut sources = Sources::new();
    let (wishes, problems) = includes(&file(&mut sources, path, text, true));
    let wishes: String = wishes
        .iter()
        .map(|wish| format!("{} from {}\n", wish.pattern, wish.from))
        .collect();
    wishes + &report(&problems, &sources)
}

fn file(sources: &mut Sources, path: &str, text: &str, root: bool) -> File {
    let source = sources.add(path.to_owned(), text.to_owned());
    let parsed = parse(source, text);
    assert_eq!(report(&parsed.problems, sources), "");
    File {
        source,
        path: path.to_owned(),
        tree: parsed.tree,
        root,
    }
}
