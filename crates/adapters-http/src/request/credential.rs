//! The credential that a request carries: a bearer token, or the session cookie.

use doorward_domain::{SessionToken, Timestamp};
use poem::http::{HeaderMap, HeaderValue, header};
use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::request::cookie::SessionCookie;
use crate::request::renewal::Renewal;

/// The credential in a request's head. It registers both kinds in the `OpenAPI` document.
#[derive(Clone, Copy)]
pub(crate) struct Credential<'a> {
    headers: &'a HeaderMap,
    renewal: Option<&'a Renewal>,
}

impl<'a> Credential<'a> {
    const COOKIE_SCHEME: &'static str = "sessionCookie";
    const BEARER_SCHEME: &'static str = "bearerToken";

    pub(crate) fn of(request: &'a Request) -> Self {
        Self { headers: request.headers(), renewal: request.extensions().get::<Renewal>() }
    }

    /// A credential that sets no cookie when its session is renewed.
    pub(crate) fn of_headers(headers: &'a HeaderMap) -> Self {
        Self { headers, renewal: None }
    }

    /// Has the answer set the cookie of a session again that was just renewed.
    pub(crate) fn set_cookie_again(self, token: &SessionToken, at: Timestamp) {
        if let Some(renewal) = self.renewal {
            renewal.note(token, at);
        }
    }

    /// The possible session tokens in the order in which they are tried. A bearer header excludes cookies, even when its
    /// value cannot be a token.
    pub(crate) fn tokens(self, cookie: &SessionCookie) -> Vec<SessionToken> {
        match self.bearer() {
            Some(text) => SessionToken::parse(text).into_iter().collect(),
            None => cookie.tokens(self.headers),
        }
    }

    /// The possible session tokens in cookies, whatever other header came along.
    pub(crate) fn cookie_tokens(self, cookie: &SessionCookie) -> Vec<SessionToken> {
        cookie.tokens(self.headers)
    }

    /// The value of an `Authorization: Bearer` header (RFC 6750, 2.1); `None` without one. A value that cannot be a token,
    /// and a header beside another `Authorization`, is an empty text.
    pub(crate) fn bearer(self) -> Option<&'a str> {
        let lines = self.headers.get_all(header::AUTHORIZATION);
        let bearer = lines.iter().find_map(bearer_value)?;
        let is_alone = lines.iter().count() == 1;
        Some(std::str::from_utf8(bearer).ok().filter(|_| is_alone).unwrap_or_default())
    }
}

fn bearer_value(line: &HeaderValue) -> Option<&[u8]> {
    let line = line.as_bytes();
    let end = line.iter().position(|byte| *byte == b' ').unwrap_or(line.len());
    let (scheme, value) = line.split_at(end);
    scheme.eq_ignore_ascii_case(b"bearer").then(|| value.trim_ascii())
}

impl<'a> ApiExtractor<'a> for Credential<'a> {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let scheme = |ty, description| MetaSecurityScheme {
            ty,
            description: Some(description),
            name: None,
            key_in: None,
            scheme: None,
            bearer_format: None,
            flows: None,
            openid_connect_url: None,
        };
        let cookie = MetaSecurityScheme {
            name: Some("auth_session"),
            key_in: Some("cookie"),
            ..scheme("apiKey", "The session cookie, by the name that the operator gave it")
        };
        let bearer = MetaSecurityScheme {
            scheme: Some("bearer"),
            ..scheme("http", "The token that a client got for `\"transport\": \"bearer\"`")
        };
        registry.create_security_scheme(Self::COOKIE_SCHEME, cookie);
        registry.create_security_scheme(Self::BEARER_SCHEME, bearer);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![Self::COOKIE_SCHEME, Self::BEARER_SCHEME]
    }

    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        Ok(Self::of(request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::CookieSettings;

    #[test]
    fn an_invalid_bearer_header_still_excludes_cookies() {
        let cookie = SessionCookie::new(CookieSettings { name: "s".into(), domain: None }, false);
        let tokens = |headers: &[(&str, &str)]| {
            let builder =
                headers.iter().fold(Request::builder(), |builder, (name, value)| builder.header(*name, *value));
            let tokens = Credential::of(&builder.finish()).tokens(&cookie);
            tokens.iter().map(|token| token.expose()[..1].to_owned()).collect::<Vec<_>>()
        };
        let (in_cookie, in_header) = (format!("s={}", "c".repeat(43)), format!("bearer {}", "h".repeat(43)));
        assert_eq!(tokens(&[("cookie", &in_cookie)]), ["c"]);
        assert_eq!(tokens(&[("cookie", &in_cookie), ("authorization", &in_header)]), ["h"]);
        assert_eq!(tokens(&[("cookie", &in_cookie), ("authorization", "Bearer x")]), [""; 0]);
        let encoded = in_header.replacen("hh", "%68h", 1);
        assert_eq!(tokens(&[("authorization", &encoded)]), [""; 0], "a bearer token is not percent-encoded");
        assert_eq!(tokens(&[("cookie", &in_cookie), ("authorization", "Basic eDp5")]), ["c"]);
        assert_eq!(tokens(&[("cookie", &in_cookie), ("authorization", "BEARER")]), [""; 0]);
        assert_eq!(tokens(&[("cookie", &in_cookie), ("authorization", "bearer \u{fc}")]), [""; 0]);
        let twice = [("authorization", in_header.as_str()), ("authorization", "Basic eDp5")];
        assert_eq!(tokens(&twice), [""; 0], "two credentials prove nothing");
        assert_eq!(tokens(&[twice[1], twice[0], ("cookie", &in_cookie)]), [""; 0]);
    }
}
