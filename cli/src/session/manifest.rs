//! From the files of `-f` to a checked manifest: all problems of all files in one report.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use vmlogin_engine::graph::Graph;
use vmlogin_engine::inventory::{Inventory, Pinned};
use vmlogin_engine::kind::Catalogue;
use vmlogin_engine::language::{self, Inputs, Tables};
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::manifest::lower::{lower, unfold};
use vmlogin_engine::pins::Pins;
use vmlogin_engine::problem::{Problem, settle};
use vmlogin_engine::rule::{self, Finding, Severities};
use vmlogin_engine::source::{Sources, Span};
use vmlogin_engine::syntax::Veiled;
use vmlogin_engine::syntax::tree::Tree;
use vmlogin_engine::value::Principal;

use super::saved::{self, Opened};
use crate::args::InputArgs;
use crate::error::Error;
use crate::files::{self, Homes, Texts};

/// A checked manifest and the texts that it came from.
#[derive(Debug)]
pub(crate) struct Loaded {
    /// What should be.
    pub manifest: Manifest,
    /// The texts.
    pub sources: Sources,
    /// How many files it is made of.
    pub files: usize,
    /// What waits for what, once somebody asked.
    graph: OnceLock<Graph>,
    /// Where the files lie.
    pub homes: Homes,
    /// What the principal lock says, where there is one.
    pub pins: Option<Pins>,
    /// Where tables are asked for that have no rows.
    pub empty_tables: Vec<Span>,
}

impl Loaded {
    /// What waits for what. It is drawn where it is asked for: most commands need but know that nothing waits for itself.
    pub(crate) fn graph(&self, catalogue: &Catalogue) -> &Graph {
        self.graph.get_or_init(|| {
            // The manifest was checked when it was loaded, and has no cycle.
            Graph::of(&self.manifest, catalogue)
                .unwrap_or_else(|cycle| unreachable!("{:?}", cycle.steps))
        })
    }
}

/// What is kept besides the manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Keep {
    /// The tree that it was lowered from.
    Tree,
    /// Nothing.
    Nothing,
}

/// Reads, expands and lowers the manifest.
pub(crate) fn load(inputs: &InputArgs, catalogue: &Catalogue) -> Result<Loaded, Error> {
    let texts = files::read(&inputs.files);
    Ok(expanded(texts, &inputs.sets, catalogue, Keep::Nothing)?.0)
}

/// The same, with what the rules say that need nothing but the manifest.
pub(crate) fn load_judged(
    inputs: &InputArgs,
    catalogue: &Catalogue,
    severities: &Severities,
) -> Result<(Loaded, Vec<Finding>), Error> {
    let texts = files::read(&inputs.files);
    let lowered = lowered(texts, &inputs.sets, catalogue, Keep::Nothing)?;
    let findings = lowered.findings(severities);
    Ok((lowered.checked(catalogue)?.0, findings))
}

/// The same, with the one tree that all its files came to where that is kept; else with an empty one.
pub(crate) fn load_keeping(
    keep: Keep,
    inputs: &InputArgs,
    catalogue: &Catalogue,
) -> Result<(Loaded, Tree), Error> {
    let texts = files::read(&inputs.files);
    expanded(texts, &inputs.sets, catalogue, keep)
}

/// The manifest that a saved plan holds.
pub(crate) fn load_saved(
    opened: &Opened<'_>,
    catalogue: &Catalogue,
) -> Result<(Loaded, Tree), Error> {
    let name = format!("the manifest in {}", files::shown(&opened.path));
    let mut texts = files::of_plan(&name, &opened.saved.manifest);
    for file in &mut texts.files {
        saved::cells(&mut file.tree.nodes);
    }
    if let Some(lock) = &opened.saved.principal_lock {
        let name = format!("the principal lock in {}", files::shown(&opened.path));
        texts.with_lock(name, lock);
    }
    expanded(texts, &[], catalogue, Keep::Tree)
}

/// The same with texts at hand, which need no values from outside.
pub(crate) fn check(texts: Texts, catalogue: &Catalogue) -> Result<Loaded, Error> {
    Ok(expanded(texts, &[], catalogue, Keep::Nothing)?.0)
}

fn expanded(
    texts: Texts,
    sets: &[(String, String)],
    catalogue: &Catalogue,
    keep: Keep,
) -> Result<(Loaded, Tree), Error> {
    lowered(texts, sets, catalogue, keep)?.checked(catalogue)
}

/// A manifest in which nothing is wrong, unless resources wait for each other.
struct Lowered {
    manifest: Manifest,
    tree: Tree,
    sources: Sources,
    files: usize,
    homes: Homes,
    tables: Tables,
    unread: Vec<Span>,
    pins: Option<Pins>,
}

fn lowered(
    texts: Texts,
    sets: &[(String, String)],
    catalogue: &Catalogue,
    keep: Keep,
) -> Result<Lowered, Error> {
    let Texts {
        files,
        sources,
        mut problems,
        homes,
        tables,
        unread,
        pins,
    } = texts;
    let refused = |problems| refused(problems, &sources, (&tables, &unread), catalogue);
    let count = files.len();
    // What could not be read would only be missed again by every later check.
    if count == 0 {
        return Err(refused(settle(problems)));
    }
    let inputs = Inputs {
        sets: sets.to_vec(),
        tables: tables.clone(),
    };
    let (tree, (of_the_tree, lowered)) = match keep {
        Keep::Tree => {
            let expanded = language::expand(files, &inputs);
            let lowered = lower(expanded.tree.clone(), catalogue);
            (expanded.tree, (expanded.problems, lowered))
        }
        Keep::Nothing => {
            let folded = language::fold(files, &inputs);
            (Tree::default(), unfold(folded, catalogue))
        }
    };
    problems.extend(of_the_tree);
    let lowered = lowered.after(&problems);
    problems.extend(lowered.problems);
    let mut manifest = lowered.manifest;
    if let Some(manifest) = &mut manifest {
        problems.extend(files::find(manifest, &homes));
        problems.extend(pins.iter().flat_map(|pins| pins.strangers(manifest)));
    }
    let Some(manifest) = manifest.filter(|_| problems.is_empty()) else {
        return Err(refused(settle(problems)));
    };
    Ok(Lowered {
        manifest,
        tree,
        sources,
        files: count,
        homes,
        tables,
        unread,
        pins,
    })
}

impl Lowered {
    /// The same where nothing waits for itself.
    fn checked(self, catalogue: &Catalogue) -> Result<(Loaded, Tree), Error> {
        let tables = &self.tables;
        Graph::check(&self.manifest, catalogue).map_err(|cycle| {
            let problems = vec![cycle.problem(&self.manifest)];
            refused(problems, &self.sources, (tables, &self.unread), catalogue)
        })?;
        let empty = tables.iter().filter(|(_, table)| table.is_empty());
        let loaded = Loaded {
            empty_tables: empty.map(|(span, _)| *span).collect(),
            manifest: self.manifest,
            sources: self.sources,
            files: self.files,
            graph: OnceLock::new(),
            homes: self.homes,
            pins: self.pins,
        };
        Ok((loaded, self.tree))
    }

    /// The names that the principal lock lacks, where there is one.
    fn unpinned(&self) -> BTreeMap<(String, Principal), Pinned> {
        let pins = self.pins.iter();
        let lacking = pins.flat_map(|pins| pins.lacking(&self.manifest));
        lacking.map(|name| (name, Pinned::NotPinned)).collect()
    }

    /// What the rules say that need nothing but the manifest.
    fn findings(&self, severities: &Severities) -> Vec<Finding> {
        let nothing = Inventory {
            pinned: self.unpinned(),
            ..Inventory::default()
        };
        let rules = rule::of_the_manifest(vmlogin_azure::rules());
        severities.weigh(rule::run_at_once(&rules, &self.manifest, &nothing))
    }
}

/// What is wrong, with the texts as they may be shown: no secret, whether or not it is what is wrong. Of a table that could not be read
/// nothing is shown where any column holds secrets.
pub(crate) fn refused(
    problems: Vec<Problem>,
    sources: &Sources,
    (tables, unread): (&Tables, &[Span]),
    catalogue: &Catalogue,
) -> Error {
    let cells = |column: &str| {
        let tables = tables.values();
        let cells = tables.flat_map(|table| table.places(column));
        cells.chain(unread.iter().copied()).collect()
    };
    let veiled = Veiled::of(sources, &catalogue.secret_words(), cells);
    Error::Problems {
        problems: problems
            .into_iter()
            .map(|problem| veiled.problem(problem))
            .collect(),
        sources: veiled.sources,
    }
}
