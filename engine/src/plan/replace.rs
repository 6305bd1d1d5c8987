//! Making things anew: only what `--accept replace=ADDRESS` names, what differs in something that is settled when a thing is
//! made, what this estate made, and what loses nothing that the manifest could not make again.

use std::borrow::Cow;
use std::collections::BTreeSet;

use thiserror::Error;

use super::guard::Refusal;
use super::matching::{Matching, Pair};
use super::{Action, FIRST, PARTS, Step, draft, teardown};
use crate::address::Address;
use crate::diff::diff;
use crate::inventory::{Inventory, Live};
use crate::kind::{Catalogue, Hindrance, Scene};
use crate::manifest::Resource;
use crate::schema::{Class, Lifetime, Naming};
use crate::value::Value;

/// Why a thing is not made anew though a person named it.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum Unfit {
    /// No node has the address.
    #[error("no node declares it")]
    Unknown,
    /// Nothing differs that only making it anew would set.
    #[error("it does not differ in anything that only making it anew would set")]
    Same,
    /// Things of the kind are never replaced.
    #[error("a {title} is never replaced: {why}")]
    Never {
        /// The kind.
        title: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The manifest does not say how to make it.
    #[error("the manifest does not say how to make {what}")]
    NotMade {
        /// It, or something in it.
        what: String,
    },
    /// Somebody else made it.
    #[error("{maker}, and only what this estate made is made anew")]
    NotOurs {
        /// Who.
        maker: String,
    },
    /// Something in it would be lost.
    #[error("it holds {left}, which no node declares")]
    Holds {
        /// What.
        left: String,
    },
    /// What it holds is not known.
    #[error("what it holds could not be read")]
    NotRead,
}

impl Unfit {
    /// What to do.
    fn help(&self, address: &Address) -> String {
        match self {
            Unfit::Unknown => "see the addresses with `vmlogin graph`".to_owned(),
            Unfit::Same => format!("leave out `--accept replace={address}`"),
            Unfit::Never { .. } | Unfit::NotOurs { .. } => {
                "write in the manifest what is there, or make another thing with another name"
                    .to_owned()
            }
            Unfit::NotMade { .. } => "say how it is made".to_owned(),
            Unfit::Holds { .. } => "declare it, or take it away first".to_owned(),
            Unfit::NotRead => "run again as somebody who may list it".to_owned(),
        }
    }
}

/// The refusals for what was named and cannot be made anew. What is missing is made anyway.
pub fn refusals(catalogue: &Catalogue, scene: &Scene<'_>, asked: &[Address]) -> Vec<Refusal> {
    if asked.is_empty() {
        return Vec::new();
    }
    let matching = Matching::of(catalogue, scene);
    let unfit = asked.iter().filter_map(|address| {
        let pair = matching.pairs.iter().find(|(own, _)| own.is(address));
        let unfit = match pair {
            None => Unfit::Unknown,
            Some((_, pair)) => match pair.live {
                None => return None,
                Some(live) => fit(catalogue, scene, &matching, pair, live).err()?,
            },
        };
        let message = format!("`{address}` is not made anew: {unfit}");
        let affected = vec![address.clone()];
        Some(Refusal::firm(
            "replace",
            message,
            affected,
            unfit.help(address),
        ))
    });
    unfit.collect()
}

/// Whether a declared thing may be made anew.
pub(super) fn fit(
    catalogue: &Catalogue,
    scene: &Scene<'_>,
    matching: &Matching<'_>,
    pair: &Pair<'_>,
    live: &Live,
) -> Result<(), Unfit> {
    let schema = pair.kind.schema();
    let differences = diff(schema, &pair.resource.values(), &live.attributes);
    let settled = |class| matches!(class, Class::CreateOnly | Class::Fixed);
    if !differences.iter().any(|change| settled(change.class)) {
        return Err(Unfit::Same);
    }
    if let Some(why) = pair.kind.never_replaced() {
        let title = schema.title;
        return Err(Unfit::Never { title, why });
    }
    if !is_made(catalogue, pair.resource) {
        return Err(Unfit::NotMade {
            what: "it".to_owned(),
        });
    }
    if live.stamp.as_deref() != Some(scene.manifest.estate.as_str()) {
        return Err(Unfit::NotOurs {
            maker: draft::maker(live),
        });
    }
    if let Some(inner) = beneath(scene, pair.resource).find(|inner| !is_made(catalogue, inner)) {
        return Err(Unfit::NotMade {
            what: format!("`{}` in it", inner.address),
        });
    }
    nothing_lost(scene, matching, pair, live)
}

/// Whether all that lies in a thing is declared, but for grants, which are access and no content.
fn nothing_lost(
    scene: &Scene<'_>,
    matching: &Matching<'_>,
    pair: &Pair<'_>,
    live: &Live,
) -> Result<(), Unfit> {
    let id = live.id.to_lowercase();
    let lives = scene.inventory.live.values();
    let mut left: Vec<String> = lives
        .filter(|inner| inner.within.contains(&id) && !matching.claims(inner))
        .filter(|inner| matching.lifetime(inner) == Some(Lifetime::Stays))
        .map(|inner| inner.title.clone())
        .collect();
    left.extend(pair.kind.loses(live).iter().map(|name| format!("`{name}`")));
    if pair.kind.schema().container {
        let declared = beneath(scene, pair.resource)
            .filter_map(|inner| matching.pairs.get(&inner.address))
            .filter_map(|inner| Some(inner.kind.id(inner.resource, scene)?.to_lowercase()))
            .collect();
        let contents = teardown::left_in(scene, live, &declared).ok_or(Unfit::NotRead)?;
        left.extend(contents.iter().map(|content| format!("`{}`", content.name)));
    }
    match left.is_empty() {
        true => Ok(()),
        false => Err(Unfit::Holds {
            left: left.join(", "),
        }),
    }
}

/// What is lost with a thing and is made again after it: what lies in it, and the grants to its own identity.
pub(super) fn goes_with<'a>(
    scene: &Scene<'a>,
    around: &'a Resource,
) -> impl Iterator<Item = &'a Address> {
    let successors = scene.inventory.successors.iter();
    let grants = successors
        .filter(|(_, successor)| successor.of == around.address)
        .map(|(grant, _)| grant)
        .filter(|grant| !scene.manifest.absent.contains_key(grant));
    beneath(scene, around)
        .map(|part| &part.address)
        .chain(grants)
}

pub(super) fn beneath<'a>(
    scene: &Scene<'a>,
    around: &'a Resource,
) -> impl Iterator<Item = &'a Resource> {
    let manifest = scene.manifest;
    let all = manifest.resources.values();
    all.filter(move |inner| {
        inner.address != around.address
            && manifest
                .around(inner)
                .any(|outer| outer.address == around.address)
    })
}

fn is_made(catalogue: &Catalogue, resource: &Resource) -> bool {
    catalogue
        .kind(resource.kind)
        .is_some_and(|kind| kind.schema().existence.makes(resource))
}

/// What was read, without what is made anew and all that lies in it.
pub(super) fn without<'a>(
    scene: &Scene<'a>,
    matching: &Matching<'_>,
    anew: &BTreeSet<&Address>,
) -> Cow<'a, Inventory> {
    if anew.is_empty() {
        return Cow::Borrowed(scene.inventory);
    }
    let pairs = anew
        .iter()
        .filter_map(|address| matching.pairs.get(*address));
    let ids: BTreeSet<String> = pairs
        .filter_map(|pair| Some(pair.live?.id.to_lowercase()))
        .collect();
    let mut inventory = scene.inventory.clone();
    inventory.live.retain(|_, live| {
        !ids.contains(&live.id.to_lowercase()) && live.within.iter().all(|id| !ids.contains(id))
    });
    // An identity that is made anew is another one, and nobody knows it yet.
    for (grant, successor) in &scene.inventory.successors {
        if anew.contains(&successor.of) {
            let resolution = successor.resolution.clone();
            inventory.identities.insert(grant.clone(), resolution);
        }
    }
    Cow::Owned(inventory)
}

/// The declared parts that are there and are taken away before a thing goes, since something of them would be left: logins.
fn first<'a>(
    scene: &Scene<'a>,
    matching: &'a Matching<'a>,
    pair: &Pair<'a>,
) -> Vec<(&'a Pair<'a>, &'a Live)> {
    let parts = beneath(scene, pair.resource)
        .filter_map(|inner| matching.pairs.get(&inner.address))
        .filter(|inner| {
            let schema = inner.kind.schema();
            schema.naming == Naming::Unnamed && schema.stamped
        });
    parts
        .filter_map(|inner| Some((inner, inner.live?)))
        .collect()
}

/// Makes a compared step into a replacement, or puts it off where a part cannot be taken away before it now.
pub(super) fn replaced<'a>(
    scene: &Scene<'a>,
    matching: &'a Matching<'a>,
    pair: &Pair<'a>,
    live: &Live,
    step: &mut Step,
) {
    let first = first(scene, matching, pair);
    let hindrance = first.iter().find_map(|(part, live)| {
        let hindrance = part.kind.hindrance(part.resource, Some(live), scene)?;
        let title = part.kind.schema().title;
        Some(Hindrance {
            reason: format!("its {title} goes first, and {}", hindrance.reason),
            ..hindrance
        })
    });
    if let Some(hindrance) = hindrance {
        return draft::defer(step, hindrance);
    }
    step.action = Action::Replace;
    step.protected = matching.protected.touches(scene, pair, live);
    let then = match beneath(scene, pair.resource).next() {
        Some(_) => "all that lies in it is made again after it",
        None => "what refers to the old one has to be pointed at the new one",
    };
    step.notes = vec![format!("it is DELETED and made anew; {then}")];
    for (part, _) in &first {
        let title = part.kind.schema().title;
        step.notes.push(format!("its {title} is taken away before"));
    }
    step.notes.extend(pair.kind.leaves(live));
    if !first.is_empty() {
        let ids = first.iter().map(|(_, live)| live.id.as_str().into());
        step.write
            .insert(FIRST.to_owned(), Value::List(ids.collect()));
    }
    // Its declared parts go with it; nothing else lies in it.
    if let Some(contents) = scene.inventory.contents.get(&live.key) {
        let names = contents.iter().map(|part| part.name.as_str().into());
        step.write
            .insert(PARTS.to_owned(), Value::List(names.collect()));
    }
}
