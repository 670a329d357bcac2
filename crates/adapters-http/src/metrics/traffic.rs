//! Counts of answered requests by route.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use poem::http::{Method, StatusCode};
use prometheus_client::encoding::DescriptorEncoder;
use prometheus_client::metrics::MetricType;

use super::counters::counters;
use super::durations::Durations;
use crate::route_table::fits;

/// The label for requests without a route. Clients can invent any number of paths and methods.
const OTHER: &str = "other";
/// The lowest status, and the number of statuses from there on (RFC 9110, 15).
const LOWEST_STATUS: u16 = 100;
const STATUSES: usize = 500;

/// The listeners whose requests are counted.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Listener {
    Public,
    Admin,
}

/// The counts of every route, and of all requests without a route.
#[derive(Debug)]
pub(super) struct Traffic {
    public: Vec<RouteTraffic>,
    admin: Vec<RouteTraffic>,
    other: RouteTraffic,
}

/// The counts of one route.
#[derive(Debug)]
pub(crate) struct RouteTraffic {
    method: String,
    path: String,
    statuses: Box<[AtomicU64]>,
    durations: Durations,
}

impl Traffic {
    pub(super) fn new(
        public: impl IntoIterator<Item = (String, Vec<Method>)>,
        admin: impl IntoIterator<Item = (String, Vec<Method>)>,
    ) -> Self {
        let of_path = |(path, methods): (String, Vec<Method>)| {
            methods.into_iter().map(move |method| RouteTraffic::new(method.as_str(), &path))
        };
        Self {
            public: public.into_iter().flat_map(of_path).collect(),
            admin: admin.into_iter().flat_map(of_path).collect(),
            other: RouteTraffic::new(OTHER, OTHER),
        }
    }

    /// The counts for a request. HEAD counts as GET.
    pub(super) fn of(&self, listener: Listener, method: &Method, path: &str) -> &RouteTraffic {
        let routes = match listener {
            Listener::Public => &self.public,
            Listener::Admin => &self.admin,
        };
        let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let find = |is_it: fn(&str, &str) -> bool| {
            routes.iter().find(|route| is_it(&route.path, path) && route.method == method)
        };
        // Most paths have no parameter. Comparing them costs less than splitting them.
        find(|template, path| template == path).or_else(|| find(fits)).unwrap_or(&self.other)
    }

    pub(super) fn encode(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let routes = || self.public.iter().chain(&self.admin).chain(std::iter::once(&self.other));
        let statuses: Vec<String> = (LOWEST_STATUS..).take(STATUSES).map(|status| status.to_string()).collect();
        let answers = routes().flat_map(|route| {
            let counts = route.statuses.iter().map(|count| count.load(Ordering::Relaxed));
            let seen = statuses.iter().zip(counts).filter(|(_, count)| *count > 0);
            seen.map(|(status, count)| {
                let [method, path] = route.labels();
                ([method, path, ("status", status)], count)
            })
        });
        counters(encoder, "doorward_http_requests", "Requests answered", answers)?;

        let name = "doorward_http_request_duration_seconds";
        let help = "How long it took until the answer began to be sent";
        let mut family = encoder.encode_descriptor(name, help, None, MetricType::Histogram)?;
        for route in routes().filter(|route| route.durations.any()) {
            route.durations.encode(family.encode_family(&route.labels())?)?;
        }
        Ok(())
    }
}

impl RouteTraffic {
    fn new(method: &str, path: &str) -> Self {
        let statuses = (0..STATUSES).map(|_| AtomicU64::new(0)).collect();
        Self { method: method.into(), path: path.into(), statuses, durations: Durations::default() }
    }

    /// Counts an answer.
    pub(crate) fn answered(&self, status: StatusCode, duration: Duration) {
        if let Some(count) = self.statuses.get(usize::from(status.as_u16() - LOWEST_STATUS)) {
            count.fetch_add(1, Ordering::Relaxed);
        }
        self.durations.observe(duration);
    }

    fn labels(&self) -> [(&str, &str); 2] {
        [("method", &self.method), ("route", &self.path)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_counts_for_its_route_and_one_without_a_route_for_the_rest() {
        let routes = [
            ("/".to_owned(), vec![Method::GET]),
            ("/api/sessions/revoke-others".to_owned(), vec![Method::POST]),
            ("/api/sessions/{sessionId}".to_owned(), vec![Method::POST]),
        ];
        let traffic = Traffic::new(routes, [("/admin/users".to_owned(), vec![Method::GET])]);
        let on =
            |listener, method: Method, path: &str| traffic.of(listener, &method, path).labels().map(|(_, value)| value);
        let of = |method: Method, path: &str| on(Listener::Public, method, path);
        assert_eq!(of(Method::GET, "/"), ["GET", "/"]);
        assert_eq!(of(Method::HEAD, "/"), ["GET", "/"]);
        assert_eq!(of(Method::POST, "/api/sessions/x"), ["POST", "/api/sessions/{sessionId}"]);
        assert_eq!(of(Method::POST, "/api/sessions/revoke-others"), ["POST", "/api/sessions/revoke-others"]);
        for (method, path) in [(Method::POST, "/"), (Method::GET, "/x"), (Method::GET, "/api/sessions/x")] {
            assert_eq!(of(method, path), [OTHER, OTHER], "{path}");
        }
        assert_eq!(on(Listener::Admin, Method::GET, "/admin/users"), ["GET", "/admin/users"]);
        assert_eq!(on(Listener::Admin, Method::GET, "/"), [OTHER, OTHER], "each listener has its own routes");
        assert_eq!(of(Method::GET, "/admin/users"), [OTHER, OTHER]);
    }
}
