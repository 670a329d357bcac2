//! What a browser shows of where it signed in before, and what it is given to show next time.

use doorward_domain::TrustedDeviceToken;

/// The tokens of devices that a request came with.
#[derive(Clone, Debug, Default)]
pub struct TrustedDevices {
    /// What may be tokens, each of one account; any may be made up. At most [`Self::MOST`] are looked at.
    pub presented: Vec<TrustedDeviceToken>,
    /// Whether the client keeps those that it is given.
    pub are_kept: bool,
}

impl TrustedDevices {
    /// The most tokens in one browser, and so the accounts that it is known for: a household's.
    pub const MOST: usize = 4;

    /// Those that may be looked at.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = (usize, &TrustedDeviceToken)> {
        self.presented.iter().take(Self::MOST).enumerate()
    }

    /// What the browser is to keep once it has a new token, in the place of the one at `replaced` where there is one. Where
    /// they are too many the oldest goes.
    pub(crate) fn with(&self, new: TrustedDeviceToken, replaced: Option<usize>) -> Vec<TrustedDeviceToken> {
        let others = self.candidates().filter(|(place, _)| Some(*place) != replaced).map(|(_, token)| token.clone());
        std::iter::once(new).chain(others).take(Self::MOST).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::token;

    fn letters(devices: &[TrustedDeviceToken]) -> String {
        devices.iter().map(|device| &device.expose()[..1]).collect()
    }

    #[test]
    fn a_browser_keeps_a_token_an_account_the_newest_first_and_no_more_than_a_few() {
        let device = |letter| TrustedDeviceToken::new(token(letter));
        let devices =
            |letters: &str| TrustedDevices { presented: letters.chars().map(device).collect(), are_kept: true };
        assert_eq!(letters(&devices("").with(device('n'), None)), "n");
        assert_eq!(letters(&devices("ab").with(device('n'), None)), "nab");
        assert_eq!(letters(&devices("abc").with(device('n'), Some(1))), "nac");
        assert_eq!(letters(&devices("abcd").with(device('n'), None)), "nabc");
        assert_eq!(letters(&devices("abcdefgh").with(device('n'), Some(0))), "nbcd");
        assert_eq!(devices("abcdefgh").candidates().count(), TrustedDevices::MOST);
    }
}
