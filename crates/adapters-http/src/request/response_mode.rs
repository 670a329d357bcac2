//! The response mode that a client asks for.

use poem::Request;
use poem::http::{HeaderMap, header};

use crate::request::credential::Credential;

/// How to answer, the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    /// `Accept` prefers `text/html` to `application/json`: redirects and pages.
    Page,
    /// The request has a bearer token or a JSON body, or `Accept` names `application/json`: JSON.
    Json,
    /// None of these: redirects on success and JSON errors, as the form component of Lucia's guide expects.
    FormFetch,
}

impl ResponseMode {
    pub(crate) fn of(request: &Request) -> Self {
        Self::of_headers(request.headers())
    }

    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        // A client that keeps a bearer token by itself is a program, and no browser's form.
        if Credential::of_headers(headers).bearer().is_some() {
            return Self::Json;
        }
        let accepted = Accepted::of(headers);
        if has_json_body(headers) && !accepted.only_html {
            Self::Json
        } else if accepted.html > 0.0 && accepted.html >= accepted.json {
            Self::Page
        } else if accepted.json > 0.0 {
            Self::Json
        } else {
            Self::FormFetch
        }
    }
}

/// Reads a media type, with white space around its semicolons as RFC 9110, 5.6.6 allows.
pub(crate) fn media_type(text: &str) -> Option<mime::Mime> {
    let plain = || text.split(';').map(str::trim).collect::<Vec<_>>().join(";");
    text.trim().parse().ok().or_else(|| plain().parse().ok())
}

fn has_json_body(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    content_type.and_then(media_type).is_some_and(|mime| mime.essence_str() == mime::APPLICATION_JSON.essence_str())
}

/// The weights of the types that `Accept` names itself, 0 to 1 (RFC 9110, 12.5.1). Wildcards name nothing.
#[derive(Default)]
struct Accepted {
    html: f32,
    json: f32,
    /// Whether it accepts HTML and nothing else.
    only_html: bool,
}

impl Accepted {
    fn of(headers: &HeaderMap) -> Self {
        let (mut accepted, mut has_others) = (Self::default(), false);
        let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
        for range in ranges.flat_map(|value| value.split(',')).filter_map(media_type) {
            let weight = range.get_param("q").map_or(1.0, |q| q.as_str().parse().unwrap_or(0.0_f32));
            if weight <= 0.0 || weight.is_nan() {
                continue;
            }
            match range.essence_str() {
                "text/html" => accepted.html = accepted.html.max(weight),
                "application/xhtml+xml" => {}
                other => {
                    has_others = true;
                    if other == "application/json" {
                        accepted.json = accepted.json.max(weight);
                    }
                }
            }
        }
        Self { only_html: accepted.html > 0.0 && !has_others, ..accepted }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wants(accept: &[&str], content_type: Option<&str>) -> ResponseMode {
        let mut headers = HeaderMap::new();
        for value in accept {
            headers.append(header::ACCEPT, value.parse().expect("a header value"));
        }
        if let Some(value) = content_type {
            headers.insert(header::CONTENT_TYPE, value.parse().expect("a header value"));
        }
        ResponseMode::of_headers(&headers)
    }

    #[test]
    fn a_form_that_accepts_html_gets_pages() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        assert_eq!(wants(&[chrome], Some("application/x-www-form-urlencoded")), ResponseMode::Page);
        assert_eq!(wants(&["application/json", "text/html"], None), ResponseMode::Page);
        assert_eq!(wants(&["application/json;q=0.9, TEXT/HTML"], None), ResponseMode::Page);
        assert_eq!(wants(&["text/html ; q=0.9"], None), ResponseMode::Page);
    }

    #[test]
    fn a_json_body_or_a_preferred_json_gets_json() {
        assert_eq!(wants(&["*/*"], Some("application/json; charset=utf-8")), ResponseMode::Json);
        assert_eq!(wants(&["application/json"], Some("multipart/form-data; boundary=x")), ResponseMode::Json);
        assert_eq!(wants(&["text/html;q=0, application/json"], None), ResponseMode::Json);
        assert_eq!(wants(&["application/json, text/html;q=0.9"], None), ResponseMode::Json);
        assert_eq!(wants(&["application/json ;q=1"], None), ResponseMode::Json);
        assert_eq!(wants(&["*/*"], Some("application/json ; charset=utf-8")), ResponseMode::Json);
    }

    #[test]
    fn a_json_body_gets_json_unless_only_html_is_accepted() {
        for accept in ["text/html, */*;q=0.1", "text/html, application/json;q=0.1", "text/html, text/plain"] {
            assert_eq!(wants(&[accept], Some("application/json")), ResponseMode::Json, "{accept}");
        }
        for accept in ["text/html", "text/html, application/xhtml+xml;q=0.9", "text/html, */*;q=0"] {
            assert_eq!(wants(&[accept], Some("application/json")), ResponseMode::Page, "{accept}");
        }
    }

    #[test]
    fn a_request_with_a_bearer_header_is_never_a_form() {
        for value in ["Bearer x", "bearer x", "BEARER", "Bearer", "Bearer \u{fc}"] {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, "text/html".parse().expect("a header value"));
            headers.insert(header::AUTHORIZATION, value.parse().expect("a header value"));
            assert_eq!(ResponseMode::of_headers(&headers), ResponseMode::Json, "{value}");
        }
    }

    #[test]
    fn other_requests_get_redirects_and_json_errors() {
        assert_eq!(wants(&["*/*"], Some("multipart/form-data; boundary=x")), ResponseMode::FormFetch);
        assert_eq!(wants(&[], None), ResponseMode::FormFetch);
        assert_eq!(wants(&["text/*", "?/;"], Some("rubbish")), ResponseMode::FormFetch);
    }
}
