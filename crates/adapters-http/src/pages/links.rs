//! What the pages of links share: the code in their path, and what keeps it there.

use doorward_app::LinkError;
use percent_encoding::percent_decode_str;
use poem::Request;
use zeroize::Zeroizing;

use crate::audit::AuditEvent;
use crate::context::Context;
use crate::response::problem::Problem;

/// The code in the path of a link's page, behind the page's name.
pub(super) fn code(request: &Request) -> Zeroizing<String> {
    let segment = request.uri().path().split('/').nth(2).unwrap_or_default();
    Zeroizing::new(percent_decode_str(segment).decode_utf8_lossy().into_owned())
}

/// The problem of a link that opens nothing.
pub(super) fn refused(context: &Context, error: LinkError) -> Problem {
    if matches!(error, LinkError::Invalid(_)) {
        context.metrics.audit.note(AuditEvent::LinkRefused, None);
    }
    Problem::of_link(error)
}

/// Whether a path is that of a link's page, or of what was meant to be one: its answer has the `Referrer-Policy` `no-referrer`.
/// The form is sent with the origin, which the page's own policy allows: a browser that sent `Origin: null` could not be told
/// from one of another site.
pub(crate) fn is_of_link(path: &str) -> bool {
    ["/reset", "/invite"].into_iter().any(|start| path.starts_with(start))
}
