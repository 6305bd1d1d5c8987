//! Plays the exchanges in `testdata/` against a kind: each file says what is asked and answered, from the fresh reading to the
//! look afterwards. The files are written by us after arm/FACTS.md and arm/OBSERVED.md; they are no recordings.

use serde::Deserialize;
use serde_json::Value as Json;
use vmlogin_engine::address::Address;
use vmlogin_engine::graph::Graph;
use vmlogin_engine::inventory::Inventory;
use vmlogin_engine::kind::Scene;
use vmlogin_engine::manifest::Manifest;
use vmlogin_engine::plan::selection::Selected;
use vmlogin_engine::plan::{Mode, Step, Wish, audit, plan};
use vmlogin_engine::provider::{Done, Fault, Proof};

use super::{Ask, Seen, Write, azure_kind, catalogue};
use crate::arm::fault;
use crate::http::{Headers, Reply, Request};
use crate::survey::unless_missing;

/// One step as it goes over the wire.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Story {
    /// What it shows.
    #[expect(dead_code, reason = "it is for the reader of the file")]
    about: String,
    /// What is read before the write.
    #[serde(default)]
    fresh: Option<Exchange>,
    /// The list that is read with it.
    #[serde(default)]
    fresh_list: Option<Exchange>,
    /// The writes.
    #[serde(default)]
    write: Vec<Exchange>,
    /// What is read to make sense of the last write's refusal.
    #[serde(default)]
    second_look: Option<Exchange>,
    /// The note or the fault in which it ends, where there is one.
    #[serde(default)]
    ends: Option<String>,
    /// What is read to verify it.
    #[serde(default)]
    look: Option<Exchange>,
    /// What is read where that is missing.
    #[serde(default)]
    look_elsewhere: Option<Exchange>,
    /// What that shows.
    #[serde(default)]
    shows: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Exchange {
    /// `GET /subscriptions/…?api-version=…`, nothing encoded in the query.
    request: String,
    #[serde(default)]
    body: Option<Json>,
    #[serde(default)]
    if_match: Option<String>,
    status: u16,
    #[serde(default)]
    answer: Json,
}

/// The step that a plan has at an address.
pub(super) fn step(manifest: &Manifest, inventory: &Inventory, mode: Mode, address: &str) -> Step {
    planned(manifest, inventory, mode, false, address)
}

/// The same where what failed may be installed anew.
pub(super) fn reinstalled(manifest: &Manifest, inventory: &Inventory, address: &str) -> Step {
    planned(manifest, inventory, Mode::Apply, true, address)
}

fn planned(
    manifest: &Manifest,
    inventory: &Inventory,
    mode: Mode,
    reinstall: bool,
    address: &str,
) -> Step {
    let scene = Scene::of(manifest, inventory);
    let wish = Wish {
        mode,
        selected: Selected::default(),
        replaced: Vec::new(),
        reinstall,
        tool: "test".to_owned(),
    };
    let graph = Graph::of(manifest, catalogue()).unwrap();
    let plan = plan(catalogue(), &scene, &graph, Vec::new(), &wish).unwrap();
    assert_eq!(audit::audit(&plan), Vec::<String>::new());
    let found = plan
        .steps
        .iter()
        .find(|step| step.address.as_str() == address);
    found
        .unwrap_or_else(|| panic!("no step at {address}: {:?}", addresses(&plan.steps)))
        .clone()
}

fn addresses(steps: &[Step]) -> Vec<&Address> {
    steps.iter().map(|step| &step.address).collect()
}

/// Plays a file: every request must be the one that is written there, and the end too.
pub(super) fn play(step: &Step, file: &str) {
    let story: Story = serde_json::from_str(file).unwrap();
    let kind = azure_kind(&step.kind).unwrap();
    let end = carry_out(step, &story);
    assert_eq!(end.as_deref(), story.ends.as_deref());
    let seen = match (kind.look(step), &story.look) {
        (_, None) => return assert_eq!(story.shows, Vec::<String>::new()),
        (ask, Some(exchange)) => match (answered(ask, exchange), &story.look_elsewhere) {
            (Seen::Missing, Some(elsewhere)) => answered(kind.look_elsewhere(step), elsewhere),
            (seen, None) => seen,
            (seen, Some(_)) => panic!("nobody looks elsewhere after {seen:?}"),
        },
    };
    let shows: Vec<String> = kind
        .judge(step, &seen)
        .iter()
        .map(|opinion| match &opinion.result {
            Proof::Verified => format!("{}: yes", opinion.check),
            Proof::Wrong(why) => format!("{}: no, {why}", opinion.check),
            Proof::NotChecked(why) => format!("{}: not checked, {why}", opinion.check),
        })
        .collect();
    assert_eq!(shows, story.shows);
}

/// Does what the provider does, without a client.
fn carry_out(step: &Step, story: &Story) -> Option<String> {
    let kind = azure_kind(&step.kind).unwrap();
    let fresh = match (kind.fresh(step).unwrap(), &story.fresh) {
        (Ask::Nothing, None) => Seen::NotAsked,
        (Ask::OneAndAll(both), Some(exchange)) => {
            let (object, list) = *both;
            match (answered(Ask::One(object), exchange), &story.fresh_list) {
                (Seen::One(object), Some(rows)) => match answered(Ask::All(list), rows) {
                    Seen::All(rows) => Seen::OneAndAll(object, rows),
                    other => other,
                },
                (seen, None) => seen,
                (seen, Some(_)) => panic!("nobody lists anything after {seen:?}"),
            }
        }
        (ask, Some(exchange)) => answered(ask, exchange),
        (ask, None) => panic!("not in the file: {ask:?}"),
    };
    let requests = match kind.write(step, &fresh) {
        Ok(Write::Send(requests)) => requests,
        Ok(Write::Nothing(note)) => return Some(note),
        Err(fault) => return Some(told(&fault)),
    };
    assert_eq!(requests.len(), story.write.len(), "{requests:?}");
    for (request, exchange) in requests.iter().zip(&story.write) {
        same(request, exchange);
        if let Err(fault) = reply(request, exchange) {
            let seen = match (kind.second_look(step, &fault), &story.second_look) {
                (Ask::Nothing, None) => Seen::NotAsked,
                (ask, Some(exchange)) => answered(ask, exchange),
                (ask, None) => panic!("not in the file: {ask:?}"),
            };
            return match kind.make_sense(step, fault, &seen) {
                Ok(Done { note, .. }) => note,
                Err(fault) => Some(told(&fault)),
            };
        }
    }
    None
}

fn told(fault: &Fault) -> String {
    format!("{fault}; {}", fault.help.as_deref().unwrap_or("no help"))
}

fn answered(ask: Ask, exchange: &Exchange) -> Seen {
    let seen = match ask {
        Ask::Nothing | Ask::OneAndAll(_) => {
            panic!("this is not asked, and the file has {}", exchange.request)
        }
        Ask::One(request) => {
            same(&request, exchange);
            unless_missing(reply(&request, exchange))
                .unwrap()
                .map(|_| Seen::One(exchange.answer.clone()))
        }
        Ask::All(request) => {
            same(&request, exchange);
            let rows = || exchange.answer["value"].as_array().unwrap().clone();
            unless_missing(reply(&request, exchange))
                .unwrap()
                .map(|_| Seen::All(rows()))
        }
    };
    seen.unwrap_or(Seen::Missing)
}

fn same(request: &Request, exchange: &Exchange) {
    let query: Vec<String> = request
        .query
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let line = format!("{} {}?{}", request.method, request.path, query.join("&"));
    assert_eq!(line, exchange.request);
    assert_eq!(request.body, exchange.body, "{line}");
    let if_match = request
        .headers
        .iter()
        .find(|(name, _)| *name == "if-match")
        .map(|(_, value)| value);
    assert_eq!(if_match, exchange.if_match.as_ref(), "{line}");
}

fn reply(request: &Request, exchange: &Exchange) -> Result<Reply, Fault> {
    let reply = Reply::new(
        exchange.status,
        Headers::default(),
        exchange.answer.to_string(),
    );
    if reply.is_success() {
        Ok(reply)
    } else {
        Err(fault::from_reply(&request.attempted, &reply))
    }
}
