//! Ctrl-C and its like, for work that tidies up after itself, and for work that goes on the next time.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use anyhow::Result;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
use signal_hook::flag;

use crate::context::Context;

/// A flag that is set when somebody wants us to end. The second time a signal does what it does to any program.
///
/// # Errors
/// The system takes no handler.
pub fn watch() -> Result<Arc<AtomicBool>> {
    let stop = Arc::new(AtomicBool::new(false));
    for signal in [SIGHUP, SIGINT, SIGTERM] {
        flag::register_conditional_default(signal, stop.clone())?;
        flag::register(signal, stop.clone())?;
    }
    Ok(stop)
}

/// From now on, Ctrl-C and its like say what is kept before they end us, as they would without; the jobs of a build end with us.
///
/// # Errors
/// The system takes no handler.
pub fn tell_what_is_kept(cx: &Context) -> Result<()> {
    /// What shells call the end by SIGINT.
    const INTERRUPTED: i32 = 130;
    let (stop, ui) = (watch()?, cx.ui.clone());
    let text = format!(
        "interrupted; what is finished is kept in {}: the same command goes on there",
        cx.paths.cache.display()
    );
    std::thread::spawn(move || {
        while !stop.load(Ordering::Relaxed) {
            std::thread::sleep(Duration::from_millis(100));
        }
        ui.say(text);
        std::process::exit(INTERRUPTED);
    });
    Ok(())
}
