//! The methods of each path, for the `Allow` header of a 405 (RFC 9110, 15.5.6).

use poem::http::Method;

pub(crate) struct RouteTable(Vec<(String, Vec<Method>)>);

impl RouteTable {
    pub(crate) fn new(paths: impl IntoIterator<Item = (String, Vec<Method>)>) -> Self {
        Self(paths.into_iter().collect())
    }

    /// The value of `Allow` for a path that exists.
    pub(crate) fn allow(&self, path: &str) -> String {
        let known = self.0.iter().filter(|(known, _)| fits(known, path)).flat_map(|(_, methods)| methods);
        let mut names: Vec<&str> = known.map(Method::as_str).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.join(", ")
    }
}

/// Whether a path matches a template such as `/api/sessions/{sessionId}/revoke`.
pub(crate) fn fits(template: &str, path: &str) -> bool {
    let (mut template, mut path) = (template.split('/'), path.split('/'));
    loop {
        match (template.next(), path.next()) {
            (None, None) => return true,
            (Some(part), Some(given)) if part == given || (part.starts_with('{') && !given.is_empty()) => {}
            _ => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fits;

    #[test]
    fn a_parameter_matches_one_segment_of_a_path() {
        let template = "/api/sessions/{sessionId}/revoke";
        assert!(fits(template, "/api/sessions/x/revoke") && fits("/", "/"));
        for path in
            ["/api/sessions/revoke", "/api/sessions//revoke", "/api/sessions/x/y/revoke", "/api/sessions/x/revoke/"]
        {
            assert!(!fits(template, path), "{path}");
        }
    }
}
