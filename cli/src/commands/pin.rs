//! `vmlogin pin`: write down which directory object each name in the manifest stands for.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use vmlogin_engine::inventory::Resolution;
use vmlogin_engine::pins::{Renewal, renew};
use vmlogin_engine::value::Principal;

use crate::args::{Format, PinArgs, Renewed};
use crate::error::Error;
use crate::exit::Exit;
use crate::files;
use crate::files::output::{Readers, write};
use crate::interrupt::Watch;
use crate::render::pinned;
use crate::session::Session;
use crate::session::connection::{Connection, Wanted};
use crate::session::heartbeat::quietly;
use crate::session::manifest::{Loaded, load};

/// Looks every name up, and writes the lock where each can be pinned.
pub(crate) async fn run(session: &Session, args: &PinArgs) -> Result<Exit, Error> {
    let watch = Watch::start(session.terminal.clone(), args.live.timeout)?;
    let loaded = load(&args.inputs, vmlogin_azure::catalogue())?;
    let wanted = check_renewed(&args.renew, &loaded)?;
    let looking = look_up(session, args, &watch, &loaded);
    let looking = quietly(session, "looking names up", looking);
    let found = watch.unless_stopped(looking).await??;
    let renewal = renew(&loaded.manifest, loaded.pins.as_ref(), &found, &wanted);
    let path = files::pins_path(&args.inputs.files);
    let written = settle(&renewal, &loaded, &path)?;
    show(
        session,
        args.format,
        &pinned::Pinning {
            renewal: &renewal,
            path: &path,
            written,
            was_there: loaded.pins.is_some(),
        },
    );
    Ok(match renewal.is_refused() {
        true => Exit::RuleRefused,
        false => Exit::Done,
    })
}

/// The names that are to be renewed, by tenant. One that the manifest does not use is a slip of the pen; one of several tenants would
/// renew what nobody looked at.
fn check_renewed(
    renew: &[Renewed],
    loaded: &Loaded,
) -> Result<BTreeSet<(String, Principal)>, Error> {
    let mut wanted = BTreeSet::new();
    for Renewed { tenant, principal } in renew {
        let named = loaded.manifest.principals();
        let named = named.filter(|(of, name, _)| {
            *name == principal && tenant.as_ref().is_none_or(|tenant| tenant == of)
        });
        let tenants: BTreeSet<&str> = named.map(|(of, ..)| of).collect();
        let mut tenants = tenants.into_iter();
        match (tenants.next(), tenants.next()) {
            (Some(of), None) => wanted.insert((of.to_owned(), principal.clone())),
            (None, _) => return Err(nobody(principal)),
            (Some(one), Some(other)) => return Err(several(principal, one, other)),
        };
    }
    Ok(wanted)
}

fn nobody(principal: &Principal) -> Error {
    Error::usage(
        format!("`{principal}` is nobody whom the manifest names"),
        "write it as `KIND:NAME`, the name just as the manifest has it: `group:sg-web-admins`",
    )
}

fn several(principal: &Principal, one: &str, other: &str) -> Error {
    Error::usage(
        format!("`{principal}` is named in several tenants, `{one}` and `{other}` among them"),
        format!("say in which one it is renewed: `--renew '{one}/{principal}'`"),
    )
}

async fn look_up(
    session: &Session,
    args: &PinArgs,
    watch: &Watch,
    loaded: &Loaded,
) -> Result<BTreeMap<(String, Principal), Resolution>, Error> {
    let beside = files::pins_path(&args.inputs.files);
    let wanted = Wanted {
        live: &args.live,
        manifest: &loaded.manifest,
        beside: &beside,
        stop: &watch.stop,
    };
    let connection = Connection::open(session, wanted).await?;
    let found = connection.azure.look_up(&loaded.manifest).await;
    let closed = connection.close().await;
    let found = found?;
    closed?;
    Ok(found)
}

/// Writes the lock, unless a name is refused or there is nothing new to say; whether it did.
fn settle(renewal: &Renewal, loaded: &Loaded, path: &Path) -> Result<bool, Error> {
    let same = match &loaded.pins {
        Some(pins) => pins.text() == renewal.pins.text(),
        None => renewal.pins.count() == 0,
    };
    if same || renewal.is_refused() {
        return Ok(false);
    }
    write(
        path,
        &renewal.pins.text(),
        loaded.pins.is_some(),
        Readers::AsUsual,
    )?;
    Ok(true)
}

fn show(session: &Session, format: Format, pinning: &pinned::Pinning<'_>) {
    match format {
        Format::Json => session
            .terminal
            .result(&pinned::json(pinning, session.given)),
        Format::Text => {
            session
                .terminal
                .result(&pinned::text(pinning, session.view_out()));
            session
                .terminal
                .diagnostic(&pinned::refused(pinning, session.view_err()));
        }
    }
}
