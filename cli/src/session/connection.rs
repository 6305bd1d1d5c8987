//! Where "live" comes from: Azure with a credential, a sandbox of our own, or one that runs already.

use std::collections::BTreeMap;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;
use url::Url;
use vmlogin_azure::cloud::{Cloud, CloudName};
use vmlogin_azure::credential::{self, Environment, TokenCredential};
use vmlogin_azure::http::transport::{HttpClient, connect};
use vmlogin_azure::http::{Client, ClientOptions, Stop, Trace};
use vmlogin_azure::{Azure, Patience, TenantAccess};
use vmlogin_engine::manifest::{Manifest, Tenant};
use vmlogin_sandbox::{Sandbox, Seed};

use super::Session;
use crate::args::{Auth, LiveArgs};
use crate::error::Error;
use crate::files;
use crate::render::{foreign, traced};
use crate::seed;

/// The way to sign in to a sandbox.
const OF_THE_SANDBOX: &str = "the sandbox's own credential";

/// Waits of a request that are worth a line.
const LONG_WAIT: Duration = Duration::from_secs(5);

/// A provider that is ready to be asked.
#[derive(Debug)]
pub(crate) struct Connection {
    /// Azure, or what stands in for it.
    pub azure: Azure,
    sandbox: Option<Sandbox>,
}

/// What a connection is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The flags.
    pub live: &'a LiveArgs,
    /// The manifest, whose tenants are signed in to.
    pub manifest: &'a Manifest,
    /// The first file of the manifest: a seed may lie beside it.
    pub beside: &'a Path,
    /// The wish to stop.
    pub stop: &'a Stop,
}

/// Where "live" comes from, before anybody signed in.
#[derive(Debug)]
pub(crate) struct Ground {
    place: Place,
    ca: Option<Vec<u8>>,
}

impl Ground {
    /// Starts the sandbox, where that is wanted. `beside` is the first file of the manifest.
    pub(crate) async fn find(
        session: &Session,
        live: &LiveArgs,
        beside: &Path,
    ) -> Result<Ground, Error> {
        let place = match &live.sandbox {
            None => Place::Azure,
            Some(at) if at.contains("://") => Place::Sandbox(sandbox_url(at)?, None),
            Some(file) => {
                let sandbox = start(session, Path::new(file), beside).await?;
                Place::Sandbox(sandbox_url(sandbox.url())?, Some(sandbox))
            }
        };
        Ok(Ground {
            place,
            ca: read_ca(live.ca.as_deref())?,
        })
    }

    /// Signs in to the tenant that whoever runs this belongs to, where nothing has named one yet, and says by which way.
    pub(crate) async fn home(
        &self,
        session: &Session,
        live: &LiveArgs,
        stop: &Stop,
    ) -> Result<(Client, &'static str), Error> {
        let cloud = match &self.place {
            Place::Sandbox(url, _) => Cloud::sandbox(url)?,
            Place::Azure => Cloud::named(CloudName::Public),
        };
        let http = connect(&cloud, self.ca.as_deref())?;
        let (credential, way) = match &self.place {
            Place::Sandbox(url, _) => {
                let credential =
                    credential::sandbox_credential(url, "organizations", http.clone())?;
                (credential, OF_THE_SANDBOX)
            }
            Place::Azure => {
                let environment = Environment::read(|name| std::env::var(name).ok());
                let auth = way(live.auth.unwrap_or(Auth::Auto));
                let (credential, way) =
                    credential::home_credential(auth, &cloud, http.clone(), &environment).await?;
                session.terminal.notice(&format!("signing in by {way}\n"));
                (credential, way)
            }
        };
        Ok((client(session, live, stop, cloud, credential, http), way))
    }

    /// Signs in to one tenant of a manifest, and says by which way.
    pub(crate) async fn tenant(
        &self,
        session: &Session,
        live: &LiveArgs,
        stop: &Stop,
        tenant: &Tenant,
    ) -> Result<(Client, &'static str), Error> {
        sign_in(
            session,
            (live, stop),
            &self.place,
            tenant,
            self.ca.as_deref(),
        )
        .await
    }

    /// Signs in to every tenant of a manifest.
    pub(crate) async fn open(
        self,
        session: &Session,
        wanted: Wanted<'_>,
    ) -> Result<Connection, Error> {
        let Ground { place, ca } = self;
        let mut tenants = BTreeMap::new();
        for (name, tenant) in &wanted.manifest.tenants {
            let (client, _) = sign_in(
                session,
                (wanted.live, wanted.stop),
                &place,
                tenant,
                ca.as_deref(),
            )
            .await?;
            tenants.insert(
                name.clone(),
                TenantAccess {
                    id: tenant.id.clone(),
                    client,
                },
            );
        }
        let azure = Azure::new(tenants, wanted.live.parallelism.into())
            .with_reads(wanted.live.reads, wanted.live.fresh)
            .with_patience(place.patience());
        let sandbox = match place {
            Place::Sandbox(_, sandbox) => sandbox,
            Place::Azure => None,
        };
        Ok(Connection { azure, sandbox })
    }

    /// Ends it where nobody signed in; a sandbox of our own writes its state.
    pub(crate) async fn leave(self) -> Result<(), Error> {
        match self.place {
            Place::Sandbox(_, Some(sandbox)) => Ok(sandbox.stop().await?),
            _ => Ok(()),
        }
    }
}

impl Connection {
    /// Signs in to every tenant of the manifest, or starts the sandbox.
    pub(crate) async fn open(session: &Session, wanted: Wanted<'_>) -> Result<Connection, Error> {
        let ground = Ground::find(session, wanted.live, wanted.beside).await?;
        ground.open(session, wanted).await
    }

    /// Ends the connection; a sandbox of our own writes its state.
    pub(crate) async fn close(self) -> Result<(), Error> {
        match self.sandbox {
            Some(sandbox) => Ok(sandbox.stop().await?),
            None => Ok(()),
        }
    }
}

#[derive(Debug)]
enum Place {
    Azure,
    /// A sandbox at a URL, and the server where it is our own.
    Sandbox(Url, Option<Sandbox>),
}

impl Place {
    fn cloud(&self, tenant: &Tenant) -> Result<Cloud, Error> {
        match self {
            Place::Sandbox(url, _) => Ok(Cloud::sandbox(url)?),
            Place::Azure => match tenant.cloud.parse() {
                Ok(name) => Ok(Cloud::named(name)),
                Err(unknown) => {
                    unreachable!("the catalogue has a cloud that the table has not: {unknown}")
                }
            },
        }
    }

    /// How long a verification waits for what comes late: a device object may take minutes in Azure, nothing in a sandbox.
    fn patience(&self) -> Patience {
        let (at_most, between) = match self {
            Place::Azure => (Duration::from_secs(120), Duration::from_secs(10)),
            Place::Sandbox(..) => (Duration::from_secs(2), Duration::from_millis(200)),
        };
        Patience {
            since: Timestamp::now(),
            at_most,
            between,
        }
    }
}

async fn sign_in(
    session: &Session,
    (live, stop): (&LiveArgs, &Stop),
    place: &Place,
    tenant: &Tenant,
    ca: Option<&[u8]>,
) -> Result<(Client, &'static str), Error> {
    let cloud = place.cloud(tenant)?;
    let http = connect(&cloud, ca)?;
    let (credential, way) = match place {
        Place::Sandbox(url, _) => {
            let credential = credential::sandbox_credential(url, &tenant.id, http.clone())?;
            (credential, OF_THE_SANDBOX)
        }
        Place::Azure => {
            let environment = Environment::read(|name| std::env::var(name).ok());
            let auth = way(live.auth.unwrap_or(Auth::Auto));
            let (credential, way) =
                credential::credential(auth, &cloud, &tenant.id, http.clone(), &environment)
                    .await?;
            session.terminal.notice(&format!(
                "signing in to tenant `{}` by {way}\n",
                foreign::line(&tenant.name)
            ));
            (credential, way)
        }
    };
    Ok((client(session, live, stop, cloud, credential, http), way))
}

fn client(
    session: &Session,
    live: &LiveArgs,
    stop: &Stop,
    cloud: Cloud,
    credential: Arc<dyn TokenCredential>,
    http: HttpClient,
) -> Client {
    let mut options = ClientOptions::new(cloud, credential, http, chance());
    options.max_requests_at_once = live.parallelism.into();
    options.max_requests_a_second = live.max_rps;
    options.stop = stop.clone();
    options.trace = Some(tracer(session));
    Client::new(options)
}

fn way(auth: Auth) -> credential::Auth {
    match auth {
        Auth::Auto => credential::Auth::Auto,
        Auth::Cli => credential::Auth::Cli,
        Auth::ClientSecret => credential::Auth::ClientSecret,
        Auth::Managed => credential::Auth::Managed,
    }
}

/// Tells of requests: all with `-v -v`, those that wait with `-v`, otherwise only those that wait long after an answer. What keeps to
/// the pace is told in sum while it lasts.
fn tracer(session: &Session) -> Arc<dyn Fn(&Trace) + Send + Sync> {
    let terminal = session.terminal.clone();
    let (all, verbose) = (session.look.traces(), session.look.is_verbose());
    Arc::new(move |trace: &Trace| {
        let waits = |least: Duration| trace.wait.is_some_and(|wait| wait >= least);
        if all
            || waits(LONG_WAIT) && !trace.is_queued()
            || verbose && waits(Duration::from_nanos(1))
        {
            terminal.notice(&traced::line(trace, all));
        }
    })
}

/// Chance for jitter, different in every run.
fn chance() -> u64 {
    RandomState::new().build_hasher().finish()
}

/// Larger than every certificate that a machine trusts, together.
const MOST_OF_A_CA: u64 = 1 << 20;

fn read_ca(path: Option<&Path>) -> Result<Option<Vec<u8>>, Error> {
    let read = |path: &Path| {
        files::at_most(path, MOST_OF_A_CA).map_err(|cause| Error::File {
            attempted: "read the certificates in",
            path: path.to_owned(),
            cause,
        })
    };
    path.map(read).transpose()
}

fn sandbox_url(text: &str) -> Result<Url, Error> {
    let help = "a sandbox runs on this machine: use the URL that `vmlogin sandbox serve` printed";
    let url = Url::parse(text)
        .map_err(|error| Error::usage(format!("`{text}` is no URL: {error}"), help))?;
    match Cloud::sandbox(&url) {
        Ok(_) => Ok(url),
        Err(fault) => Err(Error::usage(fault.message, help)),
    }
}

/// Starts the sandbox of this run, and says that it is one.
async fn start(session: &Session, state: &Path, beside: &Path) -> Result<Sandbox, Error> {
    let (seed, origin) = seed_for(state, beside)?;
    let fresh = !state.exists();
    let options = vmlogin_sandbox::Options {
        listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 0)),
        tls: false,
        state: Some(state.to_owned()),
        seed,
        log: None,
        latency: None,
        limits: false,
    };
    let sandbox = Sandbox::start(options).await?;
    if fresh {
        seed::keep(state, beside);
    }
    session.terminal.notice(&format!(
        "sandbox, not Azure: state in {}{origin}\n",
        foreign::line(&state.to_string_lossy())
    ));
    Ok(sandbox)
}

/// The seed of a new state, and where it comes from; a state that exists needs none.
fn seed_for(state: &Path, beside: &Path) -> Result<(Seed, String), Error> {
    if state.exists() {
        let origin = match seed::differs(state, beside) {
            Some(now) => format!(
                "\n  it began with another seed than {} as it is now: to begin again, remove {}",
                foreign::line(&now),
                foreign::line(&state.to_string_lossy())
            ),
            None => String::new(),
        };
        return Ok((Seed::default(), origin));
    }
    let own = seed::beside(beside);
    if own.exists() {
        return Ok((
            seed::read(&own)?,
            format!(", new from {}", foreign::line(&files::shown(&own))),
        ));
    }
    Ok((seed::built_in()?, ", new from the built-in seed".to_owned()))
}
