//! How a client keeps the token of its session.

use poem_openapi::Enum;

/// How the client keeps the token of the session.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[oai(rename_all = "lowercase")]
pub(crate) enum Transport {
    /// In the session cookie. The default.
    Cookie,
    /// By itself: the answer is JSON with `token`, and no cookie is set.
    Bearer,
}

impl Transport {
    /// The transport of this name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        match name {
            "cookie" => Some(Self::Cookie),
            "bearer" => Some(Self::Bearer),
            _ => None,
        }
    }
}
