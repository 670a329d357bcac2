//! Which methods each path has, for the `Allow` of a 405 (RFC 9110, 15.5.6).

use poem::http::Method;

pub(crate) struct Methods(Vec<(String, Vec<Method>)>);

impl Methods {
    pub(crate) fn new(paths: impl IntoIterator<Item = (String, Vec<Method>)>) -> Self {
        Self(paths.into_iter().collect())
    }

    /// The value of `Allow` for a path that exists.
    pub(crate) fn allow(&self, path: &str) -> String {
        let known = self.0.iter().filter(|(known, _)| known == path).flat_map(|(_, methods)| methods);
        let mut names: Vec<&str> = known.map(Method::as_str).collect();
        if names.contains(&"GET") {
            names.push("HEAD");
        }
        names.join(", ")
    }
}
