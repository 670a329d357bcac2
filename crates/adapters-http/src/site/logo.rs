//! The operator's logo: an image in a format that every browser shows, held in memory.

use std::fmt;
use std::sync::Arc;

use thiserror::Error;

/// An image of at most [`Logo::MAX_BYTES`].
#[derive(Clone)]
pub struct Logo {
    bytes: Arc<[u8]>,
    content_type: &'static str,
}

/// The file cannot be a logo.
#[derive(Debug, PartialEq, Eq, Error)]
pub enum InvalidLogo {
    /// The file is larger than [`Logo::MAX_BYTES`].
    #[error("it has more than {} KiB", Logo::MAX_BYTES / 1_024)]
    TooLarge,
    /// The content has none of the known signatures. The file name does not count.
    #[error("it is neither SVG nor PNG, JPEG or WebP")]
    UnknownKind,
}

impl Logo {
    /// The largest image, in bytes. Every page loads it.
    pub const MAX_BYTES: usize = 256 * 1_024;

    /// Accepts an image whose first bytes tell its format.
    ///
    /// # Errors
    /// [`InvalidLogo`] where the image is too large or of an unknown format.
    pub fn parse(bytes: Vec<u8>) -> Result<Self, InvalidLogo> {
        if bytes.len() > Self::MAX_BYTES {
            return Err(InvalidLogo::TooLarge);
        }
        let content_type = kind(&bytes).ok_or(InvalidLogo::UnknownKind)?;
        Ok(Self { bytes: bytes.into(), content_type })
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(crate) fn content_type(&self) -> &'static str {
        self.content_type
    }
}

impl fmt::Debug for Logo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Logo({}, {} bytes)", self.content_type, self.bytes.len())
    }
}

/// The signatures that browsers use (WHATWG MIME Sniffing, 6.1). A text with `<svg` in it is an SVG.
fn kind(bytes: &[u8]) -> Option<&'static str> {
    match bytes {
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1a, b'\n', ..] => Some("image/png"),
        [0xff, 0xd8, 0xff, ..] => Some("image/jpeg"),
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Some("image/webp"),
        _ => {
            let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
            (text.starts_with('<') && text.contains("<svg")).then_some("image/svg+xml; charset=utf-8")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_is_what_its_first_bytes_say() {
        let kind = |bytes: &[u8]| Logo::parse(bytes.to_vec()).map(|logo| logo.content_type());
        assert_eq!(kind(b"\x89PNG\r\n\x1a\n..."), Ok("image/png"));
        assert_eq!(kind(b"\xff\xd8\xff\xe0..."), Ok("image/jpeg"));
        assert_eq!(kind(b"RIFF\x01\x02\x03\x04WEBPVP8 "), Ok("image/webp"));
        for svg in ["<svg xmlns='…'/>", "\u{feff}<?xml version='1.0'?>\n<!-- x -->\n<svg/>"] {
            assert_eq!(kind(svg.as_bytes()), Ok("image/svg+xml; charset=utf-8"), "{svg}");
        }
        for other in [b"".as_slice(), b"<html></html>", b"\x89PNG", b"GIF89a", b"\xff<svg"] {
            assert_eq!(kind(other), Err(InvalidLogo::UnknownKind), "{other:?}");
        }
        assert_eq!(kind(&vec![b'<'; Logo::MAX_BYTES + 1]), Err(InvalidLogo::TooLarge));
    }
}
