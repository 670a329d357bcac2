//! Moving in from other systems, and out: `doorward import` and `doorward export`. The fixtures were made by the real
//! libraries.

mod better_auth;
mod hashes;
mod interruptions;
mod lucia_v2;
mod lucia_v3;
mod ndjson;
mod program;
mod round_trip;

macro_rules! on_every_store {
    ($($topic:ident: $($promise:ident),+;)+) => {
        on_every_store!(@store sqlite $($topic: $($promise),+;)+);
        on_every_store!(@store postgres $($topic: $($promise),+;)+);
    };
    (@store $store:ident $($topic:ident: $($promise:ident),+;)+) => {
        mod $store {
            $($(
                #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
                async fn $promise() {
                    if let Some(place) = crate::storage::places::$store().await {
                        super::$topic::$promise(place).await;
                    }
                }
            )+)+
        }
    };
}

on_every_store! {
    lucia_v2:
        nothing_is_written_where_a_part_is_refused,
        every_user_of_lucia_signs_in_and_stays_signed_in,
        a_second_run_changes_nothing,
        a_dry_run_writes_nothing,
        no_secret_is_shown_or_reported,
        a_database_in_wal_mode_and_its_folder_stay_as_they_are,
        names_and_ids_that_are_taken_here_are_refused;
    lucia_v3:
        sessions_of_lucia_3_stay_alive_in_each_of_its_forms,
        a_file_in_utf_16_is_refused_for_what_it_is;
    better_auth:
        signed_cookies_of_better_auth_stay_alive_with_its_secret_alone,
        users_of_a_second_factor_are_refused_or_lose_it;
    ndjson:
        each_bad_line_has_its_reason,
        a_good_file_is_imported_whole;
    interruptions:
        an_import_that_is_killed_goes_on_when_it_is_run_again,
        two_imports_at_once_write_each_user_once,
        a_server_goes_on_beside_an_import;
}
