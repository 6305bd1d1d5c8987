//! An emulator of Azure Resource Manager and Microsoft Graph, over real HTTP on loopback, for the kinds that vmlogin
//! manages.
//!
//! It answers what the services were seen to answer, casing and half-finished states included, so that a client which
//! is right here is right there. It shares no code with the client it is to keep honest and spells its own JSON. What
//! it leaves out, [`not_emulated`] says. SEED.md tells how a world is described.

mod directory;
mod fault;
mod http;
mod operation;
mod pattern;
mod problem;
mod quota;
mod resources;
pub mod seed;
mod state;
mod sweep;

use std::future::IntoFuture as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::serve::ListenerExt as _;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub use problem::SandboxError;
pub use seed::{Seed, SeedError};
pub use state::clock::Clock;

use quota::Quota;

use http::{Authority, Log, Server, TlsListener};
use state::World;
use state::file::StateFile;

/// How long a stop waits for requests that are being answered.
const FAREWELL: Duration = Duration::from_secs(2);

/// How a sandbox is to run.
#[derive(Debug, Clone)]
pub struct Options {
    /// Address to listen at: loopback only. Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Whether to serve https, with a certificate made at the start.
    pub tls: bool,
    /// File that keeps the world; without one it is gone with the sandbox.
    pub state: Option<PathBuf>,
    /// What a new world holds. Not looked at where the state file exists.
    pub seed: Seed,
    /// File that gets one JSON row a request, appended.
    pub log: Option<PathBuf>,
    /// How long operations take. Without it they end at the second look and clients are never asked to wait.
    pub latency: Option<Duration>,
    /// Whether requests are counted and refused as ARM does.
    pub limits: bool,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            tls: false,
            state: None,
            seed: Seed::default(),
            log: None,
            latency: None,
            limits: false,
        }
    }
}

/// A running sandbox, on tasks of its own. Dropping it ends it without a farewell; [`Sandbox::stop`] is the orderly
/// way.
#[derive(Debug)]
pub struct Sandbox {
    server: Arc<Server>,
    authority: Option<Authority>,
    stop: oneshot::Sender<()>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Sandbox {
    /// Starts a sandbox by the machine's clock.
    ///
    /// # Errors
    /// An address that is not loopback or taken, a seed that contradicts itself, a state file that is in use, damaged or
    /// not writable, a log that cannot be opened. Nothing is served and nothing overwritten then.
    pub async fn start(options: Options) -> Result<Sandbox, SandboxError> {
        Sandbox::start_at(options, Clock::system()).await
    }

    /// Starts a sandbox by a clock of the caller's.
    ///
    /// # Errors
    /// As [`Sandbox::start`].
    pub async fn start_at(options: Options, clock: Clock) -> Result<Sandbox, SandboxError> {
        let listen = options.listen;
        if !listen.ip().is_loopback() {
            return Err(SandboxError::NotLoopback { listen });
        }
        options.seed.check()?;
        let sow = || World::try_sow(&options.seed, clock.now()).map_err(SandboxError::from);
        let (file, mut world) = match &options.state {
            Some(path) => {
                let (file, world) = StateFile::open(path, sow)?;
                (Some(file), world)
            }
            None => (None, sow()?),
        };
        world.quota = options.limits.then(Quota::default);
        let log = options.log.as_deref().map(Log::open).transpose()?;
        let not_listening = |source| SandboxError::NotListening { listen, source };
        let listener = TcpListener::bind(listen).await.map_err(not_listening)?;
        let address = listener.local_addr().map_err(not_listening)?;
        let authority = options.tls.then(Authority::new).transpose()?;
        let scheme = if options.tls { "https" } else { "http" };
        let server = Arc::new(Server {
            world: Mutex::new(world),
            clock,
            latency: options.latency,
            file,
            log,
            url: format!("{scheme}://{address}"),
            trouble: Mutex::new(None),
        });
        let (stop, stopped) = oneshot::channel();
        let task = spawn(
            server.clone(),
            listener,
            address,
            authority.as_ref(),
            stopped,
        );
        Ok(Sandbox {
            server,
            authority,
            stop,
            task,
        })
    }

    /// Origin at which it answers, for example `http://127.0.0.1:40123`. The directory is at `/v1.0` beneath it, and
    /// at `/graph/v1.0` for clients that want an audience of its own.
    pub fn url(&self) -> &str {
        &self.server.url
    }

    /// With TLS, the PEM file of the authority to trust. It is removed when the sandbox stops.
    pub fn ca(&self) -> Option<&Path> {
        self.authority.as_ref().map(Authority::path)
    }

    /// Ends the sandbox: requests in hand are answered, the state is written, the lock given back.
    ///
    /// # Errors
    /// What could not be written, now or while it served.
    pub async fn stop(self) -> Result<(), SandboxError> {
        // The receiver is gone only if the server has ended already, which the task tells.
        let _told = self.stop.send(());
        let abort = self.task.abort_handle();
        match tokio::time::timeout(FAREWELL, self.task).await {
            Ok(Ok(ended)) => ended.map_err(|source| SandboxError::Server { source })?,
            Ok(Err(cause)) => {
                return Err(SandboxError::Server {
                    source: std::io::Error::other(cause),
                });
            }
            Err(_late) => abort.abort(),
        }
        let saved = self.server.save_last();
        let mut trouble = self
            .server
            .trouble
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        trouble.take().map_or(saved, Err)
    }
}

/// What the sandbox leaves out, a line each, for people who start it.
pub fn not_emulated() -> &'static [&'static str] {
    &[
        "traffic: security rules, routes and addresses are kept and checked, nothing flows and nothing is resolved",
        "network interfaces that are made with their machine, machines made of disks, data disks as resources",
        "references to types that are kept as plain resources (load balancers, application security groups and the like): \
         nobody asks whether they exist",
        "whether a user-assigned identity exists when it is attached: any well-formed id can be",
        "templates beyond the simple: linked ones, nested deployments, `copy`, the mode `Complete`, what-if, most functions, \
         scopes other than resource groups",
        "the catalogue of images but for the versions of one; images of a few publishers, with versions that are made up",
        "run commands and other actions on machines, but for start, restart, power off and deallocate",
        "policies but for the denial of what a PUT makes, by simple conditions; initiatives, exemptions, what PATCH changes, and every \
         effect other than deny",
        "deny assignments and eligible roles; of management groups all but what is assigned at them, whatever subscriptions they hold",
        "what the services of other kinds of resources do: such resources are kept as they are sent, without identities",
        "registration of providers: nothing is refused for want of it",
        "deleted groups and applications: only deleted people lie in the recycle bin",
        "rules for the characters and lengths of names, tags and descriptions, but for the fewest",
        "group membership but for what `assignedTo` lists, and what a role assignment permits: the caller may do all that the seed does not deny",
        "making Arc machines, actions on them, their run commands and licences",
        "queries of Resource Graph but for where, project, extend, order by, limit, count and summarize over three tables: others are \
         refused by name; virtual machine scale sets",
        "quotas without --limits: the remaining counts in headers never fall. With it, those of one caller and of Compute; never those of \
         all callers together, of other providers and of regions",
        "two operations on one machine at once: a new one finds the earlier one finished",
        "handlers of extensions other than AADLoginForWindows and AADSSHLoginForLinux: they succeed when the agent is ready",
        "sign-in to machines; nobody has recorded the login extension, its outcomes follow documents and reports",
    ]
}

fn spawn(
    server: Arc<Server>,
    listener: TcpListener,
    address: SocketAddr,
    authority: Option<&Authority>,
    stopped: oneshot::Receiver<()>,
) -> JoinHandle<std::io::Result<()>> {
    let router = server.router();
    let until = async {
        // An error means that the sandbox was dropped: time to go as well.
        let _ended = stopped.await;
    };
    match authority {
        Some(authority) => {
            let listener = TlsListener::new(listener, address, authority);
            tokio::spawn(
                axum::serve(listener, router)
                    .with_graceful_shutdown(until)
                    .into_future(),
            )
        }
        None => {
            // Answers are small and single: waiting to fill a packet would only delay them.
            let listener = listener.tap_io(|stream| {
                // A connection that refuses the option is just slower.
                let _set = stream.set_nodelay(true);
            });
            tokio::spawn(
                axum::serve(listener, router)
                    .with_graceful_shutdown(until)
                    .into_future(),
            )
        }
    }
}
