//! The trusted devices of a browser: the tokens that it presents, and those that it keeps for the next time.

use doorward_domain::TrustedDeviceToken;

/// The trusted device tokens of a request.
#[derive(Clone, Debug, Default)]
pub struct TrustedDevices {
    /// Tokens as presented, each of one account. Any may be made up. At most [`Self::MOST`] are checked.
    pub presented: Vec<TrustedDeviceToken>,
    /// Whether the client keeps cookies, and so the tokens that it is given.
    pub keeps_cookies: bool,
}

impl TrustedDevices {
    /// The most tokens in one browser, and so the accounts that trust it: enough for a household.
    pub const MOST: usize = 4;

    /// The tokens to check, with their places.
    pub(crate) fn candidates(&self) -> impl Iterator<Item = (usize, &TrustedDeviceToken)> {
        self.presented.iter().take(Self::MOST).enumerate()
    }

    /// The tokens that the browser keeps with a new one, which replaces the one at `replaced` where there is one. Of too many the
    /// oldest goes.
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
            |letters: &str| TrustedDevices { presented: letters.chars().map(device).collect(), keeps_cookies: true };
        assert_eq!(letters(&devices("").with(device('n'), None)), "n");
        assert_eq!(letters(&devices("ab").with(device('n'), None)), "nab");
        assert_eq!(letters(&devices("abc").with(device('n'), Some(1))), "nac");
        assert_eq!(letters(&devices("abcd").with(device('n'), None)), "nabc");
        assert_eq!(letters(&devices("abcdefgh").with(device('n'), Some(0))), "nbcd");
        assert_eq!(devices("abcdefgh").candidates().count(), TrustedDevices::MOST);
    }
}
