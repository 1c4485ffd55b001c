//! A ZIP archive that is written to a stream, entry after entry.

use std::io::{self, Write};

use anyhow::Result;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::waiting::Waiting;

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
        self.waiting.pass_on(out)
    }

    /// Writes the list of entries.
    pub fn finish(self, out: &mut dyn Write) -> Result<()> {
        let Self { zip, waiting } = self;
        zip.finish()?;
        Ok(waiting.pass_on(out)?)
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
