//! Text files in UTF-8, UTF-16 or GB18030, decoded to UTF-8 while they are read.

use std::io::{self, Read};

use camino::Utf8Path;
use encoding_rs::{Decoder, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::{Buffered, buffered};
use crate::OpenError;

/// The character set of a text file.
pub(super) type Encoding = &'static encoding_rs::Encoding;

/// The character set that a byte order mark names.
pub(super) fn bom_of(start: &[u8]) -> Option<Encoding> {
    encoding_rs::Encoding::for_bom(start).map(|(encoding, _)| encoding)
}

/// Finds the character set of a whole file: by its mark, else UTF-8 if all of it is, else GB18030 if all of
/// it is. A file that ends in the middle of a character was cut off.
pub(super) fn encoding_of(path: &Utf8Path) -> Result<Encoding, OpenError> {
    let mut start = [0; 4];
    let count = buffered(path)?.read(&mut start)?;
    let marked = bom_of(start.get(..count).unwrap_or_default());
    let candidates: &[Encoding] = match marked {
        Some(encoding) if encoding == UTF_8 => &[UTF_8],
        Some(encoding) if encoding == UTF_16LE => &[UTF_16LE],
        Some(_) => &[UTF_16BE],
        None => &[UTF_8, GB18030],
    };
    let mut refusal = OpenError::Encoding;
    for encoding in candidates {
        match decodes(path, encoding)? {
            Formed::Well => return Ok(encoding),
            Formed::CutOff => refusal = OpenError::corrupt("the text ends in the middle of a character"),
            Formed::Ill => {}
        }
    }
    Err(refusal)
}

/// What a file is in a character set.
enum Formed {
    Well,
    CutOff,
    Ill,
}

/// Whether all of a file is well-formed in a character set.
fn decodes(path: &Utf8Path, encoding: Encoding) -> Result<Formed, OpenError> {
    let mut reader = DecodeReader::open(path, encoding)?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match reader.read(&mut buffer) {
            Ok(0) => return Ok(Formed::Well),
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(Formed::CutOff),
            Err(error) if error.kind() == io::ErrorKind::InvalidData => return Ok(Formed::Ill),
            Err(error) => return Err(error.into()),
        }
    }
}

/// Gives a file as UTF-8 without a byte order mark; malformed text is `InvalidData`, half a character at the end
/// `UnexpectedEof`.
pub(super) struct DecodeReader {
    inner: Buffered,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_at: usize,
    out: Vec<u8>,
    out_at: usize,
    ended: bool,
}

impl DecodeReader {
    pub(super) fn open(path: &Utf8Path, encoding: Encoding) -> Result<Self, OpenError> {
        Ok(Self {
            inner: buffered(path)?,
            decoder: encoding.new_decoder_with_bom_removal(),
            raw: Vec::new(),
            raw_at: 0,
            out: Vec::new(),
            out_at: 0,
            ended: false,
        })
    }

    /// Decodes the next chunk into `out`.
    fn fill(&mut self) -> io::Result<()> {
        if self.raw_at == self.raw.len() {
            self.raw.resize(32 * 1024, 0);
            let count = self.inner.read(&mut self.raw)?;
            self.raw.truncate(count);
            self.raw_at = 0;
            self.ended = count == 0;
        }
        self.out.resize(96 * 1024, 0);
        self.out_at = 0;
        let source = self.raw.get(self.raw_at..).unwrap_or_default();
        let (result, read, written) =
            self.decoder.decode_to_utf8_without_replacement(source, &mut self.out, self.ended);
        self.raw_at += read;
        self.out.truncate(written);
        match result {
            encoding_rs::DecoderResult::Malformed(..) if self.ended => {
                Err(io::ErrorKind::UnexpectedEof.into())
            }
            encoding_rs::DecoderResult::Malformed(..) => Err(io::ErrorKind::InvalidData.into()),
            _ => Ok(()),
        }
    }
}

impl Read for DecodeReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.out_at == self.out.len() {
            if self.ended {
                return Ok(0);
            }
            self.fill()?;
        }
        let ready = self.out.get(self.out_at..).unwrap_or_default();
        let count = ready.len().min(buffer.len());
        if let (Some(to), Some(from)) = (buffer.get_mut(..count), ready.get(..count)) {
            to.copy_from_slice(from);
        }
        self.out_at += count;
        Ok(count)
    }
}
