//! A ZIP archive that is written to a stream, entry after entry.

use std::io::{self, Write};
use std::sync::Arc;

use anyhow::Result;
use parking_lot::Mutex;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

/// Bytes of the archive that are not yet passed on. An exporter gets another `out` at every call, and the archive needs one
/// for its whole life.
#[derive(Clone, Default)]
struct Waiting(Arc<Mutex<Vec<u8>>>);

impl Write for Waiting {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An archive. What is written to it goes to the entry that was started last. Equal entries give equal bytes: they have no
/// time.
pub(super) struct Archive {
    zip: ZipWriter<StreamWriter<Waiting>>,
    waiting: Waiting,
}

impl Archive {
    /// An archive without entries.
    pub fn new() -> Self {
        let waiting = Waiting::default();
        Self { zip: ZipWriter::new_stream(waiting.clone()), waiting }
    }

    /// Starts an entry.
    pub fn start(&mut self, name: &str) -> Result<()> {
        // The size is not known before; entries above 4 GiB need this.
        Ok(self.zip.start_file(name, SimpleFileOptions::default().large_file(true))?)
    }

    /// Passes on what is ready.
    pub fn pass_on(&self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(&std::mem::take(&mut *self.waiting.0.lock()))
    }

    /// Writes the list of entries.
    pub fn finish(self, out: &mut dyn Write) -> Result<()> {
        let Self { zip, waiting } = self;
        zip.finish()?;
        Ok(out.write_all(&std::mem::take(&mut *waiting.0.lock()))?)
    }
}

impl Write for Archive {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.zip.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.zip.flush()
    }
}
