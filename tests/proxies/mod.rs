//! The recipes of `docs/proxies.md`, in the proxies that they are for.

mod app;
mod forward_auth;
mod program;
mod recipe;
mod sign_in_pages;
mod site;
mod visitor;

/// Stamps out each case for each of these proxies.
macro_rules! behind {
    ($($proxy:ident in $module:ident),+ of $section:ident: $cases:tt) => {
        $(mod $module {
            behind!(@cases $proxy $section $cases);
        })+
    };
    (@cases $proxy:ident $section:ident { $($topic:ident::$case:ident),+ $(,)? }) => {
        $(
            #[tokio::test]
            async fn $case() {
                use crate::proxies::program::Proxy;
                use crate::proxies::site::{Section, Site};
                if let Some(site) = Site::start(Proxy::$proxy, Section::$section).await {
                    crate::proxies::$topic::$case(site).await;
                }
            }
        )+
    };
}

behind!(Nginx in nginx_pages, Caddy in caddy_pages, Traefik in traefik_pages, Haproxy in haproxy_pages of SignInPages: {
    sign_in_pages::a_user_signs_in_and_out_through_tls,
    sign_in_pages::the_client_s_address_is_not_the_proxy_s,
});

behind!(Nginx in nginx_one_host, Caddy in caddy_one_host of OneHost: {
    sign_in_pages::an_app_shares_the_host,
});

behind!(Nginx in nginx, Caddy in caddy, Traefik in traefik, Haproxy in haproxy of ForwardAuth: {
    forward_auth::a_visitor_signs_in_and_comes_back_to_the_exact_page,
    forward_auth::a_script_without_a_session_gets_401,
    forward_auth::the_app_learns_the_user_from_doorward_alone,
    forward_auth::a_websocket_opens_for_a_user_alone,
    forward_auth::the_app_s_own_bearer_token_reaches_it_beside_the_cookie,
    forward_auth::a_sign_out_closes_the_app,
    forward_auth::the_app_is_closed_while_doorward_is_down,
});

behind!(Nginx in nginx_on_a_socket, Caddy in caddy_on_a_socket of UnixSocket: {
    sign_in_pages::a_user_signs_in_and_out_through_tls,
    sign_in_pages::the_client_s_address_is_not_the_proxy_s,
});

behind!(
    Nginx in nginx_forward_auth_on_a_socket, Caddy in caddy_forward_auth_on_a_socket of ForwardAuthOnUnixSocket: {
        forward_auth::a_visitor_signs_in_and_comes_back_to_the_exact_page,
        forward_auth::a_script_without_a_session_gets_401,
    }
);
