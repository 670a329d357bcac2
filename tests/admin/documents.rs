//! The `OpenAPI` document of the admin API, held to what the server does and to the copy in `docs`.

use std::path::Path;

use reqwest::{Method, StatusCode};

use super::{AdminServer, TOKEN};
use crate::support::client::send;
use crate::support::openapi::operations;

/// Set to write the copy anew instead of comparing it.
const UPDATE: &str = "DOORWARD_TEST_UPDATE";

#[tokio::test]
async fn the_copy_of_the_admin_document_is_the_one_that_is_served() {
    let served = AdminServer::start().await.get("/admin/openapi.json").await;
    assert_eq!(served.header("content-type"), Some("application/json; charset=utf-8"));
    let copy = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/admin-openapi.json");
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&copy, format!("{}\n", served.body.trim_end())).expect("a file that can be written");
    }
    let kept = std::fs::read_to_string(&copy).expect("docs/admin-openapi.json");
    assert_eq!(kept.trim_end(), served.body.trim_end(), "`just openapi` writes it anew");
}

#[tokio::test]
async fn every_admin_operation_is_described_and_needs_the_token() {
    let admin = AdminServer::start().await;
    let document = admin.get("/admin/openapi.json").await.json();
    assert_eq!(document["components"]["securitySchemes"]["adminToken"]["scheme"], "bearer");
    let codes = &document["components"]["schemas"]["ErrorCode"]["enum"];
    assert!(codes.as_array().expect("codes").contains(&"key_taken".into()), "{codes}");
    let operations = operations(&document);
    assert!(operations.len() >= 17, "{}", operations.len());
    for (method, path, operation) in operations {
        for member in ["operationId", "summary"] {
            assert!(operation[member].as_str().is_some_and(|text| !text.is_empty()), "{method} {path}: {member}");
        }
        assert_eq!(operation["tags"].as_array().map(Vec::len), Some(1), "{method} {path}");
        assert_eq!(operation["security"], serde_json::json!([{ "adminToken": [] }]), "{method} {path}");
        let stranger = send(admin.client.request(method, &path)).await;
        assert_eq!(stranger.status, StatusCode::UNAUTHORIZED, "{path}");
    }
}

#[tokio::test]
async fn what_an_admin_operation_answers_is_in_the_document() {
    let admin = AdminServer::start().await;
    let user = admin.create_user("alice", "correct horse").await;
    let document = admin.get("/admin/openapi.json").await.json();
    for (method, path, operation) in operations(&document) {
        let known = path.replace("{userId}", &user).replace("{keyId}", "username:alice");
        for path in [known, path] {
            for body in ["", "{", "{}", r#"{"keyId": "github:1", "username": "bobby", "password": "correct horse"}"#] {
                let request = admin.client.request(method.clone(), &path).bearer_auth(TOKEN);
                let request = if method == Method::GET {
                    request
                } else {
                    request.header("content-type", "application/json").body(body)
                };
                let reply = send(request).await;
                let documented = operation["responses"].get(reply.status.as_str());
                assert!(documented.is_some(), "{method} {path} {body}: {}", reply.status);
                let has_body = documented.is_some_and(|answer| !answer["content"].is_null());
                assert_eq!(has_body, !reply.body.is_empty(), "{method} {path} {body}: {}", reply.body);
            }
        }
    }
}
