//! The catalogue of extensions that a region offers: publishers, their types, the versions of these. A client that is
//! told no version picks one here.

use serde_json::{Value, json};

use crate::http::Call;
use crate::http::error;
use crate::http::reply::{Answer, Reply};

/// Publisher, type and versions, oldest first. Those of the login for Windows were seen in a log path and on a live
/// machine (arm/FACTS.md 8); the one for Linux stands for whatever is current.
const CATALOGUE: [(&str, &str, &[&str]); 2] = [
    (
        "Microsoft.Azure.ActiveDirectory",
        "AADLoginForWindows",
        &["1.0.0.1", "2.2.0.0"],
    ),
    (
        "Microsoft.Azure.ActiveDirectory",
        "AADSSHLoginForLinux",
        &["1.0.0.1"],
    ),
];

/// `publishers[/{publisher}/artifacttypes/vmextension/types[/{type}/versions]]` of a region: arrays without an
/// envelope.
pub(crate) fn answer(call: &mut Call<'_>, rest: &[&str]) -> Answer {
    let segments = &call.request.segments;
    let (subscription, region) = (&segments[1], segments[5].to_lowercase());
    let base = format!(
        "/Subscriptions/{subscription}/Providers/Microsoft.Compute/Locations/{region}/Publishers"
    );
    let row = |name: &str, id: String| json!({"location": region, "name": name, "id": id});
    let rows: Vec<Value> = match rest {
        [] => vec![row(CATALOGUE[0].0, format!("{base}/{}", CATALOGUE[0].0))],
        [publisher, "artifacttypes", "vmextension", "types"] => CATALOGUE
            .iter()
            .filter(|(it, _, _)| it.eq_ignore_ascii_case(publisher))
            .map(|(publisher, kind, _)| {
                row(
                    kind,
                    format!("{base}/{publisher}/ArtifactTypes/VMExtension/Types/{kind}"),
                )
            })
            .collect(),
        [
            publisher,
            "artifacttypes",
            "vmextension",
            "types",
            kind,
            "versions",
        ] => CATALOGUE
            .iter()
            .filter(|(one, other, _)| {
                one.eq_ignore_ascii_case(publisher) && other.eq_ignore_ascii_case(kind)
            })
            .flat_map(|(publisher, kind, versions)| {
                versions.iter().map(move |it| (publisher, kind, it))
            })
            .map(|(publisher, kind, version)| {
                let types = format!("{base}/{publisher}/ArtifactTypes/VMExtension/Types");
                row(version, format!("{types}/{kind}/Versions/{version}"))
            })
            .collect(),
        _ => return Err(error::not_emulated("images of machines")),
    };
    match rows.is_empty() {
        false => Ok(Reply::json(200, rows.into())),
        // The code is documented, its status is unverified against Azure, 2026-11-21.
        true => Err(error::provider(
            404,
            "ArtifactNotFound",
            format!("The VM extension that was asked for cannot be found in the region {region}."),
        )),
    }
}

/// The same as Azure Arc tells it: rows in an envelope, everything in lower case, without a region's say in it
/// (arm/OBSERVED.md 4). What an unknown type answers is unverified against Azure, 2026-11-21.
pub(crate) fn on_arc(region: &str, publisher: &str, kind: &str) -> Reply {
    let known = CATALOGUE.iter().filter(|(one, other, _)| {
        one.eq_ignore_ascii_case(publisher) && other.eq_ignore_ascii_case(kind)
    });
    let rows = known.flat_map(|(publisher, kind, versions)| {
        let (publisher, kind) = (publisher.to_lowercase(), kind.to_lowercase());
        versions.iter().map(move |version| {
            let id = format!(
                "/providers/Microsoft.HybridCompute/locations/{region}/publishers/{publisher}/extensionTypes/{kind}/versions/{version}"
            );
            json!({"id": id, "properties": {"publisher": publisher, "extensionType": kind, "version": version}})
        })
    });
    Reply::json(200, json!({"value": rows.collect::<Vec<Value>>()}))
}

/// The newest version of the catalogue.
pub(crate) fn newest(kind: &str) -> Option<&'static str> {
    let row = CATALOGUE
        .iter()
        .find(|(_, it, _)| it.eq_ignore_ascii_case(kind));
    row?.2.last().copied()
}

/// The version of the catalogue that a shorter one stands for.
pub(crate) fn version(kind: &str, asked: &str) -> Option<&'static str> {
    CATALOGUE
        .iter()
        .filter(|(_, it, _)| it.eq_ignore_ascii_case(kind))
        .flat_map(|(_, _, versions)| versions.iter().rev())
        .find(|it| **it == asked || it.starts_with(&format!("{asked}.")))
        .copied()
}
