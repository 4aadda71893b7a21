//! Ctrl-C and its kin: the first asks the job to stop in order, the second ends at once.

use std::io::{self, IsTerminal, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use aidos_engine::Exit;
use aidos_engine::progress::Cancel;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

/// A token that is set when somebody asks this process to end.
pub(crate) fn on_signals() -> io::Result<Cancel> {
    let asked = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // The order matters: the shutdown must find the flag as an earlier signal left it.
        flag::register_conditional_shutdown(signal, Exit::Cancelled as i32, Arc::clone(&asked))?;
        flag::register(signal, Arc::clone(&asked))?;
    }
    Ok(Cancel::over(asked))
}

/// Standard input that stops waiting when the job is asked to stop.
pub(crate) struct Stdin {
    inner: io::Stdin,
    cancel: Cancel,
}

impl Stdin {
    /// Standard input of a job with this token.
    pub(crate) fn new(cancel: &Cancel) -> Self {
        Self {
            inner: io::stdin(),
            cancel: cancel.clone(),
        }
    }

    /// Whether a person would have to type it.
    pub(crate) fn is_terminal() -> bool {
        io::stdin().is_terminal()
    }
}

impl Read for Stdin {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let often = Timespec {
            tv_sec: 0,
            tv_nsec: 200_000_000,
        };
        loop {
            if self.cancel.is_cancelled() {
                return Err(io::Error::other("stopped on request"));
            }
            let mut fds = [PollFd::new(&self.inner, PollFlags::IN)];
            match poll(&mut fds, Some(&often)) {
                Ok(0) | Err(rustix::io::Errno::INTR) => {}
                // Read past the buffer of the standard library, which `poll` does not know of.
                Ok(_) => return Ok(rustix::io::read(&self.inner, buffer)?),
                Err(error) => return Err(error.into()),
            }
        }
    }
}
