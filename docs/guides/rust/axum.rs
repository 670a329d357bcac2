//! An app in axum that shows Doorward's own pages.

use std::error::Error;
use std::net::SocketAddr;

use axum::response::Html;
use axum::routing::{any, get};
use axum::{Extension, Router, middleware};

use doorward_axum::{Doorward, Session, forward, signed_in};

mod doorward_axum;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build()?;
    let doorward = Doorward { http, url: std::env::var("DOORWARD_URL")? };
    let protected = Router::new()
        .route("/profile", get(profile))
        .route_layer(middleware::from_fn_with_state(doorward.clone(), signed_in));
    let mut app = Router::new().route("/", get(home)).merge(protected);
    let pages = ["/login", "/signup", "/recover", "/reset", "/logout", "/account"];
    for path in pages.into_iter().chain(["/account/{*_}", "/reset/{*_}", "/invite/{*_}", "/api/{*_}", "/assets/{*_}"]) {
        app = app.route(path, any(forward));
    }
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await?;
    let app = app.with_state(doorward).into_make_service_with_connect_info::<SocketAddr>();
    Ok(axum::serve(listener, app).await?)
}

async fn home() -> Html<&'static str> {
    Html("<h1>Open to all</h1><a href='/profile'>Profile</a>")
}

async fn profile(Extension(Session(session)): Extension<Session>) -> Html<String> {
    let username = session["user"]["username"].as_str().unwrap_or_default();
    let username = username.replace('&', "&amp;").replace('<', "&lt;");
    Html(format!(
        "<h1>Profile</h1><p>Username: {username}</p>
        <form method='post' action='/api/logout'><button type='submit'>Sign out</button></form>"
    ))
}
