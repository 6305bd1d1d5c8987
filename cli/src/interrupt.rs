//! Signals and the time limit of a run: first nothing new starts, then everything is left at once.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use vmlogin_azure::http::Stop;

use crate::error::Error;
use crate::exit::Exit;
use crate::terminal::Terminal;

/// How long a run that was told to leave may still take to tell what it did.
const FAREWELL: Duration = Duration::from_secs(3);

/// Watches for what ends a run early.
#[derive(Debug)]
pub(crate) struct Watch {
    /// The wish to stop, as the requests see it.
    pub stop: Stop,
    seen: watch::Receiver<Seen>,
}

/// What has come so far.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// The first signal.
    signal: Option<Exit>,
    /// How many signals came.
    signals: u32,
    /// Whether the time is up.
    timed_out: bool,
}

impl Watch {
    /// Begins to watch, on a task of its own. `timeout` counts from now.
    pub(crate) fn start(
        terminal: Arc<Terminal>,
        timeout: Option<Duration>,
    ) -> Result<Watch, Error> {
        let failed = |cause: io::Error| Error::System {
            attempted: "listen for signals",
            cause,
        };
        let mut signals = Signals::listen().map_err(failed)?;
        let (send, seen) = watch::channel(Seen::default());
        let stop = Stop::new();
        let raised = stop.clone();
        tokio::spawn(async move {
            let mut timer = std::pin::pin!(sleep(timeout));
            loop {
                let timed_out = send.borrow().timed_out;
                tokio::select! {
                    signal = signals.next() => send.send_modify(|seen| {
                        seen.signal.get_or_insert(signal);
                        seen.signals += 1;
                    }),
                    () = &mut timer, if !timed_out => send.send_modify(|seen| seen.timed_out = true),
                }
                let now = *send.borrow();
                if now.signals > 1 {
                    terminal.diagnostic("leaving now\n");
                    raised.raise_at_once();
                } else {
                    terminal.diagnostic(announcement(now));
                    raised.raise();
                }
            }
        });
        Ok(Watch { stop, seen })
    }

    /// Whether nothing new is to start.
    pub(crate) fn is_stopped(&self) -> bool {
        let seen = *self.seen.borrow();
        seen.timed_out || seen.signals > 0
    }

    /// The code of the signal that came, where one did.
    pub(crate) fn signal(&self) -> Option<Exit> {
        self.seen.borrow().signal
    }

    /// Whether the time is up.
    pub(crate) fn timed_out(&self) -> bool {
        self.seen.borrow().timed_out
    }

    /// Does something that writes nothing, unless the run is stopped first.
    pub(crate) async fn unless_stopped<T>(
        &self,
        doing: impl Future<Output = T>,
    ) -> Result<T, Error> {
        tokio::select! {
            biased;
            () = self.stopped() => Err(match self.signal() {
                Some(exit) => Error::Stopped(exit),
                None => Error::OutOfTime,
            }),
            done = doing => Ok(done),
        }
    }

    /// Waits until nothing new is to start.
    pub(crate) async fn stopped(&self) {
        self.wait(|seen| seen.timed_out || seen.signals > 0).await;
    }

    /// Waits until the run has to be left even if something does not end.
    pub(crate) async fn given_up(&self) {
        self.wait(|seen| seen.signals > 1).await;
        tokio::time::sleep(FAREWELL).await;
    }

    async fn wait(&self, until: impl FnMut(&Seen) -> bool) {
        // The sender lives as long as its task, which never ends; without it nothing more can come.
        if self.seen.clone().wait_for(until).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

fn announcement(seen: Seen) -> &'static str {
    match seen.signal {
        Some(_) => {
            "stopping: nothing new starts, running operations are awaited; a second Ctrl-C leaves now\n"
        }
        None => "time is up: nothing new starts, running operations are awaited\n",
    }
}

async fn sleep(duration: Option<Duration>) {
    match duration {
        Some(duration) => tokio::time::sleep(duration).await,
        None => std::future::pending().await,
    }
}

/// Ctrl-C and, where there is one, SIGTERM.
struct Signals {
    #[cfg(unix)]
    interrupt: tokio::signal::unix::Signal,
    #[cfg(unix)]
    terminate: tokio::signal::unix::Signal,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
        })
    }

    #[cfg(windows)]
    fn listen() -> io::Result<Signals> {
        Ok(Signals {
            interrupt: tokio::signal::windows::ctrl_c()?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Exit {
        tokio::select! {
            _ = self.interrupt.recv() => Exit::Interrupted,
            _ = self.terminate.recv() => Exit::Terminated,
        }
    }

    #[cfg(windows)]
    async fn next(&mut self) -> Exit {
        self.interrupt.recv().await;
        Exit::Interrupted
    }
}
