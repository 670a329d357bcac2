//! What the program is measured by: Poem with nothing behind it, and Argon2id with nothing around it.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Block, Params, Version};
use poem::listener::{Acceptor, Listener, TcpListener};
use poem::{Response, Route, Server, endpoint::make_sync, get};

/// Makes this program the reference server.
pub const FLAG: &str = "--reference-server";
/// The variable with what it answers.
pub const BODY: &str = "REFERENCE_BODY";

/// Serves one route that always answers the same JSON, as Poem's own server does it.
pub async fn serve() {
    let body = std::env::var(BODY).expect("what to answer");
    let route =
        make_sync(move |_| Response::builder().content_type("application/json; charset=utf-8").body(body.clone()));
    let acceptor = TcpListener::bind("127.0.0.1:0").into_acceptor().await.expect("a free port");
    println!("{}", acceptor.local_addr()[0]);
    let routes = Route::new().at("/api/session", get(route));
    Server::new_with_acceptor(acceptor).run(routes).await.expect("a server that runs");
}

/// Hashes a second at the default cost, on every core, each thread with a block of its own.
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
