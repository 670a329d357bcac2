//! The limits of a request's head, and the refusal of heads that a proxy in front and this server could read as different
//! requests (RFC 9112, 3.2 and 11.2). hyper refuses malformed heads before.

use poem::Request;
use poem::http::{HeaderMap, Method, Uri, Version, header};

use crate::response::problem::{Problem, ProblemKind};

/// The most bytes of a head: request line, fields, and the empty line, with one space after each colon.
const MAX_BYTES: usize = 32 * 1024;
/// The most fields of a head.
const MAX_FIELDS: usize = 100;

/// Refuses a head that is too large, or ambiguous about its target or the length of its body.
pub(crate) fn check(request: &Request) -> Result<(), Problem> {
    let headers = request.headers();
    if headers.len() > MAX_FIELDS || bytes(request) > MAX_BYTES {
        return Err(Problem::new(ProblemKind::HeaderFieldsTooLarge).hang_up());
    }
    let host = the_host(headers, request.version());
    if host.is_some_and(|host| names_target(request.method(), request.uri(), host)) && has_plain_body(headers) {
        Ok(())
    } else {
        // The sender may place the border between requests elsewhere (request smuggling).
        Err(Problem::new(ProblemKind::MalformedRequest).caused_by("its head can be read in two ways").hang_up())
    }
}

/// The size of the head in bytes, without the white space that the parser dropped.
fn bytes(request: &Request) -> usize {
    const LINE_ENDS: usize = "  HTTP/1.1\r\n\r\n".len();
    let uri = request.uri();
    let scheme = uri.scheme_str().map_or(0, |scheme| scheme.len() + "://".len());
    let authority = uri.authority().map_or(0, |authority| authority.as_str().len());
    let path = uri.path_and_query().map_or(0, |path| path.as_str().len());
    let fields: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    request.method().as_str().len() + scheme + authority + path + fields + LINE_ENDS
}

/// The value of the one `Host` field; empty where HTTP/1.0 has none. `None` where it is missing, repeated, or no host
/// (RFC 9112, 3.2).
fn the_host(headers: &HeaderMap, version: Version) -> Option<&[u8]> {
    let mut hosts = headers.get_all(header::HOST).iter();
    match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.as_bytes()).filter(|host| host.iter().all(|byte| may_stand_in_host(*byte))),
        (None, _) => (version < Version::HTTP_11).then_some(b""),
        (Some(_), Some(_)) => None,
    }
}

/// The characters of a host and a port (RFC 3986, 3.2.2), without looking at their order.
fn may_stand_in_host(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"-._~%!$&'()*+,;=:[]".contains(&byte)
}

/// Whether the request's target is a path, a URL on the host that `Host` names, or `*` for OPTIONS.
fn names_target(method: &Method, uri: &Uri, host: &[u8]) -> bool {
    match (uri.scheme_str(), uri.authority()) {
        (None, None) => uri.path().starts_with('/') || (uri.path() == "*" && method == Method::OPTIONS),
        (Some("http" | "https"), Some(authority)) => {
            let authority = authority.as_str().as_bytes();
            host.eq_ignore_ascii_case(authority)
        }
        _ => false,
    }
}

/// Whether the body has a known length or is only chunked. hyper checks the rest.
fn has_plain_body(headers: &HeaderMap) -> bool {
    let mut codings = headers.get_all(header::TRANSFER_ENCODING).iter();
    match (codings.next(), codings.next()) {
        (None, _) => true,
        (Some(coding), None) => coding.as_bytes().eq_ignore_ascii_case(b"chunked"),
        (Some(_), Some(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(target: &str, headers: &[(&str, &str)]) -> Request {
        let builder = Request::builder().uri(target.parse().expect("a target"));
        headers.iter().fold(builder, |builder, (name, value)| builder.header(*name, *value)).finish()
    }

    fn refused(request: &Request) -> Option<ProblemKind> {
        check(request).err().map(|problem| problem.kind)
    }

    #[test]
    fn the_size_of_a_head_is_that_of_its_text() {
        let head = "GET /login?next=%2F HTTP/1.1\r\nhost: x\r\naccept: */*\r\n\r\n";
        assert_eq!(bytes(&request("/login?next=%2F", &[("host", "x"), ("accept", "*/*")])), head.len());
        let head = "GET http://x:80/login HTTP/1.1\r\nhost: x:80\r\n\r\n";
        assert_eq!(bytes(&request("http://x:80/login", &[("host", "x:80")])), head.len());
    }

    #[test]
    fn a_head_has_at_most_32_kib_and_100_fields() {
        let frame = bytes(&request("/", &[("host", "x"), ("a", "")]));
        let of_bytes = |n: usize| request("/", &[("host", "x"), ("a", &"b".repeat(n - frame))]);
        assert_eq!(refused(&of_bytes(MAX_BYTES)), None);
        assert_eq!(refused(&of_bytes(MAX_BYTES + 1)), Some(ProblemKind::HeaderFieldsTooLarge));
        let of_fields = |n: usize| request("/", &[&[("host", "x")][..], &vec![("a", "b"); n - 1]].concat());
        assert_eq!(refused(&of_fields(MAX_FIELDS)), None);
        assert_eq!(refused(&of_fields(MAX_FIELDS + 1)), Some(ProblemKind::HeaderFieldsTooLarge));
    }

    #[test]
    fn exactly_one_valid_host_is_required() {
        for host in ["x", "door.example:8080", "[::1]:80", "127.0.0.1", "xn--tr-eka.example", "a_b", ""] {
            assert_eq!(refused(&request("/", &[("host", host)])), None, "{host}");
        }
        for host in ["a/b", "a@b", "a b", "a\\b", "a?b", "a#b", "a\"b", "<x>", "a\tb"] {
            assert_eq!(refused(&request("/", &[("host", host)])), Some(ProblemKind::MalformedRequest), "{host}");
        }
        assert_eq!(refused(&request("/", &[])), Some(ProblemKind::MalformedRequest));
        assert_eq!(refused(&request("/", &[("host", "x"), ("host", "x")])), Some(ProblemKind::MalformedRequest));
        let old = Request::builder().uri("/".parse().expect("a target")).version(Version::HTTP_10).finish();
        assert_eq!(refused(&old), None, "HTTP/1.0 had none");
    }

    #[test]
    fn a_target_is_a_path_or_a_url_of_this_host() {
        for target in ["/", "//x", "http://x/login", "HTTP://X/login", "https://x", "http://x?y"] {
            assert_eq!(refused(&request(target, &[("host", "x")])), None, "{target}");
        }
        for target in ["http://y/", "http://x:80/", "http://a@x/", "ftp://x/", "x:80", "x", "*"] {
            assert_eq!(refused(&request(target, &[("host", "x")])), Some(ProblemKind::MalformedRequest), "{target}");
        }
        let mut asterisk = request("*", &[("host", "x")]);
        asterisk.set_method(Method::OPTIONS);
        assert_eq!(refused(&asterisk), None);
    }

    #[test]
    fn chunked_is_the_only_transfer_coding() {
        let coded = |codings: &[&str]| {
            let fields: Vec<_> = codings.iter().map(|coding| ("transfer-encoding", *coding)).collect();
            refused(&request("/", &[&[("host", "x")][..], &fields].concat()))
        };
        assert_eq!(coded(&["Chunked"]), None);
        for codings in [&["gzip, chunked"][..], &["chunked, chunked"], &["chunked", "chunked"], &["identity"], &[""]] {
            assert_eq!(coded(codings), Some(ProblemKind::MalformedRequest), "{codings:?}");
        }
    }
}
