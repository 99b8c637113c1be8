//! What commands answer, on the standard output.

use std::io::Write as _;

/// Writes a text and ends the line. Somebody who stops reading (`shanhai figure list | head`) is an error that
/// [`is_nobody_reading`] knows.
///
/// # Errors
/// What the system refuses.
pub(crate) fn say(text: &str) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Whether an error only says that nobody reads the answer any more.
pub fn is_nobody_reading(error: &anyhow::Error) -> bool {
    let broken = |error: &std::io::Error| error.kind() == std::io::ErrorKind::BrokenPipe;
    error.chain().any(|cause| cause.downcast_ref::<std::io::Error>().is_some_and(broken))
}
