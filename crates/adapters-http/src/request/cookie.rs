//! The session cookie and the cookie of trusted devices. Reading is lenient, because other apps' cookies come in the same
//! header; writing is strict.

use std::borrow::Cow;
use std::time::Duration;

use doorward_app::TrustedDevices;
use doorward_domain::{SessionToken, ThrottleLimits, Timestamp, TrustedDeviceToken};
use percent_encoding::{AsciiSet, CONTROLS, percent_decode_str, utf8_percent_encode};
use poem::http::{HeaderMap, HeaderValue, header};
use zeroize::Zeroizing;

use crate::response::time::http_date;
use crate::settings::CookieSettings;

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
            // RFC 6265, 4.1.1 allows one pair of quotes around a value, and clients of RFC 2965 send it.
            let quoted = value.strip_prefix(b"\"").and_then(|value| value.strip_suffix(b"\""));
            std::str::from_utf8(quoted.unwrap_or(value)).ok()
        })
    }

    /// Sets the value for a lifetime from `now`. Java's `CookieManager` takes a cookie that has `Max-Age` without `Expires`
    /// for one of RFC 2965, so both are written; others go by `Max-Age` (RFC 6265, 5.3).
    fn set(&self, value: &str, lifetime: Duration, now: Timestamp) -> HeaderValue {
        let lifetime = format!("Max-Age={}; Expires={}", lifetime.as_secs(), http_date(now.plus(lifetime)));
        self.write(value, &lifetime, self.settings.domain.as_deref())
    }

    /// Removes the cookie. Where it has a domain, a cookie of this host alone with the same name is removed, too: another
    /// app of the host, or an earlier configuration, may have left it.
    fn blank(&self) -> Vec<HeaderValue> {
        let domain = self.settings.domain.as_deref();
        let domains = std::iter::once(domain).chain(domain.map(|_| None));
        domains.map(|domain| self.write("", "Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT", domain)).collect()
    }

    fn write(&self, value: &str, lifetime: &str, domain: Option<&str>) -> HeaderValue {
        let name = &self.settings.name;
        let domain = domain.map_or(String::new(), |domain| format!("; Domain={domain}"));
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
    pub(crate) fn issue(&self, tokens: &[TrustedDeviceToken], now: Timestamp) -> HeaderValue {
        let texts: Vec<_> = tokens.iter().map(TrustedDeviceToken::expose).collect();
        let value = Zeroizing::new(texts.join(&BETWEEN_DEVICES.to_string()));
        self.0.set(&value, ThrottleLimits::DEFAULT.trusted_for, now)
    }

    /// The `Set-Cookie`s that remove them.
    pub(crate) fn blank(&self) -> Vec<HeaderValue> {
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

    /// The possible session tokens in all cookies of the name. Browsers send more than one where domains overlap.
    pub(crate) fn tokens(&self, headers: &HeaderMap) -> Vec<SessionToken> {
        self.0.values(headers).filter_map(read_token).collect()
    }

    /// The `Set-Cookie` that hands a token to the browser.
    pub(crate) fn issue(&self, token: &SessionToken, now: Timestamp) -> HeaderValue {
        self.0.set(&written_token(token), CookieSettings::LIFETIME, now)
    }

    /// Sets the cookie once more in an answer that neither sets nor removes it.
    pub(crate) fn set_again(&self, token: &SessionToken, now: Timestamp, headers: &mut HeaderMap) {
        let start = format!("{}=", self.0.settings.name);
        if !headers.get_all(header::SET_COOKIE).iter().any(|line| line.as_bytes().starts_with(start.as_bytes())) {
            headers.append(header::SET_COOKIE, self.issue(token, now));
        }
    }

    /// The `Set-Cookie`s that remove it.
    pub(crate) fn blank(&self) -> Vec<HeaderValue> {
        self.0.blank()
    }
}

/// Reads a token, which apps write percent-encoded where it has `+`, `/` or `=`. No token contains `%`.
fn read_token(value: &str) -> Option<SessionToken> {
    if !value.contains('%') {
        return SessionToken::parse(value);
    }
    let mut decoded = Zeroizing::new(Vec::with_capacity(value.len()));
    decoded.extend(percent_decode_str(value));
    SessionToken::parse(std::str::from_utf8(&decoded).ok()?)
}

/// Writes a token as JavaScript's `encodeURIComponent` does, so that an imported session keeps the text of its cookie. New
/// tokens stay as they are.
fn written_token(token: &SessionToken) -> Cow<'_, str> {
    const ENCODED: &AsciiSet = &CONTROLS.add(b'+').add(b'/').add(b'=');
    utf8_percent_encode(token.expose(), ENCODED).into()
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
    fn a_percent_encoded_token_is_decoded_once() {
        let imported = "aB3dE6gH9jK2mN5pQ8sT1vW4.x+y/z0123456789abcdefABCDEF=";
        let encoded = "aB3dE6gH9jK2mN5pQ8sT1vW4.x%2By%2Fz0123456789abcdefABCDEF%3D";
        let lower = encoded.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d");
        for value in [imported, encoded, &lower, &format!("\"{encoded}\"")] {
            assert_eq!(read(&[format!("auth_session={value}").as_bytes()]), [imported], "{value}");
        }
        let new = token("a");
        let letters_encoded = new.expose().replacen("aa", "%61a", 1);
        assert_eq!(read(&[format!("auth_session={letters_encoded}").as_bytes()]), [new.expose()]);
        let twice = encoded.replace('%', "%25");
        for bad in
            [&twice, &encoded.replace("%2B", "%2"), &encoded.replace("%2B", "%20"), &encoded.replace("%2B", "%ff")]
        {
            assert_eq!(read(&[format!("auth_session={bad}").as_bytes()]), [""; 0], "{bad}");
        }
    }

    #[test]
    fn a_token_is_written_as_encode_uri_component_does() {
        for (text, written) in [
            ("aB3dE6gH9jK2mN5pQ8sT1vW4.x+y/z=", "aB3dE6gH9jK2mN5pQ8sT1vW4.x%2By%2Fz%3D"),
            ("aB3dE6gH9jK2mN5pQ8sT1vW4-._~", "aB3dE6gH9jK2mN5pQ8sT1vW4-._~"),
        ] {
            let token = SessionToken::parse(text).expect("a token's shape");
            let issued = cookie().issue(&token, Timestamp::MIN);
            let issued = issued.to_str().expect("ASCII");
            assert!(issued.starts_with(&format!("auth_session={written}; ")), "{issued}");
            assert_eq!(read(&[issued.as_bytes()]), [text]);
        }
        assert!(matches!(written_token(&token("a")), Cow::Borrowed(_)), "a new token needs no encoding");
    }

    #[test]
    fn every_repeated_cookie_is_read() {
        let (a, b) = (token("a"), token("b"));
        let line = format!("auth_session={}; auth_session={}", a.expose(), b.expose());
        assert_eq!(read(&[line.as_bytes()]), [a.expose(), b.expose()]);
        let many = vec![line.as_str(); 50].join("; ");
        assert_eq!(read(&[many.as_bytes()]).len(), 100);
    }

    #[test]
    fn one_pair_of_quotes_around_a_value_is_dropped() {
        let a = token("a");
        let line = format!("$Version=\"1\"; auth_session=\"{}\";$Path=\"/\"", a.expose());
        assert_eq!(read(&[line.as_bytes()]), [a.expose()]);
        for odd in ["\"{}", "{}\"", "\"\"{}\"\"", "'{}'"] {
            let line = format!("auth_session={}", odd.replace("{}", a.expose()));
            assert_eq!(read(&[line.as_bytes()]), [""; 0], "{line}");
        }
    }

    #[test]
    fn cookies_with_longer_names_are_ignored() {
        let line = format!("my_auth_session={0}; auth_session2={0}; xauth_session={0}", token("a").expose());
        assert!(read(&[line.as_bytes()]).is_empty());
    }

    #[test]
    fn cookies_have_the_attributes_of_the_contract() {
        let issued = cookie().issue(&token("a"), Timestamp::MIN);
        let expected = format!(
            "auth_session={}; Path=/; HttpOnly; SameSite=Lax; Max-Age=31536000; Expires=Fri, 01 Jan 1971 00:00:00 GMT",
            token("a").expose()
        );
        assert_eq!(issued, expected);
        assert!(issued.is_sensitive());
        let blank = "auth_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT";
        assert_eq!(cookie().blank(), [blank]);
    }

    #[test]
    fn https_adds_secure_and_a_domain_is_written() {
        let settings = CookieSettings { name: "s".into(), domain: Some("example.com".into()) };
        let blank = SessionCookie::new(settings, true).blank();
        let [domain, host] = &blank[..] else { panic!("a cookie of each reach: {blank:?}") };
        assert!(domain.to_str().expect("ASCII").ends_with("; Domain=example.com; Secure"), "{blank:?}");
        assert!(host.to_str().expect("ASCII").ends_with(" GMT; Secure"), "{blank:?}");
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
        let issued = DeviceCookie::new(settings, true).issue(&[a, b], Timestamp::MIN);
        let lifetime = "Max-Age=7776000; Expires=Wed, 01 Apr 1970 00:00:00 GMT";
        assert_eq!(issued, format!("__Host-s_device={texts}; Path=/; HttpOnly; SameSite=Lax; {lifetime}; Secure"));
        assert!(issued.is_sensitive());
        let settings = CookieSettings { name: "s".into(), domain: Some("example.com".into()) };
        let blank = DeviceCookie::new(settings, false).blank();
        assert_eq!(
            blank[0],
            "s_device=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Domain=example.com"
        );
    }

    proptest! {
        #[test]
        fn no_cookie_header_panics_or_yields_what_is_no_token(line in proptest::collection::vec(0x20u8..=0xff, 0..300)) {
            if let Ok(value) = HeaderValue::from_bytes(&line) {
                let headers = HeaderMap::from_iter([(header::COOKIE, value)]);
                prop_assert!(cookie().tokens(&headers).len() <= 300 / SessionToken::MIN_CHARS);
                let devices = DeviceCookie::new(CookieSettings { name: "a".into(), domain: None }, false);
                prop_assert!(devices.tokens(&headers).len() <= TrustedDevices::MOST);
            }
        }
    }
}
