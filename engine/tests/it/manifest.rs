//! What a manifest says, and what is wrong with it: the text beside the whole answer.

mod absence;
mod anything;
mod cascades;
mod clashes;
mod grants;
mod places;
mod scopes;
mod settings;
mod shares;
mod strictness;
mod values;

use crate::report::report;
use crate::sample::CATALOGUE;
use vmlogin_engine::kind::Catalogue;
use vmlogin_engine::language::{File, Inputs, expand};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::manifest::lower::{Lowered, lower};
use vmlogin_engine::source::Sources;
use vmlogin_engine::syntax::parse;

/// A head with one tenant and one subscription, in a file of its own.
const HEAD: &str = r#"vmlogin 1 { estate "contoso-prod" }
tenant contoso id="11111111-1111-4111-8111-111111111111" {
    subscription core id="22222222-2222-4222-8222-222222222222"
}
"#;

/// Lowers some files as if all of them were named with `-f`.
fn lowered(files: &[(&str, &str)]) -> (Lowered, Sources) {
    lowered_by(&CATALOGUE, files)
}

/// The same with the kinds of a catalogue.
fn lowered_by(catalogue: &Catalogue, files: &[(&str, &str)]) -> (Lowered, Sources) {
    let mut sources = Sources::new();
    let files = files.iter().map(|(path, text)| {
        let source = sources.add((*path).to_owned(), (*text).to_owned());
        let parsed = parse(source, text);
        assert_eq!(parsed.problems, [], "the text is meant to be valid KDL");
        File {
            source,
            path: (*path).to_owned(),
            tree: parsed.tree,
            root: true,
        }
    });
    let expanded = expand(files.collect(), &Inputs::default());
    assert_eq!(expanded.problems, [], "the text is meant to expand");
    (lower(expanded.tree, catalogue), sources)
}

/// The report on a text that stands beside [`HEAD`].
fn problems(text: &str) -> String {
    problems_of(&[("head.kdl", HEAD), ("estate.kdl", text)])
}

/// The report on a text that stands alone.
fn problems_alone(text: &str) -> String {
    problems_of(&[("estate.kdl", text)])
}

/// The report on some files.
fn problems_of(files: &[(&str, &str)]) -> String {
    let (lowered, sources) = lowered(files);
    assert_eq!(lowered.manifest.is_none(), !lowered.problems.is_empty());
    report(&lowered.problems, &sources)
}

/// What a text that stands beside [`HEAD`] says.
fn manifest(text: &str) -> Manifest {
    let (lowered, sources) = lowered(&[("head.kdl", HEAD), ("estate.kdl", text)]);
    assert_eq!(report(&lowered.problems, &sources), "");
    lowered.manifest.expect("no problems, so a manifest")
}

/// What a text that stands alone says.
fn manifest_alone(text: &str) -> Manifest {
    let (lowered, sources) = lowered(&[("estate.kdl", text)]);
    assert_eq!(report(&lowered.problems, &sources), "");
    lowered.manifest.expect("no problems, so a manifest")
}

/// Every resource on a line: its address, and what is declared of it.
fn listed(manifest: &Manifest) -> String {
    let line = |resource: &vmlogin_engine::manifest::Resource| {
        let attributes: Vec<String> = resource
            .attributes
            .iter()
            .map(|(name, declared)| format!(" {name}={}", declared.value))
            .collect();
        format!(
            "{} in {}{}\n",
            resource.address,
            resource.parent,
            attributes.concat()
        )
    };
    manifest.resources.values().map(line).collect()
}
