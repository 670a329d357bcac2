//! Who sends a request: a program, known by the name of its token.

use std::sync::Arc;

use poem::{Request, RequestBody};
use poem_openapi::registry::{MetaSecurityScheme, Registry};
use poem_openapi::{ApiExtractor, ApiExtractorType, ExtractParamOptions};

use crate::request::credential::Credential;
use crate::response::problem::{Problem, ProblemKind};

/// The tokens of the admin API.
pub trait AdminTokens: Send + Sync {
    /// The name of the token with this text; `None` where there is none.
    fn name_of(&self, token: &str) -> Option<Arc<str>>;
}

/// A program, as `admin:NAME` in the log. As an extractor it puts the token into the `OpenAPI` document.
#[derive(Clone)]
pub(crate) struct Actor(Arc<str>);

impl Actor {
    const SCHEME: &'static str = "adminToken";

    /// The program that sends a request; `None` where it has no token, or none that is known.
    pub(crate) fn of(request: &Request, tokens: &dyn AdminTokens) -> Option<Self> {
        let name = Credential::of(request).bearer().and_then(|token| tokens.name_of(token))?;
        Some(Self(format!("admin:{name}").into()))
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl<'a> ApiExtractor<'a> for Actor {
    const TYPES: &'static [ApiExtractorType] = &[ApiExtractorType::SecurityScheme];

    type ParamType = ();
    type ParamRawType = ();

    fn register(registry: &mut Registry) {
        let scheme = MetaSecurityScheme {
            ty: "http",
            description: Some("A token of the file that `DOORWARD_ADMIN_TOKENS_FILE` names"),
            name: None,
            key_in: None,
            scheme: Some("bearer"),
            bearer_format: None,
            flows: None,
            openid_connect_url: None,
        };
        registry.create_security_scheme(Self::SCHEME, scheme);
    }

    fn security_schemes() -> Vec<&'static str> {
        vec![Self::SCHEME]
    }

    /// The pipeline has checked the token.
    async fn from_request(
        request: &'a Request,
        _: &mut RequestBody,
        _: ExtractParamOptions<Self::ParamType>,
    ) -> poem::Result<Self> {
        let actor = request.extensions().get::<Self>().cloned();
        Ok(actor.ok_or_else(|| Problem::new(ProblemKind::Unknown).caused_by("the request carries no actor"))?)
    }
}
