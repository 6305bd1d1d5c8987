//! Signals and the time limit of a run: first nothing new starts, then everything is left at once.

#[cfg(unix)]
mod inherited;
pub(crate) mod stuck;

use std::fmt;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
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
    /// Whether something may be running that a stop waits for.
    writing: Arc<AtomicBool>,
    last_words: LastWords,
    seen: watch::Receiver<Seen>,
}

/// What is done right before a run is left that cannot end.
type LastWords = Arc<OnceLock<DoneBefore>>;

struct DoneBefore(Box<dyn Fn(Exit) + Send + Sync>);

impl fmt::Debug for DoneBefore {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("DoneBefore")
    }
}

/// What asks a run to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Signal {
    /// Somebody pressed Ctrl-C.
    Interrupt,
    /// SIGTERM, as service managers and pipelines send it.
    Terminate,
    /// SIGHUP: the terminal is gone. It comes more than once, from the system and from the shell, and nobody is there to be hurried for:
    /// it never makes a run leave what runs in Azure.
    HangUp,
}

impl Signal {
    /// The code that a run ends with because of it.
    fn exit(self) -> Exit {
        match self {
            Signal::Interrupt => Exit::Interrupted,
            Signal::Terminate | Signal::HangUp => Exit::Terminated,
        }
    }

    /// What a report calls it.
    fn name(self) -> &'static str {
        match self {
            Signal::Interrupt => "Ctrl-C",
            Signal::Terminate => "SIGTERM",
            Signal::HangUp => "the terminal was closed (SIGHUP)",
        }
    }
}

/// What has come so far.
#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    /// The first signal.
    signal: Option<Signal>,
    /// How often somebody asked to end, the terminal that was closed left out.
    orders: u32,
    /// Whether the time is up.
    timed_out: bool,
}

impl Seen {
    fn take(&mut self, signal: Signal) {
        self.signal.get_or_insert(signal);
        if signal != Signal::HangUp {
            self.orders += 1;
        }
    }

    fn is_stopped(self) -> bool {
        self.timed_out || self.signal.is_some()
    }

    fn is_urgent(self) -> bool {
        self.orders > 1
    }
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
        let writing = Arc::new(AtomicBool::new(false));
        let is_writing = writing.clone();
        let last_words = LastWords::default();
        let last = last_words.clone();
        tokio::spawn(async move {
            let mut timer = std::pin::pin!(sleep(timeout));
            loop {
                let timed_out = send.borrow().timed_out;
                tokio::select! {
                    signal = signals.next() => send.send_modify(|seen| seen.take(signal)),
                    () = &mut timer, if !timed_out => send.send_modify(|seen| seen.timed_out = true),
                }
                let now = *send.borrow();
                if now.is_urgent() {
                    raised.raise_at_once();
                } else {
                    raised.raise();
                }
                let is_writing = is_writing.load(Ordering::Relaxed);
                if is_writing {
                    // Beside, since nobody may be reading there, and the next signal has to be heard all the same.
                    let terminal = terminal.clone();
                    tokio::task::spawn_blocking(move || terminal.diagnostic(announcement(now)));
                }
                if let Some(signal) = now.signal.filter(|_| now.is_urgent() || !is_writing) {
                    let last = last.clone();
                    tokio::spawn(async move {
                        tokio::time::sleep(FAREWELL * 2).await;
                        if let Some(before) = last.get() {
                            (before.0)(signal.exit());
                        }
                        stuck::leave(signal.exit());
                    });
                }
            }
        });
        Ok(Watch {
            stop,
            writing,
            last_words,
            seen,
        })
    }

    /// From now on a stop has something to wait for, and says so.
    pub(crate) fn begin_writing(&self) {
        self.writing.store(true, Ordering::Relaxed);
    }

    /// What to do right before the run is left though it cannot end. Only the first of these is kept: one run, one report.
    pub(crate) fn before_leaving(&self, doing: impl Fn(Exit) + Send + Sync + 'static) {
        let _ = self.last_words.set(DoneBefore(Box::new(doing)));
    }

    /// Whether anything may have been written.
    pub(crate) fn is_writing(&self) -> bool {
        self.writing.load(Ordering::Relaxed)
    }

    /// Whether nothing new is to start.
    pub(crate) fn is_stopped(&self) -> bool {
        self.seen.borrow().is_stopped()
    }

    /// The code of the signal that came, where one did.
    pub(crate) fn signal(&self) -> Option<Exit> {
        self.seen.borrow().signal.map(Signal::exit)
    }

    /// Why nothing new is to start, where that is so.
    pub(crate) fn reason(&self) -> Option<&'static str> {
        let seen = *self.seen.borrow();
        let out_of_time = seen.timed_out.then_some("the time of `--timeout` passed");
        seen.signal.map(Signal::name).or(out_of_time)
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
        let done = tokio::select! {
            biased;
            () = self.stopped() => None,
            done = doing => Some(done),
        };
        // What was done may have heard of the stop before this did, and have failed because of it.
        match done {
            Some(done) if !self.is_stopped() => Ok(done),
            _ => Err(match self.signal() {
                Some(exit) => Error::Stopped(exit),
                None => Error::OutOfTime,
            }),
        }
    }

    /// Waits until nothing new is to start.
    pub(crate) async fn stopped(&self) {
        self.wait(|seen| seen.is_stopped()).await;
    }

    /// Waits until the run has to be left even if something does not end.
    pub(crate) async fn given_up(&self) {
        self.wait(|seen| seen.is_urgent()).await;
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
        Some(_) if seen.is_urgent() => "leaving now\n",
        Some(Signal::HangUp) => {
            "the terminal was closed: nothing new starts, running operations are awaited\n"
        }
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

/// Ctrl-C and, where there are such, SIGTERM and SIGHUP. What whoever started the run wants ignored stays ignored: `nohup`, and
/// scripts that run it in the background.
struct Signals {
    #[cfg(unix)]
    watched: Vec<(Signal, tokio::signal::unix::Signal)>,
    #[cfg(windows)]
    interrupt: tokio::signal::windows::CtrlC,
    #[cfg(windows)]
    close: tokio::signal::windows::CtrlClose,
    #[cfg(windows)]
    shutdown: tokio::signal::windows::CtrlShutdown,
}

impl Signals {
    #[cfg(unix)]
    fn listen() -> io::Result<Signals> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            (Signal::Interrupt, SignalKind::interrupt()),
            (Signal::Terminate, SignalKind::terminate()),
            (Signal::HangUp, SignalKind::hangup()),
        ];
        let ignored = inherited::ignored();
        let watched = kinds
            .into_iter()
            .filter(|(_, kind)| !ignored.has(kind.as_raw_value()))
            .map(|(name, kind)| Ok((name, signal(kind)?)));
        Ok(Signals {
            watched: watched.collect::<io::Result<_>>()?,
        })
    }

    #[cfg(windows)]
    fn listen() -> io::Result<Signals> {
        use tokio::signal::windows::{ctrl_c, ctrl_close, ctrl_shutdown};
        Ok(Signals {
            interrupt: ctrl_c()?,
            close: ctrl_close()?,
            shutdown: ctrl_shutdown()?,
        })
    }

    #[cfg(unix)]
    async fn next(&mut self) -> Signal {
        std::future::poll_fn(|context| {
            let came = self
                .watched
                .iter_mut()
                .find_map(|(name, signal)| signal.poll_recv(context).is_ready().then_some(*name));
            came.map_or(std::task::Poll::Pending, std::task::Poll::Ready)
        })
        .await
    }

    #[cfg(windows)]
    async fn next(&mut self) -> Signal {
        tokio::select! {
            _ = self.interrupt.recv() => Signal::Interrupt,
            _ = self.close.recv() => Signal::HangUp,
            _ = self.shutdown.recv() => Signal::Terminate,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(signals: &[Signal]) -> Seen {
        let mut seen = Seen::default();
        for signal in signals {
            seen.take(*signal);
        }
        seen
    }

    #[test]
    fn the_first_signal_decides_and_the_second_order_hurries() {
        use Signal::{HangUp, Interrupt, Terminate};
        let cases: [(&[Signal], Exit, bool); 7] = [
            (&[Interrupt], Exit::Interrupted, false),
            (&[Interrupt, Interrupt], Exit::Interrupted, true),
            (&[Terminate, Interrupt], Exit::Terminated, true),
            (&[HangUp], Exit::Terminated, false),
            (&[HangUp, HangUp], Exit::Terminated, false),
            (&[HangUp, Terminate], Exit::Terminated, false),
            (&[Interrupt, HangUp], Exit::Interrupted, false),
        ];
        for (signals, exit, urgent) in cases {
            let seen = seen(signals);
            assert!(seen.is_stopped());
            assert_eq!(seen.signal.map(Signal::exit), Some(exit), "{signals:?}");
            assert_eq!(seen.is_urgent(), urgent, "{signals:?}");
        }
    }
}
