//! Where real traffic is known to differ from Microsoft's files, so that the sandbox may answer as the service does.
//!
//! A deviation silences one flaw of one operation and nothing else. Each has where it was seen and when it was checked;
//! one that neither Microsoft's examples nor the recordings need
//! any more fails a test (`tests::answers`).

use super::Flaw;

/// One difference between the published contract and what the service was seen to answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Deviation {
    /// `operationId`, or `*` for any.
    pub(crate) operation: &'static str,
    /// Status of the answer.
    pub(crate) status: u16,
    /// The flaw's place; `*` stands for one array index or map key.
    pub(crate) place: &'static str,
    /// The flaw's wording.
    pub(crate) what: &'static str,
    /// Where the difference was seen.
    pub(crate) source: &'static str,
    /// When somebody last held it against that source.
    pub(crate) checked: &'static str,
}

/// All of them. Null in answers is not among them: it means unset everywhere and is handled in `schema::Side`. Neither is
/// 201 for a role assignment that existed before (OBSERVED.md 1): the files declare it.
pub(crate) const DEVIATIONS: &[Deviation] = &[
    // A query asked for objectArray, the default since 2021, answers rows; the file still says object.
    of(
        "Resources",
        200,
        "answer /data",
        "is of type array, not object",
        "FACTS.md 5; examples/Microsoft.ResourceGraph",
    ),
    of(
        "Resources",
        200,
        "answer /facets/*/data",
        "is of type array, not object",
        "examples/Microsoft.ResourceGraph",
    ),
    of(
        "Providers_Get",
        200,
        "answer /authorizations",
        UNKNOWN,
        "recordings/vm-extension/sdk_compute_vm_2020 and others",
    ),
    of(
        "Resources_List",
        200,
        "answer /value/*/systemData",
        UNKNOWN,
        "recordings/vm-lifecycle",
    ),
    of("NetworkInterfaces_Get", 200, "answer /kind", UNKNOWN, NIC),
    of(
        "NetworkInterfaces_Get",
        200,
        "answer /properties/allowPort25Out",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_List",
        200,
        "answer /value/*/kind",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_List",
        200,
        "answer /value/*/properties/allowPort25Out",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_ListAll",
        200,
        "answer /value/*/kind",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_ListAll",
        200,
        "answer /value/*/properties/allowPort25Out",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_CreateOrUpdate",
        200,
        "answer /kind",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_CreateOrUpdate",
        200,
        "answer /properties/allowPort25Out",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_CreateOrUpdate",
        201,
        "answer /kind",
        UNKNOWN,
        NIC,
    ),
    of(
        "NetworkInterfaces_CreateOrUpdate",
        201,
        "answer /properties/allowPort25Out",
        UNKNOWN,
        NIC,
    ),
    // A throttled compute call answers its error without the `error` around it.
    of("*", 429, "answer /code", UNKNOWN, THROTTLED),
    of("*", 429, "answer /message", UNKNOWN, THROTTLED),
    of("*", 429, "answer /details", UNKNOWN, THROTTLED),
    // The log holds JSON only: these come as plain text, as HTML, or with nothing at all.
    of("*", 429, "answer body", "is missing", "OBSERVED.md 2 and 3"),
    of("*", 503, "answer body", "is missing", "OBSERVED.md 2 and 3"),
    of("*", 504, "answer body", "is missing", "OBSERVED.md 2 and 3"),
];

const UNKNOWN: &str = "is not a property of the schema";
const NIC: &str = "recordings/vm-login-flow/win_vm_new_extension_multi_nic_2025";
const THROTTLED: &str = "FACTS.md 6; examples/reported/error_compute_throttled_429.json";

const fn of(
    operation: &'static str,
    status: u16,
    place: &'static str,
    what: &'static str,
    source: &'static str,
) -> Deviation {
    Deviation {
        operation,
        status,
        place,
        what,
        source,
        checked: "2026-11-21",
    }
}

/// The deviation that allows this flaw of an answer.
pub(crate) fn deviation(operation: &str, status: u16, flaw: &Flaw) -> Option<&'static Deviation> {
    let here =
        |known: &&Deviation| ["*", operation].contains(&known.operation) && known.status == status;
    DEVIATIONS
        .iter()
        .filter(here)
        .find(|known| known.what == flaw.what && fits(known.place, &flaw.place))
}

fn fits(pattern: &str, place: &str) -> bool {
    let (pattern, place): (Vec<_>, Vec<_>) =
        (pattern.split('/').collect(), place.split('/').collect());
    pattern.len() == place.len()
        && pattern
            .iter()
            .zip(&place)
            .all(|(pattern, place)| *pattern == "*" || pattern == place)
}

#[cfg(test)]
mod tests {
    use super::super::Flaw;
    use super::{DEVIATIONS, UNKNOWN, deviation};

    #[test]
    fn a_deviation_silences_one_flaw_of_one_operation_at_one_status() {
        let flaw = Flaw::at("answer /value/3/systemData", UNKNOWN);
        assert!(deviation("Resources_List", 200, &flaw).is_some());
        assert!(deviation("Resources_List", 201, &flaw).is_none());
        assert!(deviation("VirtualMachines_List", 200, &flaw).is_none());
        assert!(
            deviation(
                "Resources_List",
                200,
                &Flaw::at("answer /value/3/systemData/createdBy", UNKNOWN)
            )
            .is_none()
        );
        assert!(
            deviation(
                "Resources_List",
                200,
                &Flaw::at("answer /value/3/systemData", "is null")
            )
            .is_none()
        );
    }

    #[test]
    fn every_deviation_has_a_source_and_a_date_and_stands_once() {
        for (at, known) in DEVIATIONS.iter().enumerate() {
            assert!(
                !known.source.is_empty() && known.checked.starts_with("20"),
                "{known:?}"
            );
            assert!(!DEVIATIONS[..at].contains(known), "{known:?} stands twice");
        }
    }
}
