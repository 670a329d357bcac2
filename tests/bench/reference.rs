//! The references: a bare Poem route and raw Argon2id hashes.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use poem::endpoint::{make, make_sync};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Response, Route, Server, get};
use sqlx::postgres::PgPoolOptions;

/// Makes this program the reference server.
pub const FLAG: &str = "--reference-server";
/// The variable with the body that it returns.
pub const BODY: &str = "REFERENCE_BODY";

/// The variable with the URL of the PostgreSQL store to query before each response. Optional.
pub const STORE: &str = "REFERENCE_STORE";

/// The query of a validation.
const QUERY: &str = "SELECT s.token_hash, s.id, s.user_id, s.created_at, s.active_expires_at, s.idle_expires_at, \
     u.username, u.created_at AS user_created_at \
     FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.token_hash = $1";

/// Serves one route that always returns the same JSON, with Poem's own server.
pub async fn serve() {
    let body = std::env::var(BODY).expect("a body to return");
    let answer = move || Response::builder().content_type("application/json; charset=utf-8").body(body.clone());
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.expect("a free port");
    println!("{}", acceptor.local_addr()[0]);
    let server = Server::new_with_acceptor(acceptor);
    if let Ok(url) = std::env::var(STORE) {
        // As in the store adapter: the same number of connections, not tested before use.
        let pool =
            PgPoolOptions::new().max_connections(8).test_before_acquire(false).connect(&url).await.expect("a store");
        let tokens: Vec<Vec<u8>> =
            sqlx::query_scalar("SELECT token_hash FROM sessions").fetch_all(&pool).await.expect("sessions");
        let (tokens, turn) = (Arc::new(tokens), Arc::new(AtomicUsize::new(0)));
        let route = make(move |_| {
            let (pool, answer, tokens, turn) = (pool.clone(), answer.clone(), Arc::clone(&tokens), Arc::clone(&turn));
            async move {
                let token = &tokens[turn.fetch_add(1, Ordering::Relaxed) % tokens.len()];
                sqlx::query(QUERY).bind(token).fetch_one(&pool).await.expect("a session");
                Ok::<_, poem::Error>(answer())
            }
        });
        server.run(Route::new().at("/api/session", get(route))).await.expect("a server that runs");
    } else {
        let route = make_sync(move |_| answer());
        server.run(Route::new().at("/api/session", get(route))).await.expect("a server that runs");
    }
}

/// Hashes per second at the default cost, on every core; each thread reuses its own block.
pub fn raw_hash_rate(duration: Duration) -> f64 {
    let threads = std::thread::available_parallelism().expect("cores").get();
    let start = Instant::now();
    let hashes: u32 = std::thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(|| hashes_until(start, duration))).collect();
        workers.into_iter().map(|worker| worker.join().expect("a thread that ends")).sum()
    });
    f64::from(hashes) / start.elapsed().as_secs_f64()
}

fn hashes_until(start: Instant, duration: Duration) -> u32 {
    let params = Params::new(19_456, 2, 1, Some(32)).expect("the default cost");
    let mut blocks = vec![Block::default(); params.block_count()];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
    let (mut hashes, mut tag) = (0, [0; 32]);
    while start.elapsed() < duration {
        argon2
            .hash_password_into_with_memory(b"correct horse", b"sixteen byte salt", &mut tag, &mut blocks)
            .expect("good parameters");
        hashes += 1;
    }
    hashes
}
