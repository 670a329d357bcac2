//! Random bytes from the system.

use doorward_domain::ports::RandomnessError;
use rand::TryCryptoRng;
use zeroize::Zeroizing;

/// So many random bytes, wiped from memory when dropped.
///
/// # Errors
/// [`RandomnessError`] where the source gives none; there is no fallback (OWASP ASVS 5.0, 11.5.1).
pub(crate) fn bytes<const N: usize>(source: &mut impl TryCryptoRng) -> Result<Zeroizing<[u8; N]>, RandomnessError> {
    let mut bytes = Zeroizing::new([0; N]);
    source.try_fill_bytes(bytes.as_mut_slice()).map_err(|error| RandomnessError(error.to_string().into()))?;
    Ok(bytes)
}

/// Sources that tests know the answers of.
#[cfg(test)]
pub(crate) mod sources {
    use std::io;

    use rand::{TryCryptoRng, TryRng};

    /// Gives these bytes in a circle.
    pub(crate) struct Known(pub(crate) std::iter::Cycle<std::vec::IntoIter<u8>>);

    impl Known {
        pub(crate) fn new(bytes: impl IntoIterator<Item = u8>) -> Self {
            Self(bytes.into_iter().collect::<Vec<_>>().into_iter().cycle())
        }
    }

    impl TryRng for Known {
        type Error = std::convert::Infallible;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            unreachable!("only bytes are asked for")
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            unreachable!("only bytes are asked for")
        }

        fn try_fill_bytes(&mut self, filled: &mut [u8]) -> Result<(), Self::Error> {
            filled.fill_with(|| self.0.next().expect("a circle has no end"));
            Ok(())
        }
    }

    impl TryCryptoRng for Known {}

    /// Gives nothing.
    pub(crate) struct Broken;

    impl TryRng for Broken {
        type Error = io::Error;

        fn try_next_u32(&mut self) -> Result<u32, Self::Error> {
            Err(io::Error::other("no entropy"))
        }

        fn try_next_u64(&mut self) -> Result<u64, Self::Error> {
            Err(io::Error::other("no entropy"))
        }

        fn try_fill_bytes(&mut self, _: &mut [u8]) -> Result<(), Self::Error> {
            Err(io::Error::other("no entropy"))
        }
    }

    impl TryCryptoRng for Broken {}
}
