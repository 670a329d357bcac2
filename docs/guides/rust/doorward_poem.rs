use std::sync::Arc;

use poem::http::header::{CACHE_CONTROL, COOKIE, HOST, SET_COOKIE};
use poem::http::{HeaderValue, StatusCode, Uri};
use poem::web::Redirect;
use poem::{Endpoint, IntoResponse, Request, Response};

/// What `GET /api/session` answers. Handlers of protected pages take it as `Data<&Session>`.
#[derive(Clone)]
pub(crate) struct Session(pub(crate) serde_json::Value);

/// For protected pages: asks Doorward's routes in this process once for each request, and sends strangers to sign in.
pub(crate) async fn signed_in(
    page: Arc<impl Endpoint>,
    mut request: Request,
    doorward: impl Endpoint<Output = Response>,
) -> poem::Result<Response> {
    let mut ask = Request::builder().uri(Uri::from_static("/api/session")).finish();
    for name in [HOST, COOKIE] {
        for value in request.headers().get_all(&name) {
            ask.headers_mut().append(name.clone(), value.clone());
        }
    }
    let answer = doorward.call(ask).await?;
    match answer.status() {
        StatusCode::OK => {}
        StatusCode::UNAUTHORIZED => {
            return Ok(Redirect::see_other(format!("/login?next={}", request.uri().path())).into_response());
        }
        status => return Err(poem::Error::from_status(status)),
    }
    let cookies: Vec<_> = answer.headers().get_all(SET_COOKIE).iter().cloned().collect();
    request.extensions_mut().insert(Session(answer.into_body().into_json().await?));
    let mut response = page.call(request).await?.into_response();
    for cookie in cookies {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(response)
}
