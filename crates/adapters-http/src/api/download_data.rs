//! `GET /api/account/data`: a user's data as a file. The document is written while the store is read page by page, so that
//! memory never holds the whole document. When the store fails midway, the connection is closed and the file is not JSON.

use std::io;
use std::mem;
use std::sync::Arc;

use doorward_app::{DataPage, Download, Fault, ValidSession};
use doorward_domain::{SessionId, Username};
use futures_util::{Stream, StreamExt, TryStreamExt, future, stream};
use poem::http::{HeaderValue, header};
use poem::{Body, IntoResponse, Response};
use poem_openapi::payload::{Json, Payload};
use poem_openapi::registry::{MetaHeader, MetaResponse, MetaResponses, Registry};
use poem_openapi::types::{ToJSON, Type};
use poem_openapi::{ApiResponse, OpenApi};

use super::tag::Tag;
use crate::audit::AuditEvent;
use crate::context::Context;
use crate::request::credential::Credential;
use crate::response::account_data::{AccountDataBody, AccountUserBody, KeyBody, SignInBody};
use crate::response::meta::{json, text_header};
use crate::response::problem::Problem;
use crate::response::session::ListedSessionBody;
use crate::response::time::InstantBody;

/// The path. The only GET that the audit log notes.
pub(crate) const PATH: &str = "/api/account/data";

pub(crate) struct DownloadDataApi(pub(crate) Arc<Context>);

#[OpenApi]
impl DownloadDataApi {
    /// Download my data
    ///
    /// The stored data of the signed-in user, without secrets: the user, keys, live sessions, and the last sign-ins. A
    /// document that is cut off is not complete.
    #[oai(path = "/api/account/data", method = "get", operation_id = "downloadData", tag = "Tag::Accounts")]
    async fn download_data(&self, credential: Credential<'_>) -> Result<DataFile, Problem> {
        let session = self.0.require_session(credential).await?;
        let file = DataFile::begin(&self.0, &session).await?;
        self.0.note(AuditEvent::DataDownloaded, &session);
        Ok(file)
    }
}

/// The stored data of a user.
pub(crate) struct DataFile {
    name: HeaderValue,
    body: Body,
}

impl DataFile {
    /// Begins to read. A store that fails at once is answered as such; one that fails later is logged.
    async fn begin(context: &Context, signed_in: &ValidSession) -> Result<Self, Problem> {
        let download = context.use_cases.download_data.begin(signed_in.user.id.clone());
        let (metrics, request) = (Arc::clone(&context.metrics), tracing::Span::current());
        let chunks = document(download, signed_in).await?.map_err(move |fault| {
            let problem = Problem::from(fault);
            metrics.count_problem(problem.kind);
            request.in_scope(|| problem.log(&metrics.audit));
            io::Error::other("a download is broken off")
        });
        Ok(Self { name: file_name(&signed_in.user.username), body: Body::from_bytes_stream(chunks) })
    }
}

/// The document in chunks, each made when it is asked for.
async fn document(
    mut download: Download,
    ValidSession { session, user, .. }: &ValidSession,
) -> Result<impl Stream<Item = Result<String, Fault>> + Send + use<>, Fault> {
    let generated_at = InstantBody::from(download.began_at()).to_json_string();
    let mut start =
        format!("{{\"generatedAt\":{generated_at},\"user\":{}", AccountUserBody::from(user).to_json_string());
    let mut lists = Lists { current: session.id.clone(), open: None, has_items: false };
    if let Some(page) = download.next().await? {
        start.push_str(&lists.page(&page));
    }
    let rest = stream::try_unfold(Some((download, lists)), |rest| async move {
        let Some((mut download, mut lists)) = rest else { return Ok(None) };
        Ok(match download.next().await? {
            Some(page) => Some((lists.page(&page), Some((download, lists)))),
            None => Some((lists.end().to_owned(), None)),
        })
    });
    Ok(stream::once(future::ready(Ok(start))).chain(rest))
}

/// The document's lists, in their order.
#[derive(Clone, Copy, PartialEq, Eq)]
enum List {
    Keys,
    Sessions,
    SignIns,
}

impl List {
    const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Sessions => "sessions",
            Self::SignIns => "signIns",
        }
    }
}

/// Writes the lists, with the separators between them and between their items.
struct Lists {
    current: SessionId,
    open: Option<List>,
    /// Whether the open list has an item.
    has_items: bool,
}

impl Lists {
    fn page(&mut self, page: &DataPage) -> String {
        match page {
            DataPage::Keys(keys) => self.items(List::Keys, keys.iter().map(KeyBody::from)),
            DataPage::Sessions(sessions) => {
                let current = self.current.clone();
                self.items(List::Sessions, sessions.iter().map(|live| ListedSessionBody::new(live, &current)))
            }
            DataPage::SignIns(sign_ins) => self.items(List::SignIns, sign_ins.iter().map(SignInBody::from)),
        }
    }

    fn items<T: ToJSON>(&mut self, list: List, items: impl Iterator<Item = T>) -> String {
        let mut text = String::new();
        if self.open != Some(list) {
            let end = if self.open.is_some() { "]" } else { "" };
            text.extend([end, ",\"", list.name(), "\":["]);
            (self.open, self.has_items) = (Some(list), false);
        }
        for item in items {
            if mem::replace(&mut self.has_items, true) {
                text.push(',');
            }
            text.push_str(&item.to_json_string());
        }
        text
    }

    fn end(&self) -> &'static str {
        if self.open.is_some() { "]}" } else { "}" }
    }
}

/// The file's name in letters that every system takes (RFC 6266, 4.3). Two users may get the same one.
fn file_name(username: &Username) -> HeaderValue {
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '_' };
    let name: String = username.as_str().chars().map(safe).collect();
    let disposition = format!("attachment; filename=\"doorward-{name}.json\"");
    HeaderValue::try_from(disposition).expect("all other characters were replaced")
}

impl IntoResponse for DataFile {
    fn into_response(self) -> Response {
        Response::builder()
            .content_type(Json::<AccountDataBody>::CONTENT_TYPE)
            .header(header::CONTENT_DISPOSITION, self.name)
            .body(self.body)
    }
}

impl ApiResponse for DataFile {
    fn meta() -> MetaResponses {
        let disposition = MetaHeader {
            required: true,
            ..text_header("Content-Disposition", "That it is a file, and a name for it: `doorward-NAME.json`")
        };
        let data = MetaResponse {
            description: "All that is kept, as a file",
            status: Some(200),
            status_range: None,
            content: vec![json::<AccountDataBody>()],
            headers: vec![disposition],
        };
        MetaResponses { responses: vec![data] }
    }

    fn register(registry: &mut Registry) {
        AccountDataBody::register(registry);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use doorward_app::DownloadData;
    use doorward_domain::ports::{KeyRecord, LiveSession, MockAccountRecords, MockClock, StoreError};
    use doorward_domain::{
        Attributes, Client, KeyId, Session, SessionPolicy, SignInEvent, SignInKind, Timestamp, TokenHash, User,
        UserAgent, UserId,
    };
    use poem_openapi::types::ParseFromJSON;
    use serde_json::Value;

    use super::*;

    const NOW: Timestamp = Timestamp::from_unix_millis(1_700_000_000_000);

    fn signed_in() -> ValidSession {
        let username = Username::restore("A \"quoted\" name".into());
        let user = User {
            id: UserId::restore("user-1".into()),
            username,
            created_at: NOW,
            disabled: false,
            attributes: Attributes::default(),
        };
        let id = SessionId::restore("session-1".into());
        let session = Session::open(id, TokenHash::restore([7; 32]), user.id.clone(), NOW, &SessionPolicy::DEFAULT);
        ValidSession { session, user, fresh: false }
    }

    /// Records that answer each kind with these pages, one after the other; `None` is a failure.
    fn records<const N: usize>(pages: [Option<usize>; N]) -> MockAccountRecords {
        let client = Client { address: Some([192, 0, 2, 1].into()), user_agent: UserAgent::parse("</script>\u{e9}\"") };
        let (live, pages) =
            (LiveSession { session: signed_in().session, client }, Arc::new(Mutex::new(pages.into_iter())));
        let next = move || {
            let page = pages.lock().expect("no panic").next().expect("no more pages than there are");
            page.ok_or_else(|| StoreError::Unavailable("as the test has it".into()))
        };
        let mut records = MockAccountRecords::new();
        let (keys, sessions) = (next.clone(), next.clone());
        let key = KeyRecord { id: KeyId::restore("username:a".into()), has_password: true, created_at: NOW };
        records.expect_keys().returning(move |_, _, _| Ok(vec![key.clone(); keys()?]));
        let sign_in = SignInEvent::of(&live.session, &live.client, SignInKind::PasswordChanged);
        records.expect_sessions().returning(move |_, _, _, _| Ok(vec![live.clone(); sessions()?]));
        records.expect_sign_ins().returning(move |_, _, _| Ok(vec![sign_in.clone(); next()?]));
        records
    }

    /// The chunks that arrive, and whether that is all.
    async fn chunks<const N: usize>(pages: [Option<usize>; N]) -> Result<(Vec<String>, bool), Fault> {
        let mut clock = MockClock::new();
        clock.expect_now().return_const(NOW);
        let data = DownloadData::new(Arc::new(records(pages)), Arc::new(clock), SessionPolicy::DEFAULT);
        let mut stream = Box::pin(document(data.begin(signed_in().user.id), &signed_in()).await?);
        let mut arrived = Vec::new();
        while let Some(chunk) = stream.next().await {
            match chunk {
                Ok(chunk) => arrived.push(chunk),
                Err(_) => return Ok((arrived, false)),
            }
        }
        Ok((arrived, true))
    }

    #[tokio::test]
    async fn the_document_follows_its_schema_for_any_number_of_items() {
        for pages in [vec![1, 1, 1], vec![0, 0, 0], vec![100, 0, 100, 100, 3, 100, 0], vec![100, 100, 1, 0, 2]] {
            let mut all = [Some(0); 8];
            all.iter_mut().zip(&pages).for_each(|(page, length)| *page = Some(*length));
            let (chunks, is_all) = chunks(all).await.expect("a start");
            assert!(is_all && chunks.len() == pages.len() + 1, "a page a chunk: {pages:?}");
            let document: Value = serde_json::from_str(&chunks.concat()).expect("JSON");
            let count = |list: &str| document[list].as_array().expect("a list").len();
            let sum: usize = pages.iter().sum();
            assert_eq!(count("keys") + count("sessions") + count("signIns"), sum, "{pages:?}");
            assert_eq!(document["user"]["username"], "A \"quoted\" name");
            assert!(AccountDataBody::parse_from_json(Some(document)).is_ok(), "{pages:?}");
        }
    }

    #[tokio::test]
    async fn a_failing_store_leaves_no_complete_document() {
        let failed = chunks([None]).await;
        assert!(matches!(failed, Err(Fault::Unavailable(_))), "{failed:?}");
        for failing in 1..5 {
            let mut pages = [Some(1), Some(100), Some(1), Some(100), Some(1)];
            pages[failing] = None;
            let (arrived, is_all) = chunks(pages).await.expect("a start");
            assert_eq!((arrived.len(), is_all), (failing, false));
            assert!(serde_json::from_str::<Value>(&arrived.concat()).is_err(), "{failing}");
        }
    }

    #[test]
    fn the_file_name_is_safe_for_any_username() {
        for (username, name) in [
            ("Alice", "Alice"),
            ("a-b_c.d", "a-b_c.d"),
            ("../../etc", ".._.._etc"),
            ("a\"; x=\"b", "a___x__b"),
            ("Zoë 日本", "Zo____"),
            ("a\r\nSet-Cookie: b", "a__Set-Cookie__b"),
        ] {
            let header = file_name(&Username::restore(username.to_owned()));
            assert_eq!(header, format!("attachment; filename=\"doorward-{name}.json\""), "{username}");
        }
    }
}
