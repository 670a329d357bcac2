//! Doorward's own pages and API behind a proxy.

use super::site::{APP, LOGIN, PASSWORD, Site};
use super::visitor::{ADDRESS, Answer, FETCH, PAGE, Visitor};

async fn log_in(visitor: &mut Visitor, host: &str, headers: &[&str]) -> Answer {
    let body = format!(r#"{{"username": "alice", "password": "{PASSWORD}"}}"#);
    let origin = format!("Origin: {host}");
    let own = ["Content-Type: application/json", "Sec-Fetch-Site: same-origin", &origin];
    visitor.send("POST", &format!("{host}/api/login"), &[&FETCH[..], &own, headers].concat(), &body).await
}

pub async fn a_user_signs_in_and_out_through_tls(site: Site) {
    site.create_user("alice").await;
    let mut visitor = site.visitor();
    let page = visitor.get(&format!("{LOGIN}/login"), &PAGE).await;
    assert!(page.header("strict-transport-security").is_some() && page.body.contains("/api/login"), "{page:?}");
    let (_, rest) = page.body.split_once("href=\"/assets/").expect("an asset");
    let asset = rest.split('"').next().expect("a name");
    assert_eq!(visitor.get(&format!("{LOGIN}/assets/{asset}"), &PAGE).await.status, 200, "{asset}");

    let fields = [("username", "alice"), ("password", PASSWORD)];
    let signed_in = visitor.post_form(&format!("{LOGIN}/api/login"), &fields).await;
    assert_eq!((signed_in.status, signed_in.header("location")), (302, Some("/")), "{signed_in:?}");
    let cookie = signed_in.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-auth_session=") && cookie.contains("; Secure"), "{cookie}");
    assert_eq!(visitor.get(&format!("{LOGIN}/api/session"), &FETCH).await.status, 200);

    let signed_out = visitor.post_form(&format!("{LOGIN}/api/logout"), &[]).await;
    assert_eq!((signed_out.status, signed_out.header("location")), (302, Some("/login?done=signed-out")));
    assert_eq!(visitor.get(&format!("{LOGIN}/api/session"), &FETCH).await.status, 401);
}

pub async fn the_client_s_address_is_not_the_proxy_s(site: Site) {
    site.create_user("alice").await;
    let mut visitor = site.visitor();
    let forged = ["X-Forwarded-For: 198.51.100.66", "X-Forwarded-Host: evil.example", "Forwarded: for=198.51.100.66"];
    assert_eq!(log_in(&mut visitor, LOGIN, &forged).await.status, 200);
    let sessions = visitor.get(&format!("{LOGIN}/api/sessions"), &FETCH).await.json();
    assert_eq!(sessions["sessions"][0]["address"], ADDRESS, "{sessions}");
}

pub async fn an_app_shares_the_host(site: Site) {
    site.create_user("alice").await;
    let mut visitor = site.visitor();
    let answer = log_in(&mut visitor, APP, &[]).await;
    let cookie = answer.header("set-cookie").expect("a cookie");
    assert!(cookie.starts_with("__Host-auth_session=") && cookie.contains("; Secure"), "{cookie}");
    let session = visitor.get(&format!("{APP}/api/session"), &FETCH).await.json();
    assert_eq!(session["user"]["username"], "alice");
    let answer = visitor.get(&format!("{APP}/inbox?a=1"), &PAGE).await.json();
    assert_eq!(answer["target"], "/inbox?a=1", "the app's own page");
    assert_eq!(visitor.get(&format!("{APP}/"), &PAGE).await.json()["target"], "/", "the app's start page");
    for path in ["/account", "/account/password", "/account/sessions", "/recover", "/reset", "/logout"] {
        let page = visitor.get(&format!("{APP}{path}"), &PAGE).await;
        assert!(page.body.contains("<a href=\"/\">Back to Notes</a>"), "{path}: {}", page.body);
    }
    let change = visitor.get(&format!("{APP}/.well-known/change-password"), &PAGE).await;
    assert_eq!(change.header("location"), Some("/account/password"));
    let sign_in = visitor.get(&format!("{APP}/login"), &PAGE).await;
    assert_eq!(sign_in.header("location"), Some("/"), "a signed-in user goes on to the app");
}
