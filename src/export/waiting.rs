//! Bytes that a writer made and that are not yet passed on.

use std::io::{self, Write};
use std::sync::Arc;

use parking_lot::Mutex;

/// Bytes that are not yet passed on. An exporter gets another `out` at every call, and the writer of an archive or a table
/// needs one for its whole life.
#[derive(Clone, Default)]
pub(super) struct Waiting(Arc<Mutex<Vec<u8>>>);

impl Waiting {
    /// Passes them on.
    pub fn pass_on(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&std::mem::take(&mut *self.0.lock()))
    }
}

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
