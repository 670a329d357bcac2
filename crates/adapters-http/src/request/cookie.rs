//! The session cookie and the cookie of trusted devices. Reading is lenient, because other apps' cookies come in the same
//! header; writing is strict.

use doorward_app::TrustedDevices;
use doorward_domain::{SessionToken, ThrottleLimits, TrustedDeviceToken};
use poem::http::{HeaderMap, HeaderValue, header};
use zeroize::Zeroizing;

use crate::settings::CookieSettings;

/// A year, in seconds: the guide's `expires: false`. The server alone decides when the session expires.
const LIFETIME_SECS: u64 = 365 * 24 * 60 * 60;
/// How many cookies of the session's name are tried. Browsers send more than one where domains overlap.
const MAX_CANDIDATES: usize = 4;

/// The suffix that makes the session cookie's name that of trusted devices. A suffix, because browsers give meaning to the
/// prefixes of names.
const DEVICE_SUFFIX: &str = "_device";
/// The separator of the tokens in the cookie of trusted devices. No token contains it.
const BETWEEN_DEVICES: char = '.';

/// A cookie of one name.
#[derive(Clone, Debug)]
struct Cookie {
    settings: CookieSettings,
    secure: bool,
}

impl Cookie {
    /// The values that the request's cookies of this name have.
    fn values<'a>(&'a self, headers: &'a HeaderMap) -> impl Iterator<Item = &'a str> {
        let pairs = headers.get_all(header::COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
        pairs.filter_map(|pair| {
            let value = pair.trim_ascii().strip_prefix(self.settings.name.as_bytes())?.strip_prefix(b"=")?;
            std::str::from_utf8(value).ok()
        })
    }

    fn set(&self, value: &str, lifetime_secs: u64) -> HeaderValue {
        self.write(value, &format!("Max-Age={lifetime_secs}"))
    }

    fn blank(&self) -> HeaderValue {
        self.write("", "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT")
    }

    fn write(&self, value: &str, lifetime: &str) -> HeaderValue {
        let CookieSettings { name, domain } = &self.settings;
        let domain = domain.as_ref().map_or(String::new(), |domain| format!("; Domain={domain}"));
        let secure = if self.secure { "; Secure" } else { "" };
        let cookie = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax; {lifetime}{domain}{secure}");
        let mut header = HeaderValue::try_from(cookie).expect("name and domain were checked when the server started");
        header.set_sensitive(true);
        header
    }
}

/// Reads and writes the cookie of trusted devices.
#[derive(Clone, Debug)]
pub(crate) struct DeviceCookie(Cookie);

impl DeviceCookie {
    /// As [`SessionCookie::new`], with the settings of the session cookie.
    pub(crate) fn new(session: CookieSettings, secure: bool) -> Self {
        let settings = CookieSettings { name: format!("{}{DEVICE_SUFFIX}", session.name), ..session };
        Self(Cookie { settings, secure })
    }

    /// The possible tokens of trusted devices. Other texts are ignored.
    pub(crate) fn tokens(&self, headers: &HeaderMap) -> Vec<TrustedDeviceToken> {
        let texts = self.0.values(headers).flat_map(|value| value.split(BETWEEN_DEVICES));
        texts.filter_map(TrustedDeviceToken::parse).take(TrustedDevices::MOST).collect()
    }

    /// The `Set-Cookie` that hands the tokens to the browser, for as long as the device is trusted.
    pub(crate) fn issue(&self, tokens: &[TrustedDeviceToken]) -> HeaderValue {
        let texts: Vec<_> = tokens.iter().map(TrustedDeviceToken::expose).collect();
        let value = Zeroizing::new(texts.join(&BETWEEN_DEVICES.to_string()));
        self.0.set(&value, ThrottleLimits::DEFAULT.trusted_for.as_secs())
    }

    /// The `Set-Cookie` that removes them.
    pub(crate) fn blank(&self) -> HeaderValue {
        self.0.blank()
    }
}

/// Reads and writes the session cookie.
#[derive(Clone, Debug)]
pub(crate) struct SessionCookie(Cookie);

impl SessionCookie {
    /// `secure` is whether the public URL is https.
    pub(crate) fn new(settings: CookieSettings, secure: bool) -> Self {
        Self(Cookie { settings, secure })
    }

    /// The possible session tokens in the request's cookies.
    pub(crate) fn tokens(&self, headers: &HeaderMap) -> Vec<SessionToken> {
        self.0.values(headers).filter_map(SessionToken::parse).take(MAX_CANDIDATES).collect()
    }

    /// The `Set-Cookie` that hands a token to the browser.
    pub(crate) fn issue(&self, token: &SessionToken) -> HeaderValue {
        self.0.set(token.expose(), LIFETIME_SECS)
    }

    /// The `Set-Cookie` that removes it.
    pub(crate) fn blank(&self) -> HeaderValue {
        self.0.blank()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cookie() -> SessionCookie {
        SessionCookie::new(CookieSettings { name: "auth_session".into(), domain: None }, false)
    }

    fn token(letter: &str) -> SessionToken {
        SessionToken::parse(&letter.repeat(SessionToken::CHARS)).expect("a token's shape")
    }

    fn read(lines: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(header::COOKIE, HeaderValue::from_bytes(line).expect("a header value"));
        }
        cookie().tokens(&headers).iter().map(|token| token.expose().to_owned()).collect()
    }

    #[test]
    fn foreign_and_malformed_cookies_are_ignored() {
        let good = token("a");
        for beside in ["x=\u{fc}", "y=%ff", "=", ";;", "auth_session", "auth_session=", "AUTH_SESSION=x", "z=\"a;b\""] {
            for line in [
                format!("{beside}; auth_session={}", good.expose()),
                format!("auth_session={};{beside}", good.expose()),
            ] {
                assert_eq!(read(&[line.as_bytes()]), [good.expose()], "{line}");
            }
        }
        let line = format!("auth_session={}", good.expose());
        assert_eq!(read(&[b"x=\xff\xfe", line.as_bytes()]), [good.expose()]);
    }

    #[test]
    fn repeated_cookies_are_candidates_up_to_a_bound() {
        let (a, b) = (token("a"), token("b"));
        let line = format!("auth_session={}; auth_session={}", a.expose(), b.expose());
        assert_eq!(read(&[line.as_bytes()]), [a.expose(), b.expose()]);
        let many = vec![line.as_str(); 50].join("; ");
        assert_eq!(read(&[many.as_bytes()]).len(), MAX_CANDIDATES);
    }

    #[test]
    fn cookies_with_longer_names_are_ignored() {
        let line = format!("my_auth_session={0}; auth_session2={0}; xauth_session={0}", token("a").expose());
        assert!(read(&[line.as_bytes()]).is_empty());
    }

    #[test]
    fn cookies_have_the_attributes_of_the_contract() {
        let issued = cookie().issue(&token("a"));
        let expected =
            format!("auth_session={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000", token("a").expose());
        assert_eq!(issued, expected);
        assert!(issued.is_sensitive());
        let blank = "auth_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(cookie().blank(), blank);
    }

    #[test]
    fn https_adds_secure_and_a_domain_is_written() {
        let settings = CookieSettings { name: "s".into(), domain: Some("example.com".into()) };
        let blank = SessionCookie::new(settings, true).blank();
        assert!(blank.to_str().expect("ASCII").ends_with("; Domain=example.com; Secure"), "{blank:?}");
    }

    fn devices_in(lines: &[&str]) -> Vec<String> {
        let headers = lines.iter().map(|line| (header::COOKIE, HeaderValue::from_str(line).expect("a header value")));
        let mut read = HeaderMap::new();
        headers.for_each(|(name, value)| {
            read.append(name, value);
        });
        let cookie = DeviceCookie::new(CookieSettings { name: "auth_session".into(), domain: None }, false);
        cookie.tokens(&read).iter().map(|token| token.expose()[..1].to_owned()).collect()
    }

    #[test]
    fn texts_that_are_no_device_tokens_are_ignored() {
        let [a, b, c] = ["a", "b", "c"].map(|letter| letter.repeat(SessionToken::CHARS));
        assert_eq!(devices_in(&[&format!("auth_session={c}; auth_session_device={a}.{b}")]), ["a", "b"]);
        assert_eq!(
            devices_in(&[&format!("auth_session_device=.x..{a}.{b}="), &format!("auth_session_device={c}")]),
            ["a", "c"]
        );
        for none in
            ["", "auth_session_device", "auth_session_device=", "auth_session_device=..", &format!("auth_session={a}")]
        {
            assert_eq!(devices_in(&[none]), [""; 0], "{none}");
        }
        let many = vec![a.as_str(); 500].join(".");
        assert_eq!(devices_in(&[&format!("auth_session_device={many}")]).len(), TrustedDevices::MOST);
    }

    #[test]
    fn the_device_cookie_has_the_session_cookie_s_attributes_and_90_days() {
        let [a, b] = ["a", "b"].map(|letter| TrustedDeviceToken::new(token(letter)));
        let texts = format!("{}.{}", a.expose(), b.expose());
        let settings = CookieSettings { name: "__Host-s".into(), domain: None };
        let issued = DeviceCookie::new(settings, true).issue(&[a, b]);
        assert_eq!(issued, format!("__Host-s_device={texts}; Path=/; HttpOnly; SameSite=Lax; Max-Age=7776000; Secure"));
        assert!(issued.is_sensitive());
        let settings = CookieSettings { name: "s".into(), domain: Some("example.com".into()) };
        let blank = DeviceCookie::new(settings, false).blank();
        assert_eq!(
            blank,
            "s_device=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.com"
        );
    }

    proptest! {
        #[test]
        fn no_cookie_header_panics_or_yields_what_is_no_token(line in proptest::collection::vec(0x20u8..=0xff, 0..300)) {
            if let Ok(value) = HeaderValue::from_bytes(&line) {
                let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
                prop_assert!(cookie().tokens(&headers).len() <= MAX_CANDIDATES);
                let devices = DeviceCookie::new(CookieSettings { name: "a".into(), domain: None }, false);
                prop_assert!(devices.tokens(&headers).len() <= TrustedDevices::MOST);
            }
        }
    }
}
