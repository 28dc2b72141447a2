//! Handling of Ctrl-C, SIGTERM and a closed terminal: the first asks for an orderly stop, the second ends at once.

use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use tokio::signal::unix::{SignalKind, signal};

/// Sets the flag when the person or the system asks to stop.
///
/// # Errors
/// When the signals cannot be caught.
pub fn raise_on_stop(flag: Arc<AtomicBool>) -> io::Result<()> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let entered = runtime.enter();
    let (mut interrupt, mut terminate, mut hangup) =
        (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?, signal(SignalKind::hangup())?);
    drop(entered);
    thread::spawn(move || {
        runtime.block_on(async move {
            loop {
                tokio::select! {
                    _ = interrupt.recv() => {}
                    _ = terminate.recv() => {}
                    _ = hangup.recv() => {}
                }
                if flag.swap(true, Ordering::Relaxed) {
                    // The kernel ends the children with us.
                    std::process::exit(130);
                }
            }
        });
    });
    Ok(())
}
