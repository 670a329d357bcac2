//! An app in Poem that serves Doorward's routes itself.

use std::error::Error;

use doorward::{Embedded, Settings};
use poem::listener::TcpListener;
use poem::web::{Data, Html};
use poem::{EndpointExt, Route, Server, get, handler};

use doorward_poem::{Session, signed_in};

mod doorward_poem;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let port = std::env::var("PORT").unwrap_or("3000".to_owned());
    // As on the command line of `doorward`.
    let settings = Settings::from_flags(std::env::args().skip(1).collect::<Vec<_>>().iter().map(String::as_str))?;
    let doorward = Embedded::start(settings).await?;
    let routes = doorward.endpoint();
    let protected = get(profile).around({
        let routes = doorward.endpoint();
        move |page, request| signed_in(page, request, routes.clone())
    });
    let mut app = Route::new().at("/", get(home)).at("/profile", protected);
    let pages = ["/login", "/signup", "/recover", "/reset", "/logout", "/account"];
    for path in pages.into_iter().chain(["/account/*", "/reset/*", "/invite/*", "/api/*", "/assets/*"]) {
        app = app.at(path, routes.clone());
    }
    Server::new(TcpListener::bind(format!("127.0.0.1:{port}"))).run(app).await?;
    doorward.close().await;
    Ok(())
}

#[handler]
fn home() -> Html<&'static str> {
    Html("<h1>Open to all</h1><a href='/profile'>Profile</a>")
}

#[handler]
fn profile(Data(Session(session)): Data<&Session>) -> Html<String> {
    let username = session["user"]["username"].as_str().unwrap_or_default();
    let username = username.replace('&', "&amp;").replace('<', "&lt;");
    Html(format!(
        "<h1>Profile</h1><p>Username: {username}</p>
        <form method='post' action='/api/logout'><button type='submit'>Sign out</button></form>"
    ))
}
