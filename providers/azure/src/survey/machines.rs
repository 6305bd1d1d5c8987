//! The machines that the manifest names, with their identities and their login extensions: each by a reading of its own, which tells
//! all, or many by lists and the sweep, where these tell enough.

use futures_util::future::try_join;
use serde::de::DeserializeOwned;
use vmlogin_engine::inventory::Live;
use vmlogin_engine::provider::Fault;

use super::find::{self, Look, Sort};
use super::{Reader, parks};
use crate::kinds::{Place, arc_machine, attachment, identity, login, versions, vm};

/// Reads each machine with everything on it; one that does not exist is left out.
pub(super) async fn read(reader: Reader<'_>) -> Result<Vec<Live>, Fault> {
    let vms = of_sort::<vm::wire::Machine>(reader);
    let arc = of_sort::<arc_machine::wire::Machine>(reader);
    let (vms, arc) = try_join(vms, arc).await?;
    Ok(vms.into_iter().chain(arc).flatten().collect())
}

/// A sort of machines.
pub(super) trait Machine: DeserializeOwned + Send + Sync {
    /// Its kind.
    const KIND: &'static str;
    /// What a sentence calls one.
    const WORD: &'static str;

    /// How its machines are read: by their list, or each with all that is on it.
    fn sort() -> &'static Sort;

    /// All that one reading tells.
    fn lives(&self, reader: Reader<'_>, place: &Place) -> Vec<Live>;
}

impl Machine for vm::wire::Machine {
    const KIND: &'static str = "vm";
    const WORD: &'static str = "virtual machine";

    fn sort() -> &'static Sort {
        static SORT: Sort = Sort {
            one: vm::read,
            ..Sort::plain(
                "providers/Microsoft.Compute/virtualMachines",
                versions::COMPUTE,
                "virtual machines",
            )
        };
        &SORT
    }

    fn lives(&self, reader: Reader<'_>, place: &Place) -> Vec<Live> {
        let parts = [identity::live(self, place), login::live(self, place)];
        std::iter::once(vm::live(self, place))
            .chain(parts.into_iter().flatten())
            .chain(attachment::lives(self, place, reader.manifest))
            .collect()
    }
}

/// Its identity is the agent's affair, so it is no thing of its own.
impl Machine for arc_machine::wire::Machine {
    const KIND: &'static str = "arc-machine";
    const WORD: &'static str = "Arc-enabled machine";

    fn sort() -> &'static Sort {
        static SORT: Sort = Sort {
            one: arc_machine::read,
            ..Sort::plain(
                "providers/Microsoft.HybridCompute/machines",
                versions::HYBRID_COMPUTE,
                "Arc-enabled machines",
            )
        };
        &SORT
    }

    fn lives(&self, _: Reader<'_>, place: &Place) -> Vec<Live> {
        std::iter::once(arc_machine::live(self, place))
            .chain(login::live(self, place))
            .collect()
    }
}

async fn of_sort<M: parks::Listed>(reader: Reader<'_>) -> Result<Vec<Vec<Live>>, Fault> {
    let (wanted, places) = find::wanted(reader, M::KIND, M::WORD);
    let mut lives = parks::read::<M>(reader, &wanted, &places).await?;
    let rest: Vec<(usize, find::Wanted)> = wanted
        .into_iter()
        .enumerate()
        .filter(|(at, _)| !lives.contains_key(at))
        .collect();
    let looks = reader
        .each(rest, |(at, wanted)| {
            let place = &places[at];
            async move {
                let look: Look<M> = find::one(reader, M::sort(), wanted).await;
                let lives = look?.map(|machine| machine.lives(reader, place));
                Ok((at, lives.unwrap_or_default()))
            }
        })
        .await?;
    lives.extend(looks);
    Ok(lives.into_values().collect())
}
