//! The response mode that a client asks for.

use poem::Request;
use poem::http::{HeaderMap, header};

/// How to answer, the first that fits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    /// `Accept` names `text/html`: redirects and pages.
    Page,
    /// The body is JSON or `Accept` names `application/json`: JSON.
    Json,
    /// Neither: redirects on success and JSON errors, as the form component of Lucia's guide expects.
    FormFetch,
}

impl ResponseMode {
    pub(crate) fn of(request: &Request) -> Self {
        Self::of_headers(request.headers())
    }

    pub(crate) fn of_headers(headers: &HeaderMap) -> Self {
        if accepts(headers, &mime::TEXT_HTML) {
            Self::Page
        } else if has_json_body(headers) || accepts(headers, &mime::APPLICATION_JSON) {
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

/// Whether `Accept` names this very type, with a weight above zero (RFC 9110, 12.5.1). Wildcards name nothing.
fn accepts(headers: &HeaderMap, wanted: &mime::Mime) -> bool {
    let ranges = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    ranges.flat_map(|value| value.split(',')).filter_map(media_type).any(|range| {
        let weight = range.get_param("q").map_or(1.0, |q| q.as_str().parse().unwrap_or(0.0_f32));
        range.essence_str() == wanted.essence_str() && weight > 0.0
    })
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
    fn an_accepted_html_page_gets_pages_for_any_body() {
        let chrome = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
        assert_eq!(wants(&[chrome], Some("application/x-www-form-urlencoded")), ResponseMode::Page);
        assert_eq!(wants(&["application/json, TEXT/HTML;q=0.1"], Some("application/json")), ResponseMode::Page);
        assert_eq!(wants(&["application/json", "text/html"], None), ResponseMode::Page);
    }

    #[test]
    fn a_json_body_or_an_accepted_json_gets_json() {
        assert_eq!(wants(&["*/*"], Some("application/json; charset=utf-8")), ResponseMode::Json);
        assert_eq!(wants(&["application/json"], Some("multipart/form-data; boundary=x")), ResponseMode::Json);
        assert_eq!(wants(&["text/html;q=0, application/json"], None), ResponseMode::Json);
        assert_eq!(wants(&["application/json ;q=1"], None), ResponseMode::Json);
        assert_eq!(wants(&["*/*"], Some("application/json ; charset=utf-8")), ResponseMode::Json);
        assert_eq!(wants(&["text/html ; q=0.9"], None), ResponseMode::Page);
    }

    #[test]
    fn other_requests_get_redirects_and_json_errors() {
        assert_eq!(wants(&["*/*"], Some("multipart/form-data; boundary=x")), ResponseMode::FormFetch);
        assert_eq!(wants(&[], None), ResponseMode::FormFetch);
        assert_eq!(wants(&["text/*", "?/;"], Some("rubbish")), ResponseMode::FormFetch);
    }
}
