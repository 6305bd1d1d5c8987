//! Saved plans as files: written once, read with suspicion, used once.

mod spelt;

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use vmlogin_engine::pins::Pins;
use vmlogin_engine::plan::Plan;
use vmlogin_engine::plan::guard::{Accepted, Refusal};
use vmlogin_engine::plan::reinstall;
use vmlogin_engine::plan::saved::{
    FORMAT, Flags, MOST_BYTES, Saved, Unusable, differences, places, read,
};
use vmlogin_engine::plan::selection::Selected;
use vmlogin_engine::syntax::tree::Tree;

pub(super) use spelt::cells;

use super::TOOL;
use super::manifest::Loaded;
use crate::args::{FailOn, LiveArgs, PlanArgs, RuleArgs};
use crate::error::Error;
use crate::files::output::{self, Readers};
use crate::files::{at_most, shown};
use crate::render;

/// A saved plan and the file that it was read from.
#[derive(Debug)]
pub(crate) struct Opened<'a> {
    /// The file.
    pub path: PathBuf,
    /// Where it is to be applied.
    pub live: &'a LiveArgs,
    /// What it holds.
    pub saved: Saved,
}

/// Reads a saved plan.
pub(crate) fn open<'a>(path: &Path, live: &'a LiveArgs) -> Result<Opened<'a>, Error> {
    let bytes = bounded(path).map_err(|cause| Error::File {
        attempted: "read the plan",
        path: path.to_owned(),
        cause,
    })?;
    match read(&bytes) {
        Ok(saved) => Ok(Opened {
            path: path.to_owned(),
            live,
            saved,
        }),
        Err(unusable) => Err(refused(path, &unusable)),
    }
}

fn bounded(path: &Path) -> io::Result<Vec<u8>> {
    let most = u64::try_from(MOST_BYTES).unwrap_or(u64::MAX);
    // One byte more shows that there is more.
    at_most(path, most + 1)
}

fn refused(path: &Path, unusable: &Unusable) -> Error {
    Error::SavedPlan {
        message: format!("`{}` cannot be used: {unusable}", shown(path)),
        differences: Vec::new(),
        help: unusable.help().to_owned(),
    }
}

impl Opened<'_> {
    /// Refuses a plan that another version made, that was made for another place, or that was used.
    pub(crate) fn check_fit(&self) -> Result<(), Error> {
        if self.saved.tool != TOOL {
            let made = &self.saved.tool;
            return Err(self.stale(format!(
                "was made by vmlogin {made}, and this is {TOOL}, which may decide otherwise"
            )));
        }
        let place = |sandbox| match sandbox {
            true => "a sandbox",
            false => "Azure",
        };
        let sandbox = self.live.sandbox.is_some();
        if self.saved.sandbox != sandbox {
            return Err(Error::usage(
                format!(
                    "`{}` was made for {}, and would be applied to {}",
                    shown(&self.path),
                    place(self.saved.sandbox),
                    place(sandbox)
                ),
                match sandbox {
                    true => "leave `--sandbox` out",
                    false => "add `--sandbox`, with the state or URL that it was made for",
                },
            ));
        }
        match self.used() {
            Some(when) => Err(self.stale(format!("was used {when}"))),
            None => Ok(()),
        }
    }

    /// What is taken of the manifest.
    pub(crate) fn selected(&self) -> Result<Selected, Error> {
        let selection = self.saved.plan.selection.clone().unwrap_or_default();
        Selected::read(&selection.targets, &selection.excludes)
            .map_err(|why| self.stale(format!("was edited: {why}")))
    }

    /// The flags about rules that it was made with.
    pub(crate) fn rules(&self) -> RuleArgs {
        let flags = &self.saved.flags;
        RuleArgs {
            allow: flags.allow.clone(),
            deny: flags.deny.clone(),
            fail_on: match flags.fail_on_warn {
                true => FailOn::Warn,
                false => FailOn::Error,
            },
        }
    }

    /// Refuses a plan whose own manifest is for another estate, or for other tenants, than it says.
    pub(crate) fn check_manifest(&self, loaded: &Loaded) -> Result<(), Error> {
        match self.saved.is_for(&loaded.manifest) {
            true => Ok(()),
            false => {
                let what =
                    "was edited: it names another estate, or other tenants, than its manifest";
                Err(self.stale(what.to_owned()))
            }
        }
    }

    /// Refuses a plan that planning anew does not come to.
    pub(crate) fn check_still_so(&self, now: &Plan) -> Result<(), Error> {
        let differences = differences(&self.saved.plan, now);
        if differences.is_empty() {
            return Ok(());
        }
        Err(Error::SavedPlan {
            message: format!(
                "`{}` is no longer what would be planned: nothing was done",
                shown(&self.path)
            ),
            differences,
            help: self.again(),
        })
    }

    /// What has to be accepted once more where the plan is applied, or was accepted and is not in the plan: a guard is lifted where
    /// it would be run over.
    pub(crate) fn unaccepted(&self, accepted: &Accepted) -> Vec<Refusal> {
        let flags = &self.saved.flags;
        let mut refusals = Vec::new();
        for address in &flags.replace {
            if !accepted.replaced().iter().any(|own| own.is(address)) {
                let message = "it would be deleted and made anew".to_owned();
                let accept = format!("replace={address}");
                let affected = vec![address.clone()];
                refusals.push(Refusal::of("replace", message, affected, accept));
            }
        }
        for address in accepted.replaced() {
            if !flags.replace.iter().any(|own| own.is(address)) {
                let message = "the saved plan does not make it anew".to_owned();
                let help = format!("plan again with `--accept replace={address}`");
                let affected = vec![address.clone()];
                refusals.push(Refusal::firm("replace", message, affected, help));
            }
        }
        if flags.reinstall_login && !accepted.has(reinstall::GUARD) {
            let message = "logins that failed would be taken away and installed anew".to_owned();
            let accept = reinstall::GUARD.to_owned();
            refusals.push(Refusal::of(reinstall::GUARD, message, Vec::new(), accept));
        }
        refusals
    }

    /// Takes note that the plan is used, before its first write. Of two that do at once, one succeeds.
    pub(crate) fn use_up(&self) -> Result<(), Error> {
        let mark = mark(&self.path);
        let now = jiff::Timestamp::now();
        let made = output::create(&mark, Readers::Owner)
            .and_then(|mut file| file.write_all(format!("{now:.0}\n").as_bytes()));
        match made {
            Ok(()) => Ok(()),
            Err(cause) if cause.kind() == io::ErrorKind::AlreadyExists => {
                let when = self.used().unwrap_or_else(|| "meanwhile".to_owned());
                Err(self.stale(format!("was used {when}")))
            }
            Err(cause) => Err(Error::File {
                attempted: "take note of the plan's use in",
                path: mark,
                cause,
            }),
        }
    }

    /// When the plan was used, as "at" and the time.
    pub(crate) fn used(&self) -> Option<String> {
        let mark = mark(&self.path);
        fs::symlink_metadata(&mark).ok()?;
        let mut text = String::new();
        let read = File::open(&mark).and_then(|file| file.take(64).read_to_string(&mut text));
        match (read, text.trim().parse::<jiff::Timestamp>()) {
            (Ok(_), Ok(time)) => Some(format!("at {time:.0}")),
            _ => Some(format!("before: `{}` is there", shown(&mark))),
        }
    }

    fn stale(&self, what: String) -> Error {
        Error::SavedPlan {
            message: format!("`{}` {what}: nothing was done", shown(&self.path)),
            differences: Vec::new(),
            help: self.again(),
        }
    }

    fn again(&self) -> String {
        format!("plan again: `{}`", self.again_command())
    }

    /// The command line that makes such a plan anew.
    pub(crate) fn again_command(&self) -> String {
        render::saved::again(&self.saved, &self.path, self.live)
    }
}

/// Saves a plan. A new plan in the place of a used one is unused.
pub(crate) fn save(
    path: &Path,
    args: &PlanArgs,
    accepted: &Accepted,
    (loaded, tree): (&Loaded, &Tree),
    plan: &Plan,
) -> Result<(), Error> {
    let saved = Saved {
        format: FORMAT,
        tool: TOOL.to_owned(),
        made: format!("{:.0}", jiff::Timestamp::now()),
        sandbox: args.live.sandbox.is_some(),
        files: args.inputs.files.iter().map(|file| shown(file)).collect(),
        sets: args
            .inputs
            .sets
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect(),
        tenants: places(&loaded.manifest),
        flags: Flags {
            allow: args.rules.allow.clone(),
            deny: args.rules.deny.clone(),
            fail_on_warn: args.rules.fail_on == FailOn::Warn,
            replace: accepted.replaced().to_vec(),
            reinstall_login: accepted.has(reinstall::GUARD),
        },
        manifest_sha256: String::new(),
        manifest: spelt::text(tree, &loaded.homes)?,
        principal_lock: loaded.pins.as_ref().map(Pins::text),
        plan: plan.clone(),
        digest: String::new(),
    };
    let text = saved.sealed().to_text();
    if text.len() > MOST_BYTES {
        return Err(Error::usage(
            format!(
                "the plan takes {} MB, and a saved plan at most {}: it was not saved",
                text.len() / 1_000_000,
                MOST_BYTES / 1_000_000
            ),
            "save parts of it, each with its own `--target`",
        ));
    }
    output::write(path, &text, args.force_overwrite, Readers::Owner)?;
    match fs::remove_file(mark(path)) {
        Err(cause) if cause.kind() != io::ErrorKind::NotFound => Err(Error::File {
            attempted: "remove the mark of an earlier plan's use,",
            path: mark(path),
            cause,
        }),
        _ => Ok(()),
    }
}

/// The file that says that a plan was used. It stands beside the plan itself, whatever link leads there.
fn mark(path: &Path) -> PathBuf {
    let linked = path.is_symlink().then(|| path.canonicalize().ok());
    let path = linked.flatten().unwrap_or_else(|| path.to_owned());
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".used");
    path.with_file_name(name)
}
