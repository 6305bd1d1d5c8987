//! What can be said only by asking: each tenant of the manifest, or the one that whoever runs this belongs to.

use std::path::Path;

use jiff::{SignedDuration, Timestamp};
use vmlogin_azure::checkup::{Looked, MOST_SKEW, Sight, checkup, is_unreachable};
use vmlogin_azure::http::Client;
use vmlogin_engine::manifest::{Manifest, Subscription, Tenant};
use vmlogin_engine::pins::Pins;
use vmlogin_engine::provider::{Fault, FaultKind};

use crate::args::DoctorArgs;
use crate::error::Error;
use crate::files;
use crate::interrupt::Watch;
use crate::render::checkup::{Check, Found};
use crate::render::foreign;
use crate::session::Session;
use crate::session::connection::Ground;
use crate::session::manifest::Loaded;

/// Asks everything. A sandbox that cannot be started is something wrong, too.
pub(super) async fn checks(
    session: &Session,
    args: &DoctorArgs,
    watch: &Watch,
    loaded: Option<&Loaded>,
) -> Vec<Check> {
    let beside = args.inputs.files.first();
    let beside = beside.map_or(Path::new(files::DEFAULT), |path| path.as_path());
    let ground = match Ground::find(session, &args.live, beside).await {
        Ok(ground) => ground,
        Err(error) => {
            let fix = match error {
                Error::Problems { .. } => {
                    "correct `sandbox.kdl`: `vmlogin plan --sandbox` shows the place"
                }
                _ => "name another state with `--sandbox=FILE`, or stop whoever uses this one",
            };
            return vec![Check::wrong("sandbox", error.summary(), fix)];
        }
    };
    let mut checks = Vec::new();
    match loaded {
        None => {
            let client = ground.home(session, &args.live, &watch.stop).await;
            checks.extend(of_tenant("your tenant", "", client, &[], None).await);
            let said = "no manifest names any";
            checks.push(Check::not_checked("subscriptions", said));
        }
        Some(Loaded { manifest, pins, .. }) => {
            for tenant in manifest.tenants.values() {
                let client = ground
                    .tenant(session, &args.live, &watch.stop, tenant)
                    .await;
                let name = format!("tenant `{}`", foreign::line(&tenant.name));
                let own = subscriptions(manifest, tenant);
                let pins = pins.as_ref();
                checks.extend(of_tenant(&name, &tenant.id, client, &own, pins).await);
            }
        }
    }
    if let Err(error) = ground.leave().await {
        let fix = "see that there is room and that the folder may be written to";
        checks.push(Check::wrong("sandbox", error.summary(), fix));
    }
    checks
}

fn subscriptions<'a>(manifest: &'a Manifest, tenant: &Tenant) -> Vec<&'a Subscription> {
    let all = manifest.subscriptions.values();
    all.filter(|subscription| subscription.tenant == tenant.name)
        .collect()
}

async fn of_tenant(
    name: &str,
    tenant_id: &str,
    client: Result<(Client, &'static str), Error>,
    subscriptions: &[&Subscription],
    pins: Option<&Pins>,
) -> Vec<Check> {
    let (client, way) = match client {
        Ok(client) => client,
        Err(Error::Fault(fault)) => {
            return without(
                name,
                subscriptions,
                wrong(format!("{name}: signing in"), &fault),
            );
        }
        Err(error) => {
            let what = format!("{name}: signing in");
            let check = Check::wrong(what, error.summary(), "check the command line");
            return without(name, subscriptions, check);
        }
    };
    let sights = checkup(&client, tenant_id, subscriptions, Timestamp::now).await;
    if let [
        Sight {
            result: Err(fault), ..
        },
    ] = sights.as_slice()
    {
        return without(name, subscriptions, of_arm(name, fault));
    }
    sights
        .iter()
        .flat_map(|sight| shown(name, way, sight, pins))
        .collect()
}

/// The check that failed, and all that could not be asked because of it.
fn without(name: &str, subscriptions: &[&Subscription], failed: Check) -> Vec<Check> {
    let because = "nobody can be asked before that is mended";
    let mut checks = vec![
        failed,
        Check::not_checked(format!("{name}: directory"), because),
    ];
    checks.extend(subscriptions.iter().map(|subscription| {
        let what = format!("subscription `{}`", foreign::line(&subscription.name));
        Check::not_checked(what, because)
    }));
    checks
}

fn of_arm(name: &str, fault: &Fault) -> Check {
    let what = match fault.kind {
        FaultKind::SignIn => "token",
        _ if is_unreachable(fault) => "connection",
        _ => "Azure Resource Manager",
    };
    wrong(format!("{name}: {what}"), fault)
}

fn shown(name: &str, way: &str, sight: &Sight, pins: Option<&Pins>) -> Vec<Check> {
    let (what, said) = match &sight.looked {
        Looked::Arm => (
            format!("{name}: token and Azure Resource Manager"),
            format!("signed in by {way}"),
        ),
        Looked::Directory => (
            format!("{name}: directory"),
            "people can be looked up".to_owned(),
        ),
        Looked::Subscription(of) => (
            format!("subscription `{}`", foreign::line(of)),
            "it can be read".to_owned(),
        ),
        Looked::Access(of) => (
            format!("subscription `{}`: role assignments", foreign::line(of)),
            "they can be read".to_owned(),
        ),
    };
    let ahead = match &sight.result {
        Err(fault) if sight.looked == Looked::Directory && fault.kind == FaultKind::Permission => {
            return vec![unreadable(what, fault, pins)];
        }
        Err(fault) => return vec![wrong(what, fault)],
        Ok(ahead) => ahead,
    };
    let mut checks = vec![Check::ok(what, said)];
    if let (Looked::Arm, ahead) = (&sight.looked, ahead) {
        checks.push(clock(*ahead));
    }
    checks
}

/// A directory that may not be read: with a principal lock nothing that a plan needs is missing.
fn unreadable(what: String, fault: &Fault, pins: Option<&Pins>) -> Check {
    if pins.is_some() {
        let said =
            "it may not be read, and need not be: names stand for what the principal lock says";
        return Check::not_checked(what, said);
    }
    let way = "give the identity the directory role `Directory Readers`, or have somebody who may read the directory write a principal lock with `vmlogin pin`";
    let help = Some(way.to_owned());
    wrong(
        what,
        &Fault {
            help,
            ..fault.clone()
        },
    )
}

/// Tokens have times in them, which both sides have to agree about.
fn clock(ahead: Option<SignedDuration>) -> Check {
    let Some(ahead) = ahead else {
        return Check::not_checked("clock", "the answer did not tell the time");
    };
    let seconds = ahead.as_secs().abs();
    let way = if ahead.is_negative() { "fast" } else { "slow" };
    if ahead.abs() <= MOST_SKEW {
        return Check::ok("clock", "it agrees with the service's");
    }
    Check::wrong(
        "clock",
        format!("it is {} min {way}: tokens will be refused", seconds / 60),
        "set the time of this machine, best by NTP",
    )
}

fn wrong(what: String, fault: &Fault) -> Check {
    let said = match &fault.code {
        Some(code) => format!("{code}: {}", fault.message),
        None => fault.message.clone(),
    };
    Check {
        what,
        result: Found::Wrong {
            said,
            fix: fault.help.clone(),
            access: matches!(fault.kind, FaultKind::SignIn | FaultKind::Permission),
        },
    }
}
