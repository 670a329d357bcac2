//! An app behind a proxy that asks Doorward about every request.

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::app::{WEBSOCKET_ACCEPT, WEBSOCKET_KEY};
use super::site::{APP, LOGIN, PASSWORD, Site};
use super::visitor::{ADDRESS, FETCH, PAGE, Visitor, head_and_rest, header_lines};

const WANTED: &str = "/inbox?a=1&b=2&c=%26x";

/// The sign-in page that leads back to [`WANTED`].
const SIGN_IN_PAGE: &str =
    "https://login.example.com/login?next=https%3A%2F%2Fapp.example.com%2Finbox%3Fa%3D1%26b%3D2%26c%3D%2526x";

/// The values of a header that the app received, as an app sees them that takes `_` for `-`.
fn received<'a>(answer: &'a Value, name: &str) -> Vec<&'a str> {
    let headers = answer["headers"].as_array().expect("headers").iter();
    let same = |key: &Value| key.as_str().is_some_and(|key| key.replace('_', "-").eq_ignore_ascii_case(name));
    headers.filter(|pair| same(&pair[0])).map(|pair| pair[1].as_str().expect("a text")).collect()
}

pub async fn a_visitor_signs_in_and_comes_back_to_the_exact_page(site: Site) {
    let id = site.create_user("alice").await;
    let mut visitor = site.visitor();
    let refused = visitor.get(&format!("{APP}{WANTED}"), &PAGE).await;
    assert_eq!((refused.status, refused.header("location")), (302, Some(SIGN_IN_PAGE)), "{refused:?}");
    let page = visitor.get(SIGN_IN_PAGE, &PAGE).await;
    assert!(page.status == 200 && page.body.contains("name=\"next\""), "{page:?}");

    let next = format!("{APP}{WANTED}");
    let fields = [("username", "alice"), ("password", PASSWORD), ("next", next.as_str())];
    let signed_in = visitor.post_form(&format!("{LOGIN}/api/login"), &fields).await;
    let cookie = signed_in.header("set-cookie").expect("a cookie");
    assert!(cookie.contains("; Secure") && cookie.contains("; Domain=example.com"), "{cookie}");
    let answer = visitor.follow(LOGIN, signed_in).await.json();
    assert_eq!((&answer["method"], &answer["target"]), (&"GET".into(), &WANTED.into()));
    assert_eq!(received(&answer, "x-auth-user-id"), [id.as_str()]);
    assert_eq!(received(&answer, "x-auth-username"), ["alice"]);

    let posted = visitor.send("POST", &format!("{APP}/notes"), &FETCH, "a body").await.json();
    assert_eq!((&posted["method"], &posted["body"]), (&"POST".into(), &"a body".into()));
    let stranger = [("username", "mallory"), ("password", PASSWORD)];
    assert_eq!(site.visitor().post_form(&format!("{LOGIN}/api/signup"), &stranger).await.status, 403);
}

pub async fn a_script_without_a_session_gets_401(site: Site) {
    let mut visitor = site.visitor();
    for (method, headers) in [("GET", &FETCH[..]), ("POST", &FETCH), ("POST", &PAGE), ("GET", &["Accept: */*"])] {
        let body = if method == "POST" { "a=1" } else { "" };
        let answer = visitor.send(method, &format!("{APP}{WANTED}"), headers, body).await;
        assert_eq!((answer.status, answer.header("location")), (401, None), "{method} {headers:?}");
    }
}

/// Headers that an app or Doorward would believe from a proxy.
const BELIEVED: [&str; 8] = [
    "X-Auth-User-Id",
    "X-Auth-Username",
    "X-Forwarded-Uri",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Method",
    "X-Forwarded-For",
    "X-Original-URL",
];

/// Every spelling of these names with `-` and `_`, each with a value that begins with `forged`.
fn forged() -> Vec<String> {
    let mut lines = Vec::new();
    for name in BELIEVED {
        let words: Vec<_> = name.split('-').collect();
        for choice in 0..1_u32 << (words.len() - 1) {
            let separator = |at: usize| if choice >> at & 1 == 0 { '-' } else { '_' };
            let spelled = words[1..]
                .iter()
                .enumerate()
                .fold(words[0].to_owned(), |spelled, (at, word)| format!("{spelled}{}{word}", separator(at)));
            lines.push(format!("{spelled}: forged-{choice}"));
        }
    }
    lines.push("X-Auth-Username: forged-twice".to_owned());
    lines
}

pub async fn the_app_learns_the_user_from_doorward_alone(site: Site) {
    let id = site.create_user("alice").await;
    let mut signed_in = site.signed_in("alice").await;
    let spellings: [fn(&str) -> String; 3] = [str::to_owned, str::to_lowercase, str::to_uppercase];
    for spelling in spellings {
        let lines: Vec<_> = forged().iter().map(|line| spelling(line)).collect();
        let lines: Vec<_> = lines.iter().map(String::as_str).collect();
        let with_lines = |headers: &[&'static str]| -> Vec<String> {
            headers.iter().chain(&lines).map(|line| (*line).to_owned()).collect()
        };
        let (page, fetch) = (with_lines(&PAGE), with_lines(&FETCH));
        let (page, fetch): (Vec<_>, Vec<_>) =
            (page.iter().map(String::as_str).collect(), fetch.iter().map(String::as_str).collect());

        let mut stranger = site.visitor();
        let refused = stranger.get(&format!("{APP}{WANTED}"), &page).await;
        assert_eq!((refused.status, refused.header("location")), (302, Some(SIGN_IN_PAGE)));
        assert_eq!(stranger.get(&format!("{APP}{WANTED}"), &fetch).await.status, 401);

        let answer = signed_in.get(&format!("{APP}{WANTED}"), &page).await.json();
        assert!(!answer.to_string().to_lowercase().contains("forged"), "{answer:#}");
        assert_eq!(received(&answer, "x-auth-user-id"), [id.as_str()]);
        assert_eq!(received(&answer, "x-auth-username"), ["alice"]);
        assert_eq!(received(&answer, "x-forwarded-for"), [ADDRESS]);
        assert_eq!(received(&answer, "x-forwarded-proto"), ["https"]);
        assert_eq!(received(&answer, "x-forwarded-host"), ["app.example.com"]);
    }
}

/// Asks for a WebSocket and returns the status; an open one echoes.
async fn open_websocket(visitor: &Visitor) -> u16 {
    let head = format!(
        "GET /live HTTP/1.1\r\nHost: app.example.com\r\nCookie: {}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {WEBSOCKET_KEY}\r\nSec-Fetch-Mode: websocket\r\n\r\n",
        visitor.cookie()
    );
    let mut stream = visitor.connect("app.example.com").await.expect("a connection");
    stream.write_all(head.as_bytes()).await.expect("a proxy that reads");
    let (head, mut rest) = head_and_rest(&mut stream).await.expect("an answer");
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
    if status == 101 {
        let accept =
            header_lines(&head).into_iter().find(|(name, _)| name.eq_ignore_ascii_case("sec-websocket-accept"));
        assert_eq!(accept.expect("an accept").1, WEBSOCKET_ACCEPT);
        // A masked text frame, which the app returns as it is.
        let frame = [&[0x81, 0x85, 1, 2, 3, 4][..], b"igomn"].concat();
        stream.write_all(&frame).await.expect("a proxy that reads");
        let mut echoed = vec![0; frame.len() - rest.len()];
        stream.read_exact(&mut echoed).await.expect("an echo");
        rest.extend(echoed);
        assert_eq!(rest, frame);
    }
    status
}

pub async fn a_websocket_opens_for_a_user_alone(site: Site) {
    site.create_user("alice").await;
    assert_eq!(open_websocket(&site.visitor()).await, 401);
    assert_eq!(open_websocket(&site.signed_in("alice").await).await, 101);
}

pub async fn the_app_s_own_bearer_token_reaches_it_beside_the_cookie(site: Site) {
    const OWN: &str = "Authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhcHAifQ.c2lnbmF0dXJl";
    let id = site.create_user("alice").await;
    assert_eq!(site.visitor().get(APP, &[&FETCH[..], &[OWN]].concat()).await.status, 401);
    let answer = site.signed_in("alice").await.get(APP, &[&FETCH[..], &[OWN]].concat()).await.json();
    assert_eq!(received(&answer, "authorization"), [OWN.strip_prefix("Authorization: ").expect("a header")]);
    assert_eq!(received(&answer, "x-auth-user-id"), [id.as_str()]);
}

pub async fn a_sign_out_closes_the_app(site: Site) {
    site.create_user("alice").await;
    let mut visitor = site.signed_in("alice").await;
    let kept = visitor.cookies.clone();
    let page = visitor.get(&format!("{LOGIN}/logout?next={APP}/bye"), &PAGE).await;
    assert!(page.status == 200 && page.body.contains("/api/logout"), "{page:?}");
    // The form may stand on a page of the app, too.
    let from_app = ["Content-Type: application/x-www-form-urlencoded", "Origin: https://app.example.com"];
    let body = format!("next={APP}/bye");
    let out = visitor.send("POST", &format!("{LOGIN}/api/logout"), &[&PAGE[..], &from_app].concat(), &body).await;
    assert_eq!(out.leads_to(), Some(format!("{APP}/bye")), "{out:?}");
    for cookies in [visitor.cookies.clone(), kept] {
        visitor.cookies = cookies;
        assert_eq!(visitor.get(APP, &FETCH).await.status, 401);
        assert_eq!(visitor.get(APP, &PAGE).await.status, 302);
    }
}

pub async fn the_app_is_closed_while_doorward_is_down(site: Site) {
    site.create_user("alice").await;
    let [mut page, mut fetch] = [site.signed_in("alice").await, site.signed_in("alice").await];
    assert_eq!(page.get(APP, &PAGE).await.status, 200);
    site.doorward.stop().await;
    // HAProxy tries four times, a second apart.
    let answers = futures_util::future::join(page.get(APP, &PAGE), fetch.get(APP, &FETCH)).await;
    for status in [answers.0.status, answers.1.status] {
        assert!((500..=504).contains(&status), "{status}");
    }
}
