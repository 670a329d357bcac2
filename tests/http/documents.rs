//! The `OpenAPI` document, held to what the server does and to the copy in `docs`.

use std::path::Path;

use reqwest::{Method, StatusCode};
use serde_json::Value;

use crate::storage::places;
use crate::support::client::{Reply, cookie, send};
use crate::support::openapi::operations;
use crate::support::server::TestServer;

/// Set to write the copies anew instead of comparing them.
const UPDATE: &str = "DOORWARD_TEST_UPDATE";

/// Operations that need no session; every other one must answer 401 to a stranger.
const PUBLIC: [&str; 7] = ["signUp", "logIn", "recoverAccount", "resetPassword", "getConfig", "live", "ready"];

async fn server() -> TestServer {
    TestServer::start(places::sqlite().await.expect("SQLite is everywhere")).await
}

async fn document(server: &TestServer) -> Value {
    let reply = send(server.client().get("/openapi.json")).await;
    assert_eq!(reply.header("content-type"), Some("application/json; charset=utf-8"));
    reply.json()
}

#[tokio::test]
async fn the_copy_in_docs_is_the_document_that_is_served() {
    let server = server().await;
    let served = send(server.client().get("/openapi.json")).await.body;
    let own_url = document(&server).await["servers"][0]["url"].as_str().expect("a server").to_owned();
    // The copy names the address of a server that was started without settings.
    let served = served.replace(&own_url, "http://localhost:8080");
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&copy, format!("{}\n", served.trim_end())).expect("a file that can be written");
    }
    let kept = std::fs::read_to_string(&copy).expect("docs/openapi.json");
    assert_eq!(kept.trim_end(), served.trim_end(), "`just openapi` writes it anew");
}

#[tokio::test]
async fn without_a_session_every_operation_but_the_public_ones_is_401() {
    let server = server().await;
    let operations = operations(&document(&server).await);
    assert!(operations.len() >= 6, "the document is not empty");
    for (method, path, operation) in operations {
        let name = operation["operationId"].as_str().expect("an operationId");
        let reply = send(server.client().request(method, &path)).await;
        assert_eq!(reply.status == StatusCode::UNAUTHORIZED, !PUBLIC.contains(&name), "{name}: {}", reply.status);
    }
}

#[tokio::test]
async fn what_an_operation_answers_is_in_the_document() {
    let server = server().await;
    let document = document(&server).await;
    let documented = |path: &str, method: &str, status: StatusCode| {
        document["paths"][path][method]["responses"].get(status.as_str()).is_some()
    };
    for (method, path, _) in operations(&document) {
        let lower = method.as_str().to_lowercase();
        for body in ["", "{", "{}", r#"{"username": "alice", "password": "correct horse"}"#] {
            let request = server.client().request(method.clone(), &path);
            let request = if method == Method::POST {
                request.header("content-type", "application/json").body(body)
            } else {
                request
            };
            let reply = send(request).await;
            assert!(documented(&path, &lower, reply.status), "{method} {path} {body}: {}", reply.status);
        }
    }
}

#[tokio::test]
async fn the_page_shows_every_operation_and_fetches_nothing_from_elsewhere() {
    let server = server().await;
    let page = send(server.client().get("/docs")).await;
    assert_eq!(page.header("content-type"), Some("text/html; charset=utf-8"));
    for (method, path, operation) in operations(&document(&server).await) {
        let summary = operation["summary"].as_str().expect("a summary");
        assert!(page.body.contains(&format!("<code>{path}</code>")), "{method} {path}");
        assert!(page.body.contains(summary), "{summary}");
    }
    assert!(!page.body.contains("http://") && !page.body.contains("https://"), "{}", page.body);
}

/// The fields of an operation's JSON body whose schema bounds their length: name, least and most characters.
fn bounded_fields(document: &Value, operation: &Value) -> Vec<(String, usize, Option<usize>)> {
    let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
    let schema = schema["$ref"].as_str().map_or(schema, |reference| {
        document.pointer(reference.trim_start_matches('#')).expect("a schema of the document")
    });
    let length = |field: &Value, bound: &str| field[bound].as_u64().map(|chars| usize::try_from(chars).expect("small"));
    let fields = schema["properties"].as_object().into_iter().flatten();
    fields
        .filter_map(|(name, field)| Some((name.clone(), length(field, "minLength")?, length(field, "maxLength"))))
        .collect()
}

/// A value of so many characters that fits the field in every other way. Passwords differ from usernames.
fn value_of(field: &str, chars: usize) -> String {
    let start = if field == "username" { 3 } else { 0 };
    "0q7z5kx2wv".chars().cycle().skip(start).take(chars).collect()
}

/// Whether a reply refuses the shape of a field. A well-formed but wrong password or code is another error.
fn refuses_shape(reply: &Reply) -> bool {
    let json = reply.json();
    let (code, detail) = (json["code"].as_str().unwrap_or_default(), json["detail"].as_str().unwrap_or_default());
    (code.starts_with("invalid_") && code != "invalid_link")
        || (code == "incorrect_recovery_code" && detail.contains("16 letters"))
}

#[tokio::test]
async fn every_operation_takes_the_lengths_of_its_own_schema_and_no_others() {
    let server = server().await;
    let (client, document) = (server.client(), document(&server).await);
    let password = value_of("password", 16);
    let (mut tried, mut users) = (0, 0);
    for (method, path, operation) in operations(&document) {
        let fields = bounded_fields(&document, &operation);
        for (field, min, max) in &fields {
            let beyond = max.map(|max| (max + 1, true));
            let lengths = [Some((min - 1, true)), Some((*min, false)), max.map(|max| (max, false)), beyond];
            for (chars, is_refused) in lengths.into_iter().flatten() {
                users += 1;
                let token = client.sign_up(&format!("owner {users}"), &password).await;
                let value = |name: &str| value_of(name, if name == field { chars } else { 16 });
                let body: serde_json::Map<_, _> =
                    fields.iter().map(|(name, ..)| (name.clone(), value(name).into())).collect();
                let request = client.request(method.clone(), &path).header("cookie", cookie(&token)).json(&body);
                let reply = send(request.header("accept", "application/json")).await;
                let refused = !reply.body.is_empty() && refuses_shape(&reply);
                assert_eq!(refused, is_refused, "{path}: {chars} characters of {field}: {}", reply.body);
                tried += 1;
            }
        }
    }
    assert!(tried >= 30, "{tried} lengths");
}
