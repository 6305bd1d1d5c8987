//! Secrets on their way from where they are to the run that needs them: all of them before the first write, so that a run never
//! stops half-way because one is missing. They are shown nowhere.

use rustls::crypto::CryptoProvider;
use vmlogin_azure::secrets::{CHANCE, NoChance, Secrets, Wanted, wanted};
use vmlogin_engine::plan::Plan;
use vmlogin_engine::value::SecretSource;

use crate::error::Error;
use crate::files::{self, Homes};

/// Reads, or makes, every secret that the writes of a plan need.
pub(crate) fn gather(plan: &Plan, homes: &Homes) -> Result<Secrets, Error> {
    let mut secrets = Secrets::default();
    for wanted in wanted(plan) {
        match wanted.source {
            SecretSource::Random => secrets.make(wanted, chance).map_err(|why| match why {
                NoChance::Refused(error) => error,
                NoChance::AlwaysTheSame => no_chance(),
            })?,
            source => {
                let text = read(wanted, source, homes)?;
                secrets
                    .read(wanted, &text)
                    .map_err(|why| refused(wanted, &why, "change it, then run again"))?;
            }
        }
    }
    Ok(secrets)
}

/// What an apply of the plan would miss here and now, as sentences. Nothing that was read is kept.
pub(crate) fn missing(plan: &Plan, homes: &Homes) -> Vec<String> {
    let reads = wanted(plan).into_iter().map(|wanted| match wanted.source {
        SecretSource::Random => Ok(String::new()),
        source => read(wanted, source, homes),
    });
    reads
        .filter_map(|read| Some(read.err()?.summary()))
        .collect()
}

fn read(wanted: Wanted<'_>, source: &SecretSource, homes: &Homes) -> Result<String, Error> {
    match source {
        SecretSource::Environment(name) => std::env::var(name).map_err(|error| match error {
            std::env::VarError::NotPresent => {
                let help = format!("set `{name}` in the environment, then run again");
                refused(wanted, "it is not set", &help)
            }
            std::env::VarError::NotUnicode(_) => {
                refused(wanted, "it is not text", "set it to UTF-8, then run again")
            }
        }),
        SecretSource::File(path) => files::text(path, homes).map_err(|cause| {
            let help = "see that the file is there and may be read, then run again";
            refused(wanted, &format!("it cannot be read: {cause}"), help)
        }),
        SecretSource::Random => Ok(String::new()),
    }
}

/// Bytes that nobody can foresee, from the library that encrypts the traffic too.
fn chance() -> Result<[u8; CHANCE], Error> {
    let mut chance = [0; CHANCE];
    let provider = CryptoProvider::get_default().ok_or_else(no_chance)?;
    let filled = provider.secure_random.fill(&mut chance);
    filled.map(|()| chance).map_err(|_| no_chance())
}

fn no_chance() -> Error {
    Error::System {
        attempted: "make a password",
        cause: std::io::Error::other("the system gives no random bytes"),
    }
}

fn refused(wanted: Wanted<'_>, why: &str, help: &str) -> Error {
    let source = match wanted.source {
        SecretSource::Environment(name) => format!("the environment variable `{name}`"),
        SecretSource::File(path) => format!("the file `{path}`"),
        SecretSource::Random => "chance".to_owned(),
    };
    Error::Secret {
        message: format!(
            "`{}` of `{}` comes from {source}: {why}",
            wanted.attribute, wanted.step.address
        ),
        help: help.to_owned(),
    }
}
